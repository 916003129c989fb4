import { describe, expect, it } from "vitest";
import { type Cidr, contains, overlaps, parseCidr } from "../../src/inventory/cidr.ts";

function cidr(text: string): Cidr {
  const parsed = parseCidr(text);
  if (parsed === undefined) throw new Error(`${text} is no range`);
  return parsed;
}

describe("IPv4 ranges", () => {
  it.each([
    ["10.42.0.0/16", "10.42.0.0/16"],
    ["10.42.7.9/16", "10.42.0.0/16"],
    ["192.168.1.255/31", "192.168.1.254/31"],
    ["255.255.255.255/32", "255.255.255.255/32"],
    ["200.1.2.3/0", "0.0.0.0/0"],
    ["172.31.200.1/12", "172.16.0.0/12"],
  ])("%s has the canonical form %s", (text, canonical) => {
    expect(cidr(text).canonical).toBe(canonical);
  });

  it.each(["10.42.0.0", "10.42.0.0/33", "10.42.0/16", "10.42.0.256/16", "fd00::/64", "10.42.0.0/016", "", "a/8"])(
    "%j is not a range",
    (text) => {
      expect(parseCidr(text)).toBeUndefined();
    },
  );

  it.each([
    ["10.42.0.0/16", "10.43.0.0/16", false],
    ["10.42.0.0/16", "10.42.255.0/24", true],
    ["10.42.255.0/24", "10.42.0.0/16", true],
    ["10.0.0.0/8", "10.43.0.0/16", true],
    ["10.42.0.0/16", "10.42.0.0/32", true],
    ["0.0.0.0/0", "255.255.255.255/32", true],
    ["127.255.255.255/32", "128.0.0.0/1", false],
  ])("%s and %s overlap: %s", (a, b, expected) => {
    expect(overlaps(cidr(a), cidr(b))).toBe(expected);
  });

  it("holds its first and its last address and not their neighbours", () => {
    const range = cidr("10.42.0.0/16");
    expect(["10.41.255.255", "10.42.0.0", "10.42.255.255", "10.43.0.0"].map((ip) => contains(range, ip))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it("holds no DNS name and no IPv6 address", () => {
    const all = cidr("0.0.0.0/0");
    expect(contains(all, "host.example.com")).toBe(false);
    expect(contains(all, "::1")).toBe(false);
  });
});
