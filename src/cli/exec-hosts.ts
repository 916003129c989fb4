import type { Host } from "../core/cluster.ts";
import { asDroverError, type DroverError } from "../core/errors.ts";
import { failureOf } from "../core/failure.ts";
import { joinSh, Sh, sh } from "../core/shell.ts";
import type { Deps } from "../run/deps.ts";
import { eachHost } from "../run/look.ts";
import { openSession } from "../run/session.ts";
import { count } from "../view/wrap.ts";

/** What came of a command on one host. */
export type HostRun =
  | {
      readonly kind: "ran";
      readonly host: Host;
      readonly code: number;
      readonly stdout: string;
      readonly stderr: string;
      readonly tookMs: number;
    }
  | { readonly kind: "failed"; readonly host: Host; readonly failure: DroverError }
  /** Not begun: too many had failed before, or somebody asked to stop. */
  | { readonly kind: "left-out"; readonly host: Host };

/** A command, and where and how it is run. */
export interface ExecRequest {
  readonly hosts: readonly Host[];
  readonly script: Sh;
  readonly timeoutMs: number;
  /** Once more hosts than this failed, no further one is begun; undefined: all are. */
  readonly maxFail: number | undefined;
  /** Hears of each host as it is done. */
  readonly tell: (run: HostRun) => void;
}

/** The words of a command line as a script: a single one is shell text already, several are a program and its arguments. */
export function scriptOf(words: readonly string[]): Sh {
  const [only, ...more] = words;
  // The operator's own command, meant for a shell: the one text from outside that is one by right.
  return only !== undefined && more.length === 0 ? Sh.trusted(only) : joinSh([sh`${words}`]);
}

const isGood = (run: HostRun): boolean => run.kind === "ran" && run.code === 0;

/** Runs a command as root on every host, several at once. In the order of the hosts; a host that fails is an answer here. */
export async function execOnHosts(request: ExecRequest, deps: Deps): Promise<readonly HostRun[]> {
  const { hosts, maxFail = Number.POSITIVE_INFINITY, tell } = request;
  const runs = new Map<Host, HostRun>();
  let failed = 0;
  // A deed, so that the journal is on disk first. Neither the command nor its output is told: either may hold a secret.
  deps.emit({ kind: "note", level: "info", message: `a command is run on ${count(hosts.length, "host")}` });
  await eachHost(hosts, deps.concurrency, async (host) => {
    const leftOut = failed > maxFail || deps.stopping();
    const run: HostRun = leftOut ? { kind: "left-out", host } : await runOn(host, request, deps);
    if (!leftOut && !isGood(run)) failed += 1;
    runs.set(host, run);
    tell(run);
  });
  return hosts.flatMap((host) => runs.get(host) ?? []);
}

async function runOn(host: Host, { script, timeoutMs }: ExecRequest, deps: Deps): Promise<HostRun> {
  try {
    const session = await openSession(host, deps);
    try {
      const started = deps.now();
      const { code, stdout, stderr } = await session.exec(script.text, { timeoutMs });
      const tookMs = deps.now() - started;
      deps.emit({ kind: "note", level: "info", host: host.name, message: `a command ended with ${code}` });
      return { kind: "ran", host, code, stdout, stderr, tookMs };
    } finally {
      await session.close();
    }
  } catch (thrown) {
    const failure = asDroverError(thrown).at({ host: host.name });
    deps.emit({ kind: "failed", failure: failureOf(failure) });
    return { kind: "failed", host, failure };
  }
}

/** Whether the command ended with 0 on every host. */
export function allGood(runs: readonly HostRun[]): boolean {
  return runs.every(isGood);
}
