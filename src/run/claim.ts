import type { Host } from "../core/cluster.ts";
import { DroverError } from "../core/errors.ts";
import { allHosts, type Pipeline } from "../core/pipeline.ts";
import type { Plan } from "../core/plan.ts";
import type { Deps } from "./deps.ts";
import { eachHost, toldAtOnce } from "./look.ts";
import type { Session } from "./session.ts";

/** The hosts of a pipeline that its stages change, as far as the forecast knows, in an order that all runs share: by name. */
export function hostsToClaim(pipeline: Pipeline, { hostPlans }: Plan): readonly Host[] {
  const isPending = (host: Host): boolean =>
    hostPlans.some((plan) => plan.host === host && plan.decided.some(({ decision }) => decision.kind !== "ok"));
  return allHosts(pipeline)
    .filter(isPending)
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

/**
 * Takes the locks of all these hosts before the first change: so a run that is refused has changed nothing. While it waits for
 * a host, it holds only those before it, never one behind: so two runs never wait for each other. Of two that begin on the same
 * hosts at once, one gets them all. A host that fails in another way is left to its first stage, which tells of it.
 * @throws SeveralFailed with `host/locked`, unless so many hosts may fail
 */
export async function claim(hosts: readonly Host[], sessions: ReadonlyMap<string, Session>, deps: Deps): Promise<void> {
  const isTaken = (host: Host): Promise<boolean> => isClaimed(sessions.get(host.name));
  for (let [first, ...others] = hosts; first !== undefined; ) {
    await waitFor(first, sessions, deps);
    const taken = await Promise.all(others.map(isTaken));
    const busy = taken.indexOf(false);
    if (busy < 0) return;
    await Promise.all(others.slice(busy + 1).map((host) => sessions.get(host.name)?.unclaim()));
    [first, ...others] = others.slice(busy);
  }
}

/** With hosts that may fail, one that stays locked is one of them, which its stage finds out. */
async function waitFor(host: Host, sessions: ReadonlyMap<string, Session>, deps: Deps): Promise<void> {
  const take = async (): Promise<void> => {
    await sessions.get(host.name)?.claim("wait").catch(throwIfLocked);
  };
  await eachHost([host], 1, deps.maxFail > 0 ? () => take().catch(() => undefined) : toldAtOnce(take, deps.emit));
}

async function isClaimed(session: Session | undefined): Promise<boolean> {
  try {
    await session?.claim("try");
    return true;
  } catch (thrown) {
    return !isLocked(thrown);
  }
}

function throwIfLocked(thrown: unknown): void {
  if (isLocked(thrown)) throw thrown;
}

function isLocked(thrown: unknown): boolean {
  return thrown instanceof DroverError && thrown.code === "host/locked";
}
