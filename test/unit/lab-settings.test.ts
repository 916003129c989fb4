import { expect, test } from "vitest";
import { basePackagesOf } from "../../src/lab/base-packages.ts";
import { hostPaths, labPaths } from "../../src/lab/paths.ts";
import {
  address,
  aptCacheUrl,
  assertHostNumber,
  defaultSettings,
  gateway,
  hostName,
  hostNumbers,
  linkName,
  mac,
  maxHosts,
  suites,
} from "../../src/lab/settings.ts";

const lab = defaultSettings({ DROVER_CACHE: "/c", DROVER_LAB: "/l" });
const second = { ...lab, bridge: "drover9", net: "10.79.0", prefix: "t" };

test("host 1 is h1 at 10.77.0.11, behind the gateway 10.77.0.1", () => {
  expect([hostName(lab, 1), address(lab, 1), gateway(lab)]).toEqual(["h1", "10.77.0.11", "10.77.0.1"]);
  expect(aptCacheUrl(lab)).toBe("http://10.77.0.1:3142");
});

test("a second lab shares no name and no address with the first", () => {
  expect(linkName(second, 3)).toBe("drover9-t3");
  expect(address(second, 3)).toBe("10.79.0.13");
  expect(mac(second, 3)).not.toBe(mac(lab, 3));
});

test("a hardware address is locally administered, belongs to one machine, and is its address in hexadecimal", () => {
  expect(mac(lab, 1)).toBe("52:54:0a:4d:00:0b");
  expect(Number.parseInt(mac(lab, 1).slice(0, 2), 16) & 0b11).toBe(0b10);
});

test("all hosts have addresses of their own inside the /24", () => {
  const addresses = hostNumbers(maxHosts).map((i) => address(lab, i));
  expect(new Set(addresses).size).toBe(maxHosts);
  expect(addresses.at(-1)).toBe("10.77.0.30");
});

test("the kernel takes every link's name: it is at most 15 characters long", () => {
  for (const i of hostNumbers(maxHosts)) expect(linkName(lab, i).length).toBeLessThanOrEqual(15);
});

test("what is kept lies in the cache, what goes with the lab lies in its home", () => {
  const paths = labPaths(lab);
  for (const kept of [paths.base, paths.aptCache, paths.key, paths.registry]) expect(kept).toMatch(/^\/c\//);
  for (const gone of [paths.run, paths.hosts, hostPaths(lab, 1).root]) expect(gone).toMatch(/^\/l\//);
});

test("the cache is where the XDG folders say, if that is a whole path, and DROVER_CACHE comes first", () => {
  expect(defaultSettings({ XDG_CACHE_HOME: "/var/tmp/mine" }).cache).toBe("/var/tmp/mine/drover");
  expect(defaultSettings({ XDG_CACHE_HOME: "/var/tmp/mine//" }).cache).toBe("/var/tmp/mine/drover");
  expect(defaultSettings({ XDG_CACHE_HOME: "relative" }).cache).toMatch(/\/\.cache\/drover$/);
  expect(defaultSettings({ XDG_CACHE_HOME: "" }).cache).toMatch(/\/\.cache\/drover$/);
  expect(defaultSettings({ XDG_CACHE_HOME: "/var/tmp/mine", DROVER_CACHE: "/c" }).cache).toBe("/c");
});

test("without variables, the cache is in the operator's home and the hosts in /var/lib", () => {
  const plain = defaultSettings({});
  expect(plain.cache).toMatch(/\/\.cache\/drover$/);
  expect(plain.home).toBe("/var/lib/drover-lab");
});

test.each([0, 21, 1.5, Number.NaN, -1])("%s is no number of hosts", (n) => {
  expect(() => assertHostNumber(n)).toThrow(expect.objectContaining({ code: "cli/usage" }));
});

test("hosts are of the Debian release that is asked for, each with a base image of its own", () => {
  const bases = (["trixie", "bookworm", "bullseye"] as const).map((suite) => {
    const asked = defaultSettings({ DROVER_CACHE: "/c", DROVER_LAB_SUITE: suite });
    expect(asked.suite).toBe(suite);
    return labPaths(asked).base;
  });
  expect(bases).toEqual(["/c/lab/base", "/c/lab/base-bookworm", "/c/lab/base-bullseye"]);
  expect(defaultSettings({})).toMatchObject({ suite: "trixie", os: "debian" });
  expect(defaultSettings({ DROVER_LAB_SUITE: "bullseye" }).os).toBe("ubuntu");
});

test("a Debian release that practice hosts cannot have is refused, with those that they can", () => {
  expect(() => defaultSettings({ DROVER_LAB_SUITE: "sid" })).toThrow(
    expect.objectContaining({ code: "cli/usage", remedy: expect.stringContaining("trixie, bookworm, bullseye") }),
  );
});

test("only Debian 11 has systemd-resolved without a package for it", () => {
  for (const suite of suites) expect(basePackagesOf(suite).includes("systemd-resolved")).toBe(suite !== "bullseye");
});
