import { isIPv4 } from "node:net";

/** An IPv4 range: its first and last address as unsigned numbers. */
export interface Cidr {
  readonly first: number;
  readonly last: number;
  /** The same range with every bit beyond the prefix cleared: `10.42.0.0/16`. */
  readonly canonical: string;
}

/** An IPv4 address as an unsigned number. */
export function addressNumber(ip: string): number {
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
  const first = Math.floor(addressNumber(ip) / size) * size;
  return { first, last: first + size - 1, canonical: `${toAddress(first)}/${prefix}` };
}

/** Whether two ranges share an address. */
export function overlaps(a: Pick<Cidr, "first" | "last">, b: Pick<Cidr, "first" | "last">): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** Whether the range holds this address; DNS names and IPv6 addresses are in no IPv4 range. */
export function contains(range: Pick<Cidr, "first" | "last">, ip: string): boolean {
  if (!isIPv4(ip)) return false;
  const value = addressNumber(ip);
  return range.first <= value && value <= range.last;
}

/** Reads a CIDR, or two addresses joined by a hyphen; undefined when it is neither. */
export function parseRange(text: string): Pick<Cidr, "first" | "last"> | undefined {
  const [from = "", to = ""] = text.split("-");
  if (!isIPv4(from) || !isIPv4(to)) return parseCidr(text);
  return { first: addressNumber(from), last: addressNumber(to) };
}
