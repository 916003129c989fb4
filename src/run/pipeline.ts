import type { Host } from "../core/cluster.ts";
import { asDroverError, type DroverError, SeveralFailed } from "../core/errors.ts";
import { allHosts, hostsOf, type Pipeline, stepsAhead } from "../core/pipeline.ts";
import { isPending, type Plan } from "../core/plan.ts";
import type { Stage } from "../core/step.ts";
import { claim, hostsToClaim } from "./claim.ts";
import { blockedError, converge } from "./converge.ts";
import type { Deps } from "./deps.ts";
import { askSteps, closeAll, lookAtAll, planFrom, toldAtOnce, tryHosts, type World } from "./look.ts";
import { goOnWithout, type Lost, throwIfLost, withLost, without } from "./lost-hosts.ts";
import type { Session } from "./session.ts";
import { createTurns } from "./turns.ts";

/** How a run ended. */
export interface Outcome {
  readonly kind: "nothing-to-do" | "changed" | "declined";
  readonly changes: number;
  readonly plan: Plan;
}

/** Looks at everything and changes nothing. */
export async function plan(pipeline: Pipeline, deps: Deps): Promise<Plan> {
  const world = await lookAtAll(pipeline, deps, { keepLines: false });
  return planFrom(pipeline, world.answers);
}

/** Looks closer at the hosts, over the lines that are open, and throws where they are not fit for what is planned. */
export type Inspect = (forecast: Plan, sessions: ReadonlyMap<string, Session>) => Promise<void>;

/** Who sees the forecast before it is approved, in this order. Each may throw, and then nothing is changed. */
export interface Gates {
  /** Says which pipeline is then carried out: the same, or one that does less. Also called if there is nothing to do. */
  readonly narrow?: (forecast: Plan) => Pipeline;
  /** Not called if there is nothing to do. */
  readonly inspect?: Inspect;
}

/**
 * Makes everything true, stage by stage. The gates and then `approve` see the plan first.
 * @throws SeveralFailed with all that failed in the stage that failed; nothing of later stages was begun
 */
export async function up(
  pipeline: Pipeline,
  deps: Deps,
  approve: (plan: Plan) => Promise<boolean>,
  { narrow, inspect }: Gates = {},
): Promise<Outcome> {
  const world = await lookAtAll(pipeline, deps);
  const reached = without(pipeline, world.lost);
  try {
    const forecast = planFrom(reached, world.answers);
    const wanted = narrow?.(forecast) ?? reached;
    refuseBlocked(forecast);
    if (!isPending(forecast)) {
      throwIfLost(world.lost);
      return { kind: "nothing-to-do", changes: 0, plan: forecast };
    }
    await inspect?.(forecast, world.sessions);
    if (!(await approve(forecast))) return { kind: "declined", changes: 0, plan: forecast };
    await claim(hostsToClaim(wanted, forecast), world.sessions, deps);
    deps.emit({ kind: "stages-ahead", ...stagesAhead(forecast) });
    const { changes, lost } = await runStages(wanted, world, deps);
    throwIfLost(lost);
    return { kind: "changed", changes, plan: forecast };
  } catch (thrown) {
    throw withLost(thrown, world.lost);
  } finally {
    await closeAll(world.sessions);
  }
}

function stagesAhead({ hostPlans }: Plan): { readonly stages: readonly string[]; readonly pending: readonly string[] } {
  const busy = hostPlans.filter(({ decided }) => decided.some(({ decision }) => decision.kind !== "ok"));
  const ids = (plans: Plan["hostPlans"]): readonly string[] => [...new Set(plans.map(({ stage }) => stage.id))];
  return { stages: ids(hostPlans), pending: ids(busy) };
}

function refuseBlocked(forecast: Plan): void {
  const blocked: DroverError[] = forecast.hostPlans.flatMap(({ host, decided }) =>
    decided.flatMap(({ step, decision }) =>
      decision.kind === "blocked" ? [blockedError(host.name, step, decision)] : [],
    ),
  );
  if (blocked.length > 0) throw new SeveralFailed(blocked);
}

interface Done {
  readonly changes: number;
  readonly lost: readonly Lost[];
}

async function runStages(whole: Pipeline, world: World, deps: Deps): Promise<Done> {
  let total = 0;
  let { lost } = world;
  /** Hosts of which an answer may be older than a change somewhere. */
  const stale = new Set<Host>();
  const goOn = (now: readonly Lost[]): void => {
    goOnWithout(now, lost, deps);
    lost = [...lost, ...now];
  };
  for (const stage of whole.stages) {
    goOn(await askAgain(without(whole, lost), stage, world, deps, stale));
    const pipeline = without(whole, lost);
    if (!pipeline.stages.includes(stage)) continue;
    const hosts = hostsOf(pipeline, stage);
    const done = await runStage(pipeline, stage, world, deps);
    goOn(done.lost);
    // What one host changed can change what another must do. Who alone changed something was asked after it.
    if (done.changes > 0)
      for (const host of allHosts(pipeline)) if (hosts.length > 1 || host !== hosts[0]) stale.add(host);
    total += done.changes;
  }
  return { changes: total, lost };
}

async function runStage(pipeline: Pipeline, stage: Stage, world: World, deps: Deps): Promise<Done> {
  const hosts = hostsOf(pipeline, stage);
  const started = deps.now();
  const inTurn = createTurns();
  let changes = 0;
  deps.emit({ kind: "stage-started", stage: stage.id, title: stage.title, hosts: hosts.map((host) => host.name) });
  const work = async (host: Host): Promise<void> => {
    const session = world.sessions.get(host.name);
    if (session === undefined) throw asDroverError(new Error(`no session for ${host.name}`));
    const task = { pipeline, stage, session, deps, inTurn };
    const converged = await converge(task, world.answers.get(host.name) ?? new Map());
    world.answers.set(host.name, converged.answers);
    changes += converged.changes;
    deps.emit({ kind: "host-finished", host: host.name, stage: stage.id, changes: converged.changes });
  };
  const lost = await tryHosts(hosts, stage.atOnce ?? deps.concurrency, toldAtOnce(work, deps.emit));
  if (lost.length === 0 || deps.maxFail > 0)
    deps.emit({ kind: "stage-finished", stage: stage.id, changed: changes, tookMs: deps.now() - started });
  return { changes, lost };
}

async function askAgain(
  pipeline: Pipeline,
  stage: Stage,
  world: World,
  deps: Deps,
  stale: Set<Host>,
): Promise<readonly Lost[]> {
  if (stage.alone || !pipeline.stages.includes(stage)) return [];
  const hosts = hostsOf(pipeline, stage).filter((host) => stale.delete(host));
  const ask = async (host: Host): Promise<void> => {
    const session = world.sessions.get(host.name);
    if (session !== undefined) world.answers.set(host.name, await askSteps(session, stepsAhead(pipeline, stage, host)));
  };
  return tryHosts(hosts, deps.concurrency, toldAtOnce(ask, deps.emit));
}
