import { balancerCandidates } from "../questions/balancer.ts";
import type { Session } from "../session.ts";

/** Asks, from the first machine that is known, which addresses at the end of its network are taken; once. */
export async function askWhoAnswers(session: Session): Promise<void> {
  const known = session.known();
  const addresses = balancerCandidates(known);
  const host = (known.answers.hosts ?? []).find((_, index) => known.seen[index] !== undefined);
  if (known.takenAddresses !== undefined || addresses.length === 0 || host === undefined) return;
  // That it cannot be asked only means that nothing is proposed.
  const taken = await session.world.whoAnswers(host, session.access(), addresses).catch(() => undefined);
  if (taken !== undefined) session.setTaken(taken);
}
