import { isIPv4 } from "node:net";

/** An IPv4 range: its first and last address as unsigned numbers. */
export interface Cidr {
  readonly first: number;
  readonly last: number;
  /** The same range with every bit beyond the prefix cleared: `10.42.0.0/16`. */
  readonly canonical: string;
}

function toNumber(ip: string): number {
  return ip.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function toAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}

/** Reads `10.42.0.0/16`; undefined when it is not an IPv4 range. */
export function parseCidr(text: string): Cidr | undefined {
  const [, ip, prefix] = /^([\d.]+)\/(\d|[12]\d|3[0-2])$/.exec(text) ?? [];
  if (ip === undefined || prefix === undefined || !isIPv4(ip)) return undefined;
  const size = 2 ** (32 - Number(prefix));
  const first = Math.floor(toNumber(ip) / size) * size;
  return { first, last: first + size - 1, canonical: `${toAddress(first)}/${prefix}` };
}

/** Whether two ranges share an address. */
export function overlaps(a: Cidr, b: Cidr): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** Whether the range holds this address; DNS names and IPv6 addresses are in no IPv4 range. */
export function contains(range: Cidr, ip: string): boolean {
  if (!isIPv4(ip)) return false;
  const value = toNumber(ip);
  return range.first <= value && value <= range.last;
}
