import { expect, test } from "vitest";
import { aptSources } from "../../src/lab/base-image.ts";
import { modulesBuiltin } from "../../src/lab/builtin-modules.ts";
import { phaseOf } from "../../src/lab/debootstrap.ts";
import { firewallRules, firewallTable } from "../../src/lab/firewall.ts";
import { mirrorIn } from "../../src/lab/mirror.ts";
import { labPaths } from "../../src/lab/paths.ts";
import { aptCacheConfig, registryConfig, resolverConfig } from "../../src/lab/service-configs.ts";
import { defaultSettings } from "../../src/lab/settings.ts";

const lab = defaultSettings({ DROVER_CACHE: "/c", DROVER_LAB: "/l" });
const paths = labPaths(lab);

test("the apt cache listens on the bridge alone and keeps its packages in the cache", () => {
  expect(aptCacheConfig(lab, paths)).toBe(`CacheDir: /c/lab/aptcache
LogDir: /l/run/apt-cache
SupportDir: /usr/lib/apt-cacher-ng
SocketPath: /l/run/apt-cache/socket
Port: 3142
BindAddress: 10.77.0.1
ForeGround: 1
ExThreshold: 30
DnsCacheSeconds: 300
`);
});

test("the registry speaks plain http on the bridge, on what parts have filled", () => {
  expect(registryConfig(lab, paths)).toBe(`version: 0.1
log: { level: warn, accesslog: { disabled: true } }
storage: { filesystem: { rootdirectory: "/c/registry" } }
http: { addr: "10.77.0.1:5000" }
`);
});

test("the resolver forwards nothing and knows every host that there can be", () => {
  const lines = resolverConfig(lab, paths).split("\n");
  expect(lines).toContain("no-resolv");
  expect(lines).toContain("address=/#/");
  expect(lines).toContain("host-record=registry.lab,10.77.0.1");
  expect(lines.filter((line) => line.startsWith("host-record=h"))).toHaveLength(20);
  expect(lines.some((line) => line.startsWith("server="))).toBe(false);
});

test("the firewall replaces its own table as a whole, so that a second up changes nothing", () => {
  const rules = firewallRules(lab).split("\n");
  expect(rules.slice(0, 3)).toEqual([
    `add table inet ${firewallTable(lab)}`,
    `delete table inet ${firewallTable(lab)}`,
    `table inet ${firewallTable(lab)} {`,
  ]);
});

test("the firewall counts and refuses whatever else comes from the bridge, after what is allowed", () => {
  const rules = firewallRules(lab);
  expect(rules.indexOf('oifname "drover0" accept')).toBeLessThan(rules.indexOf("counter name refused reject"));
  expect(rules).toContain("tcp dport { 53, 3142, 5000 } accept");
  expect(rules.trimEnd().endsWith("counter name refused reject\n  }\n}")).toBe(true);
});

test("the mirror is the one that this machine uses, in either of apt's two formats", () => {
  expect(mirrorIn("Types: deb\nURIs: http://mirror.example/debian/\nSuites: bookworm")).toBe(
    "http://mirror.example/debian",
  );
  expect(mirrorIn("# deb http://no.example/debian x\ndeb http://old.example/debian bookworm main")).toBe(
    "http://old.example/debian",
  );
});

test("the public mirror stands in where this machine names none of Debian, as on Ubuntu, or only an https one", () => {
  expect(mirrorIn("deb http://archive.ubuntu.com/ubuntu noble main")).toBe("http://deb.debian.org/debian");
  expect(mirrorIn("deb https://mirror.example/debian trixie main")).toBe("http://deb.debian.org/debian");
});

test("hosts get security updates from beside the mirror", () => {
  expect(aptSources("http://m.example/debian", "trixie").split("\n")[2]).toBe(
    "deb http://m.example/debian-security trixie-security main",
  );
});

test("only what the kernel has built in is listed as built in", () => {
  const config = "CONFIG_BRIDGE=y\nCONFIG_VXLAN=m\n# CONFIG_TUN is not set\nCONFIG_BRIDGE_NETFILTER=y";
  const table = "# option\tmodules\nBRIDGE\tbridge\nVXLAN\tvxlan\nTUN\ttun\nBRIDGE_NETFILTER\tbr_netfilter extra\n";
  expect(modulesBuiltin(config, table)).toBe(
    "kernel/builtin/bridge.ko\nkernel/builtin/br_netfilter.ko\nkernel/builtin/extra.ko\n",
  );
});

test("debootstrap's lines tell its phases", () => {
  expect(phaseOf("I: Retrieving adduser 3.152")).toBe("fetching packages");
  expect(phaseOf("I: Configuring libc6:amd64...")).toBe("configuring");
  expect(phaseOf("W: Retrieving failed")).toBeUndefined();
});
