import { addressNumber, parseCidr, toAddress } from "../../inventory/cidr.ts";

/** How many addresses for load balancers are proposed. */
const wanted = 10;

/** Addresses of a network that are asked after: the last ones, which DHCP servers and people use least. */
const looked = 60;

/** The addresses of a network that are worth asking after, in ascending order: its last ones, without the broadcast's. */
export function candidates(network: string): readonly string[] {
  const range = parseCidr(network);
  if (range === undefined || range.last - range.first < 7) return [];
  const size = Math.min(looked, range.last - range.first - 2);
  return Array.from({ length: size }, (_, index) => toAddress(range.last - size + index));
}

/**
 * Of free addresses in ascending order the last run without a gap, ten at most and three at least, as MetalLB takes it;
 * the longest where none has ten, undefined if there is none of three.
 */
export function freeRange(free: readonly string[]): string | undefined {
  let run: string[] = [];
  let best: readonly string[] = [];
  for (const address of free.toReversed()) {
    const [next] = run;
    const isNext = next !== undefined && addressNumber(address) + 1 === addressNumber(next);
    run = isNext ? [address, ...run] : [address];
    if (run.length > best.length) best = run;
    if (run.length === wanted) break;
  }
  return best.length < 3 ? undefined : `${best[0]}-${best.at(-1)}`;
}
