import { describe, expect, it } from "vitest";
import { isMapping } from "../../src/core/mapping.ts";
import { hosts, minimal, mistakesOf } from "./inventory-support.ts";

/** The smallest good inventory with this value at a place such as `rke.api.auditLog.maxAgeDays`; `0` is the first of a list. */
function withValue(place: string, value: unknown): unknown {
  const put = (whole: unknown, [key, ...rest]: readonly string[]): unknown => {
    if (key === undefined) return value;
    if (key === "0") return [put(Array.isArray(whole) ? whole[0] : {}, rest)];
    const mapping = isMapping(whole) ? whole : {};
    return { ...mapping, [key]: put(mapping[key], rest) };
  };
  // Domains need somebody who looks names up in them.
  const whole = place === "dns/search" ? { ...minimal, dns: { nameservers: ["192.0.2.53"] } } : minimal;
  return put(whole, place.split("/"));
}

const inWords = (place: string) => place.replaceAll("/0", "[0]").replaceAll("/", ".");
const long = (length: number) => "a".repeat(length);
const jumps = (count: number) => Array.from({ length: count }, (_, n) => ({ address: `j${n}` }));
const names = (count: number) => Array.from({ length: count }, (_, n) => `n${n}.lan`);

describe("a number has a least and a most", () => {
  it.each<[string, number, number]>([
    ["ssh/port", 1, 65_535],
    ["ssh/timeoutSeconds", 1, 600],
    ["ssh/keepAliveSeconds", 1, 600],
    ["hosts/0/port", 1, 65_535],
    ["rke/addonJobTimeout", 1, 3600],
    ["rke/network/mtu", 1280, 9000],
    ["rke/nginx/httpPort", 1, 65_535],
    ["rke/nginx/httpsPort", 1, 65_535],
    ["rke/api/auditLog/maxAgeDays", 1, 100_000],
    ["rke/api/auditLog/maxBackups", 1, 100_000],
    ["rke/api/auditLog/maxSizeMiB", 1, 100_000],
    ["rke/etcd/snapshots/everyHours", 1, 168],
    ["rke/etcd/snapshots/keep", 1, 1000],
    ["rke/etcd/snapshots/timeoutSeconds", 10, 3600],
    ["rke/upgrade/drainGraceSeconds", -1, 86_400],
    ["rke/upgrade/drainTimeoutSeconds", 1, 86_400],
  ])("%s: %i to %i", (place, least, most) => {
    for (const value of [least, most]) expect(mistakesOf(withValue(place, value)), String(value)).toEqual([]);
    for (const value of [least - 1, most + 1, least + 0.5, String(least)]) {
      const told = mistakesOf(withValue(place, value));
      expect(told, String(value)).toHaveLength(1);
      expect(told[0]?.startsWith(`${inWords(place)}: must be `), told[0]).toBe(true);
    }
  });
});

describe("a list has a length", () => {
  it.each<[string, readonly unknown[], readonly unknown[]]>([
    ["ssh/jump", jumps(8), jumps(9)],
    ["dns/nameservers", ["192.0.2.1", "192.0.2.2", "192.0.2.3"], ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"]],
    ["rke/dns/upstream", ["192.0.2.1", "192.0.2.2", "192.0.2.3"], ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"]],
    ["dns/search", names(32), names(33)],
    ["time/servers", names(8), names(9)],
  ])("%s", (place, most, more) => {
    for (const good of [[], most]) expect(mistakesOf(withValue(place, good))).toEqual([]);
    expect(mistakesOf(withValue(place, more))).toEqual([
      expect.stringContaining(`${inWords(place)}: lists more than `),
    ]);
  });

  it("of hosts and their roles has something in it", () => {
    expect(mistakesOf({ ...minimal, hosts: [] })[0]).toBe("hosts: must list at least one host");
    expect(mistakesOf({ ...minimal, hosts: hosts(1, []) })).toEqual([expect.stringContaining("at least one role")]);
  });
});

describe("a text has a form", () => {
  it.each<[string, readonly unknown[], readonly unknown[]]>([
    ["cluster/name", ["a", long(63), "a-1", "1"], ["", long(64), "-a", "a-", "a.b", "A", "a_b", "a\n"]],
    [
      "hosts/0/address",
      [long(63), `${long(63)}.${long(63)}`, "a.b-c.d"],
      [long(64), "a..b", ".a", "a.", "a b", "1.2.3"],
    ],
    ["ssh/user", ["u", "U_x.y-z", "_u", "svc$"], ["", "1u", "-u", "u$x", "a b", "u\n", "a;b"]],
    [
      "ssh/passphrase",
      ["ask", "env:A_1", "file:x y", "cmd:a | b"],
      ["", "Ask", "env:1A", "env:", "file:", "cmd:", "hunter2"],
    ],
    ["ssh/password", ["ask", "env:A"], ["ask ", "env:A B", "file:a\nb", "plain"]],
    ["rke/etcd/snapshots/s3/bucket", ["b1b"], ["", "B", "a b"]],
    [
      "rke/kubernetesVersion",
      ["v1.32.5-rancher1-1"],
      ["v1.32.5", "v1.32.5-rancher1", "1.32.5-rancher1-1", "v1.32-rancher1-1"],
    ],
    [
      "rke/upgrade/workersAtOnce",
      [1, "1", 9999, "1%", "99%", "100%"],
      [0, "0", 10_000, "0%", "101%", "1.5", "", "10 %", -1],
    ],
    ["rke/upgrade/controlplanesAtOnce", [2, "50%"], ["00%", "%", true]],
    ["rke/api/nodePorts", ["1-2", "30000-32767", "1-65535"], ["0-9", "1-65536", "5-5", "9-5", "1", "1-2-3", "a-b"]],
    ["rke/api/address", ["lb", "lb:1", "lb:65535", "10.0.0.1:443"], ["lb:0", "lb:65536", "*.lb", "10.0.0.256", "lb:"]],
    ["rke/network/interface", ["eno1", "a", long(15), "bond0.7"], ["", long(16), "a b", "a/b", "a:b"]],
    ["docker/version", ["28", "28.3", "28.3.3"], ["", "28.", "28.3.3.1", "v28", "28.x"]],
    ["docker/dataRoot", ["/a", "/a/b-c_d.e"], ["", "/", "/a/", "a", "/a//b", "/a b", "~/a"]],
    ["gpu/driver/version", ["580", "580.95", "580.95.05"], ["58", "5800", "580.", "580.1.2.3", "latest"]],
    ["gpu/toolkit/version", ["1", "1.20", "1.20.0"], ["", "v1", "1.", "1.2.3.4"]],
    ["kernel/modules/0", ["br_netfilter", "nf-x", "8021q"], ["", "a b", "a/b", "a.ko"]],
    ["extraHosts/a.lan", ["192.0.2.7", "fd00::7", "h1"], ["", "H1", "a.b", "-h", "192.0.2"]],
    [
      "proxy/http",
      ["http://p", "https://p.lan:3128/", "http://[fd00::1]:80"],
      ["", "p:1", "ftp://p", "http://p/x", "http://-p", "http://u@p"],
    ],
    ["proxy", [{ https: "http://p", no: [".lan", "10.0.0.0/8", "*.x"] }], [{ https: "http://p", no: [""] }]],
    [
      "registries/0/url",
      ["a", "a.b:5000", "A1", "a/b_c/d.e"],
      ["", "-a", "a-", "a:123456", "a/", "a/B", "a b", "u@a", "http://a"],
    ],
    ["tools/rke/version", ["v1.8.4"], ["1.8.4", "v1.8", "v1.8.4-rc1", "v1.8.4.1", "V1.8.4"]],
    ["addons/localPath/path", ["/a", "/a/b.c"], ["/", "/a/..", "/../a", "/a/./b", "/a//b"]],
    ["addons/monitoring/storage", ["1Gi", "50Mi", "2Ti"], ["1G", "01Gi", "1.5Gi", "Gi", "50Ki"]],
    ["addons/monitoring/retention", ["1h", "15d", "2w", "1y"], ["0d", "15", "d", "1m", "1d1h"]],
  ])("%s", (place, good, bad) => {
    for (const value of good) expect(mistakesOf(withValue(place, value)), JSON.stringify(value)).toEqual([]);
    for (const value of bad) {
      const told = mistakesOf(withValue(place, value));
      expect(told, JSON.stringify(value)).toHaveLength(1);
      // Of a program, the whole is told: it may be a name, too. Of a proxy, the part that is wrong.
      const at = place === "tools/rke/version" ? "tools.rke" : inWords(place).replace(".a.lan", '["a.lan"]');
      expect(told[0]?.startsWith(at), `${JSON.stringify(value)}: ${told[0]}`).toBe(true);
      expect(told[0]).not.toContain("hunter2");
    }
  });

  it.each<[string, readonly string[], readonly string[]]>([
    ["labels", ["a", long(63), `${long(63)}/${long(63)}`, "a.b/c_d"], ["", long(64), "a/", "/a", "a/b/c", "_a", "a_"]],
    ["values of labels", ["", "a", long(63), "A.b_c-d"], [long(64), "-a", "a b", "a/b"]],
    [
      "taints",
      ["a:NoSchedule", `a=${long(63)}:NoExecute`, "x.y/a=:PreferNoSchedule"],
      ["a", "a=b", "a:noschedule", `a=${long(64)}:NoExecute`, "=b:NoSchedule"],
    ],
    ["groups", ["a", "a-b_c", "1"], ["", "A", "-a", "a.b"]],
  ])("names of %s", (what, good, bad) => {
    const inventoryOf = (value: string): unknown =>
      ({
        labels: withValue("hosts/0/labels", { [value]: "x" }),
        "values of labels": withValue("hosts/0/labels", { a: value }),
        taints: withValue("hosts/0/taints", [value]),
        groups: withValue("groups", { [value]: {} }),
      })[what];
    expect(good.flatMap((value) => mistakesOf(inventoryOf(value)))).toEqual([]);
    expect(bad.filter((value) => mistakesOf(inventoryOf(value)).length !== 1)).toEqual([]);
  });
});
