import { existsSync } from "node:fs";
import type { CheckId, Situation } from "../checks/check.ts";
import { checkQuestions, readCheckFacts } from "../checks/check-facts.ts";
import {
  allChecks,
  blocking,
  type CheckResult,
  checkHosts,
  checkLogin,
  checkMesh,
  type HostSeen,
} from "../checks/results.ts";
import type { Cluster, ClusterPaths, Host } from "../core/cluster.ts";
import { asDroverError, DroverError, SeveralFailed } from "../core/errors.ts";
import type { Emit } from "../core/events.ts";
import { type Pair, pairsOf } from "../mesh/seen.ts";
import type { Deps } from "../run/deps.ts";
import { closeAll, eachHost } from "../run/look.ts";
import { openSession, type Session } from "../run/session.ts";
import { tryMesh } from "./try-mesh.ts";

/** What came of all checks. */
export interface Checked {
  readonly hosts: readonly Host[];
  readonly results: readonly CheckResult[];
  /** What the hosts told that could be asked. */
  readonly seen: readonly HostSeen[];
  /** Every direction of the mesh that was tried. */
  readonly pairs: readonly Pair[];
}

/** The names of the hosts that could not be logged in to, or whose line was lost: nothing else is known of them. */
export function notReached({ hosts, seen }: Pick<Checked, "hosts" | "seen">): readonly string[] {
  const reached = new Set(seen.map(({ host }) => host.name));
  return hosts.map(({ name }) => name).filter((name) => !reached.has(name));
}

/** What is checked. */
export interface CheckRequest {
  readonly cluster: Cluster;
  readonly paths: Pick<ClusterPaths, "state">;
  readonly hosts: readonly Host[];
  /** Try the ways between them too. */
  readonly mesh: boolean;
}

/** Logs in to all hosts and checks them. A host that cannot be reached is a finding. */
export async function runChecks(request: CheckRequest, deps: Deps): Promise<Checked> {
  const sessions = new Map<string, Session>();
  const refused = new Map<string, CheckResult>();
  try {
    await eachHost(request.hosts, deps.concurrency, async (host) => {
      try {
        sessions.set(host.name, await openSession(host, deps));
      } catch (thrown) {
        refused.set(host.name, checkLogin(host, asDroverError(thrown)));
      }
    });
    const checked = await checkSessions(request, sessions, deps);
    const logins = request.hosts.flatMap(({ name }) => refused.get(name) ?? []);
    return { ...checked, hosts: request.hosts, results: [...logins, ...checked.results] };
  } finally {
    await closeAll(sessions);
  }
}

/**
 * Checks the hosts to which there is a line already: one exec each, then the mesh between them. A line that is lost meanwhile is a
 * finding, and hides nothing of the other hosts.
 */
export async function checkSessions(
  { cluster, paths, hosts, mesh: wanted }: CheckRequest,
  sessions: ReadonlyMap<string, Session>,
  deps: Deps,
): Promise<Checked> {
  const open = hosts.flatMap((host) => sessions.get(host.name) ?? []);
  const looks = await Promise.all(open.map((session) => look(session, cluster, deps)));
  const seen = looks.flatMap((one) => ("facts" in one ? one : []));
  const answering = new Set(seen.map(({ host }) => host));
  const mesh = await tryMesh(wanted ? open.filter(({ host }) => answering.has(host)) : [], cluster, deps);
  const situation: Situation = { cluster, built: existsSync(paths.state) };
  return {
    hosts,
    seen,
    results: [
      ...looks.map((one) => checkLogin(one.host, "failure" in one ? one.failure : undefined)),
      ...checkHosts(seen, situation),
      ...checkMesh(mesh, situation),
    ],
    pairs: pairsOf(mesh, cluster),
  };
}

/** A host whose line was lost, or whose answer was cut. */
interface Lost {
  readonly host: Host;
  readonly failure: DroverError;
}

async function look(session: Session, cluster: Cluster, deps: Deps): Promise<HostSeen | Lost> {
  const { host } = session;
  const from = deps.now();
  try {
    const answers = await session.ask(checkQuestions(host, cluster));
    return { host, facts: readCheckFacts(host, cluster, answers), asked: { from, to: deps.now() } };
  } catch (thrown) {
    return { host, failure: asDroverError(thrown) };
  }
}

/** Writes every finding down, and which checks were left out. */
export function emitChecks({ results }: Checked, skipped: ReadonlySet<CheckId>, emit: Emit): void {
  for (const { check, severity, hosts, verdict, evidence, fix, fixedByUp } of results) {
    if (verdict === "ok") continue;
    const by = fixedByUp === undefined ? {} : { fixedByUp };
    emit({ kind: "check-found", check, severity, verdict, hosts, evidence, fix, skipped: skipped.has(check), ...by });
  }
}

/**
 * Keeps `up` from beginning on hosts that are not fit for it.
 * @throws SeveralFailed of `check/blocking`, one for each finding that is neither skipped nor put right by `up`
 */
export function refuseBlocking({ results }: Checked, skipped: ReadonlySet<CheckId>): void {
  const failures = blocking(results)
    .filter(({ check }) => !skipped.has(check))
    .flatMap(({ check, hosts, evidence, fix }) =>
      (hosts.length === 0 ? [undefined] : hosts).map((host) => {
        const place = host === undefined ? {} : { host };
        const remedy = `${fix} To go on without it: --skip-check ${check}.`;
        return new DroverError("check/blocking", evidence, { ...place, step: check, remedy });
      }),
    );
  if (failures.length > 0) throw new SeveralFailed(failures);
}

/**
 * The ids that are to be left out, as they were given.
 * @throws DroverError `cli/usage` for an id that no check has
 */
export function skippedChecks(given: readonly string[] = []): ReadonlySet<CheckId> {
  const known = new Set<string>(allChecks.map(({ id }) => id));
  const ids = given.flatMap((words) => words.split(",")).map((id) => id.trim());
  const unknown = ids.filter((id) => !known.has(id));
  if (unknown.length > 0) {
    throw new DroverError("cli/usage", `--skip-check does not know ${unknown.join(", ")}`, {
      remedy: "docs/checks.md lists all checks; drover check -v shows those of these hosts.",
    });
  }
  return new Set(ids as CheckId[]);
}
