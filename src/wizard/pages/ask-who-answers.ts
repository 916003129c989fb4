import { balancerCandidates } from "../questions/balancer.ts";
import type { Session, Turn } from "../session.ts";
import { waitScreen } from "./waiting.ts";

/** Asks, from the first machine that is known, which addresses at the end of its network are taken; once. */
export function learnWhoAnswers(session: Session): Promise<void> | undefined {
  const known = session.known();
  const addresses = balancerCandidates(known);
  const host = (known.answers.hosts ?? []).find((_, index) => known.seen[index] !== undefined);
  if (known.takenAddresses !== undefined || addresses.length === 0 || host === undefined) return undefined;
  return (
    session.world
      .whoAnswers(host, session.access(), addresses)
      // That it cannot be asked only means that nothing is proposed.
      .catch(() => undefined)
      .then((taken) => (taken === undefined ? undefined : session.setTaken(taken)))
  );
}

/** Asks who answers. It takes seconds, and says so meanwhile. */
export async function askWhoAnswers(session: Session): Promise<Turn> {
  const asked = learnWhoAnswers(session);
  if (asked === undefined) return "next";
  const outcome = await session.askUntil(waitScreen("Looking for free addresses for services"), asked);
  return outcome.kind === "back" ? "back" : "next";
}
