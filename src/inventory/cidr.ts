import { isIPv4 } from "node:net";

/** IPv4 addresses from the first to the last, as unsigned numbers. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

/** A range that is a network. */
export interface Cidr extends Range {
  /** The same range with every bit beyond the prefix cleared: `10.42.0.0/16`. */
  readonly canonical: string;
}

/** An IPv4 address as an unsigned number. */
export function addressNumber(ip: string): number {
  return ip.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** And back: the address of an unsigned number. */
export function toAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}

/** Reads `10.42.0.0/16`; undefined when it is not an IPv4 range. */
export function parseCidr(text: string): Cidr | undefined {
  const [, ip, prefix] = /^([\d.]+)\/(\d|[12]\d|3[0-2])$/.exec(text) ?? [];
  if (ip === undefined || prefix === undefined || !isIPv4(ip)) return undefined;
  const size = 2 ** (32 - Number(prefix));
  const first = Math.floor(addressNumber(ip) / size) * size;
  return { first, last: first + size - 1, canonical: `${toAddress(first)}/${prefix}` };
}

/** Whether two ranges share an address. */
export function overlaps(a: Range, b: Range): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** Whether the range holds this address; DNS names and IPv6 addresses are in no IPv4 range. */
export function contains(range: Range, ip: string): boolean {
  if (!isIPv4(ip)) return false;
  const value = addressNumber(ip);
  return range.first <= value && value <= range.last;
}

/** Reads a CIDR, or two addresses joined by a hyphen, the lower first; undefined when it is neither. */
export function parseRange(text: string): Range | undefined {
  const [from = "", to = ""] = text.split("-");
  if (!isIPv4(from) || !isIPv4(to)) return parseCidr(text);
  const [first, last] = [addressNumber(from), addressNumber(to)];
  return first <= last ? { first, last } : undefined;
}

/** The first `count` addresses of several ranges, in their order. */
export function firstAddresses(ranges: readonly Range[], count: number): readonly string[] {
  const all = ranges.flatMap(({ first, last }) =>
    Array.from({ length: Math.min(count, last - first + 1) }, (_, index) => toAddress(first + index)),
  );
  return all.slice(0, count);
}

/** A range as people write it. */
export function formatRange({ first, last }: Range): string {
  return first === last ? toAddress(first) : `${toAddress(first)}-${toAddress(last)}`;
}
