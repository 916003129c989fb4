import { balancerCandidates } from "../questions/balancer.ts";
import { virtualAddressCandidates } from "../questions/virtual-address.ts";
import type { Session, Turn } from "../session.ts";
import { waitScreen } from "./waiting.ts";

/**
 * Asks, from a controlplane machine, which of the addresses that may be proposed are taken, for all questions about such
 * addresses at once; never after one that was asked after before. Undefined if there is nothing to ask, or nobody.
 */
export function learnWhoAnswers(session: Session): Promise<void> | undefined {
  const known = session.known();
  const before = new Set(known.looked?.asked);
  const wanted = new Set([...virtualAddressCandidates(known), ...balancerCandidates(known)]);
  const addresses = [...wanted].filter((address) => !before.has(address));
  const seen = (known.answers.hosts ?? []).filter((_, index) => known.seen[index] !== undefined);
  const host = seen.find(({ roles }) => roles?.includes("controlplane")) ?? seen[0];
  if (addresses.length === 0 || host === undefined) return undefined;
  return (
    session.world
      .whoAnswers(host, session.access(), addresses)
      // That it cannot be asked only means that nothing is proposed.
      .catch(() => undefined)
      .then((taken) => (taken === undefined ? undefined : session.addLooked({ asked: addresses, taken })))
  );
}

/** Asks who answers. It takes seconds, and says so meanwhile. */
export async function askWhoAnswers(session: Session): Promise<Turn> {
  const asked = learnWhoAnswers(session);
  if (asked === undefined) return "next";
  const outcome = await session.askUntil(waitScreen("Looking for free addresses"), asked);
  return outcome.kind === "back" ? "back" : "next";
}
