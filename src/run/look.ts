import pMap from "p-map";
import type { Host } from "../core/cluster.ts";
import { type Answers, applicable, decideAll, furtherQuestions, questionsOf } from "../core/decide.ts";
import { asDroverError, type DroverError, SeveralFailed } from "../core/errors.ts";
import { failureOf } from "../core/failure.ts";
import { allHosts, hostsOf, type Pipeline, stepsAhead } from "../core/pipeline.ts";
import type { HostPlan, Plan } from "../core/plan.ts";
import { withSharedFiles } from "../core/shared-files.ts";
import type { AnyStep } from "../core/step.ts";
import type { Deps } from "./deps.ts";
import { goOnWithout, type Lost, throwIfLost } from "./lost-hosts.ts";
import { openSession, type Session } from "./session.ts";

/** What is known of each host, by its name, and the open lines to them. */
export interface World {
  readonly sessions: ReadonlyMap<string, Session>;
  /** Replaced, host by host, whenever a host is asked again. */
  readonly answers: Map<string, Answers>;
  /** Hosts that could not be asked, of which the run may lose some. */
  readonly lost: readonly Lost[];
}

/**
 * Connects to every host of the pipeline and asks each, in one exec, all that its stages want to know.
 * All hosts are waited for; the lines are closed again if one fails. With `keepLines: false` each is closed once its host has
 * answered: a thousand open lines are most of what a plan would keep in memory.
 * @throws SeveralFailed with every host that failed
 */
export async function lookAtAll(pipeline: Pipeline, deps: Deps, { keepLines = true } = {}): Promise<World> {
  const sessions = new Map<string, Session>();
  const answers = new Map<string, Answers>();
  try {
    const lookAt = async (host: Host): Promise<void> => {
      const session = await openSession(host, deps);
      sessions.set(host.name, session);
      answers.set(host.name, await askSteps(session, allSteps(pipeline, host)));
      if (keepLines) return;
      sessions.delete(host.name);
      await session.close();
    };
    const lost = await tryHosts(allHosts(pipeline), deps.concurrency, toldAtOnce(lookAt, deps.emit));
    goOnWithout(lost, [], deps);
    return { sessions, answers, lost };
  } catch (thrown) {
    await closeAll(sessions);
    throw thrown;
  }
}

/** Asks one host what these steps want to know: in one exec, and in a second one what the answers call for, if they do. */
export async function askSteps(session: Session, steps: readonly AnyStep[]): Promise<Answers> {
  const answers = await session.ask(questionsOf(steps, session.host));
  const further = await session.ask(furtherQuestions(steps, session.host, answers));
  return further.size === 0 ? answers : new Map([...answers, ...further]);
}

function allSteps(pipeline: Pipeline, host: Host): readonly AnyStep[] {
  const [first] = pipeline.stages;
  return first === undefined ? [] : stepsAhead(pipeline, first, host);
}

/** The forecast: what every step of every host decides on the answers at hand. Pure. */
export function planFrom(pipeline: Pipeline, answers: ReadonlyMap<string, Answers>): Plan {
  const hostPlans = pipeline.stages.flatMap((stage) =>
    hostsOf(pipeline, stage).map((host): HostPlan => {
      const steps = applicable(stage.steps, host);
      return { host, stage, decided: decideAll(steps, host, answers.get(host.name) ?? new Map()) };
    }),
  );
  return { cluster: pipeline.cluster, hostPlans: withSharedFiles(hostPlans) };
}

/**
 * Does something on several hosts at once, and waits for all of them whatever happens to one.
 * @throws SeveralFailed with every failure, in the order of the hosts
 */
export async function eachHost(
  hosts: readonly Host[],
  atOnce: number,
  action: (host: Host) => Promise<void>,
): Promise<void> {
  throwIfLost(await tryHosts(hosts, atOnce, action));
}

/** The same, but hosts that fail are what comes back, in their order. */
export async function tryHosts(
  hosts: readonly Host[],
  atOnce: number,
  action: (host: Host) => Promise<void>,
): Promise<readonly Lost[]> {
  const failures = await pMap(hosts, (host) => attempt(host, action), { concurrency: Math.max(1, atOnce) });
  return hosts.flatMap((host, index) => {
    const own = failures[index] ?? [];
    return own.length === 0 ? [] : [{ host, failures: own }];
  });
}

async function attempt(host: Host, action: (host: Host) => Promise<void>): Promise<readonly DroverError[]> {
  try {
    await action(host);
    return [];
  } catch (thrown) {
    return errorsOn(host, thrown);
  }
}

function errorsOn(host: Host, thrown: unknown): readonly DroverError[] {
  const errors = thrown instanceof SeveralFailed ? thrown.failures : [asDroverError(thrown)];
  return errors.map((error) => error.at({ host: host.name }));
}

/** The same, and a failure is said as soon as it is there: the other hosts may go on for long. */
export function toldAtOnce(action: (host: Host) => Promise<void>, emit: Deps["emit"]): (host: Host) => Promise<void> {
  return async (host) => {
    try {
      await action(host);
    } catch (thrown) {
      for (const error of errorsOn(host, thrown)) emit({ kind: "failed", failure: failureOf(error) });
      throw thrown;
    }
  };
}

/** Ends every line. Never throws. */
export async function closeAll(sessions: ReadonlyMap<string, Session>): Promise<void> {
  await Promise.all([...sessions.values()].map((session) => session.close().catch(() => undefined)));
}
