/** A range of IPv4 addresses, as unsigned numbers; of a network all of its addresses. */
export interface Cidr {
  readonly first: number;
  readonly last: number;
}

function toNumber(address: string): number | undefined {
  const parts = address.split(".").map(Number);
  const good = parts.length === 4 && parts.every((part) => Number.isInteger(part) && part >= 0 && part <= 255);
  return good ? parts.reduce((sum, part) => sum * 256 + part, 0) : undefined;
}

function toAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}

/** Reads `192.0.2.1-192.0.2.9`, or `192.0.2.7/24` as the network it is in; undefined if it is neither. */
export function parseRange(text: string): Cidr | undefined {
  const [from = "", to = ""] = text.split("-");
  const [first, last] = [toNumber(from), toNumber(to)];
  if (first !== undefined && last !== undefined) return first <= last ? { first, last } : undefined;
  const [, address = "", prefix = ""] = /^([\d.]+)\/(\d{1,2})$/.exec(text) ?? [];
  const [inside, length] = [toNumber(address), Number(prefix)];
  if (inside === undefined || prefix === "" || length > 32) return undefined;
  const size = 2 ** (32 - length);
  const start = Math.floor(inside / size) * size;
  return { first: start, last: start + size - 1 };
}

/** The first `count` addresses of several ranges, in their order. */
export function firstAddresses(ranges: readonly Cidr[], count: number): readonly string[] {
  const all = ranges.flatMap(({ first, last }) =>
    Array.from({ length: Math.min(count, last - first + 1) }, (_, index) => toAddress(first + index)),
  );
  return all.slice(0, count);
}

/** A range as people write it. */
export function formatRange({ first, last }: Cidr): string {
  return first === last ? toAddress(first) : `${toAddress(first)}-${toAddress(last)}`;
}
