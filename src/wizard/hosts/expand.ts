import { isIPv4 } from "node:net";
import { addressNumber, parseCidr, toAddress } from "../../inventory/cidr.ts";
import { expandRange, isRange } from "../../inventory/hosts/range.ts";

/** More machines than this are no one cluster, and more addresses no list that somebody meant to write. */
export const mostHosts = 1000;

/** The addresses or names that a range stands for, or why it stands for none; undefined: it is no range. */
export type Expanded = { readonly all: readonly string[] } | { readonly why: string };

const tooMany: Expanded = { why: `stands for more than ${mostHosts} machines; give a smaller range` };

function between(first: number, last: number): Expanded {
  if (last < first) return { why: "ends before it begins" };
  if (last - first >= mostHosts) return tooMany;
  return { all: Array.from({ length: last - first + 1 }, (_, index) => toAddress(first + index)) };
}

/** `10.0.0.0/28`: all addresses that a machine can have there, so without the network's and the broadcast address. */
function cidr(text: string): Expanded | undefined {
  if (!/^[\d.]+\/\d+$/.test(text)) return undefined;
  const range = parseCidr(text);
  if (range === undefined) return { why: "is no network such as 10.0.0.0/28" };
  const edge = range.last - range.first > 1 ? 1 : 0;
  return between(range.first + edge, range.last - edge);
}

/** `10.0.0.11-14` and `10.0.0.11-10.0.1.14`. */
function dashed(text: string): Expanded | undefined {
  const [, first, last] = /^([\d.]+)-([\d.]+)$/.exec(text) ?? [];
  if (first === undefined || last === undefined || !isIPv4(first)) return undefined;
  const end = isIPv4(last) ? last : `${first.slice(0, first.lastIndexOf("."))}.${last}`;
  return isIPv4(end) ? between(addressNumber(first), addressNumber(end)) : { why: "does not end with an address" };
}

/** `gpu-[01-16].lan`, `10.0.[0-1].[11-14]`, as in an inventory; and `web{1..3}`, as in a shell. */
function bracketed(text: string): Expanded | undefined {
  const asRange = text.replaceAll(/\{([^{}]*)\}/g, (_, list: string) => `[${list.replaceAll("..", "-")}]`);
  if (!isRange(asRange)) return undefined;
  const found = expandRange(asRange, mostHosts);
  return found.kind === "values" ? { all: found.values } : { why: found.complaint };
}

/** What a range stands for: of addresses, of names, or a network. */
export function expand(text: string): Expanded | undefined {
  return cidr(text) ?? dashed(text) ?? bracketed(text);
}
