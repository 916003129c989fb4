import { describe, expect, it } from "vitest";
import type { Cluster, Role } from "../../src/core/cluster.ts";
import { meshAddress, portsBetween, portsOn } from "../../src/mesh/flows.ts";
import { targetsOf } from "../../src/mesh/targets.ts";
import { chartSettings } from "./support/addon-world.ts";
import { cluster, host } from "./support/rke-world.ts";

const roles = ["controlplane", "etcd", "worker"] as const;

/** Every way to give a host roles. */
const sets: readonly (readonly Role[])[] = [1, 2, 3, 4, 5, 6, 7].map((bits) =>
  roles.filter((_, index) => (bits & (1 << index)) !== 0),
);

function withPlugin(plugin: Cluster["rke"]["network"]["plugin"], addons: Cluster["addons"] = {}): Cluster {
  return { ...cluster, addons, rke: { ...cluster.rke, network: { plugin, options: {} } } };
}

const bare = withPlugin("none");
const words = (ports: ReturnType<typeof portsOn>) => ports.map(({ protocol, port }) => `${protocol}:${port}`);
const between = (from: readonly Role[], to: readonly Role[], given = bare) =>
  words(portsBetween(host("node-a", { roles: from }), host("node-b", { roles: to }), given));

describe("what a host of one role must reach on a host of another", () => {
  it.each<[Role, Role, readonly string[]]>([
    ["controlplane", "controlplane", ["tcp:6443", "tcp:10250"]],
    ["controlplane", "etcd", ["tcp:2379", "tcp:10250"]],
    ["controlplane", "worker", ["tcp:10250"]],
    ["etcd", "controlplane", ["tcp:6443"]],
    ["etcd", "etcd", ["tcp:2379", "tcp:2380"]],
    ["etcd", "worker", []],
    ["worker", "controlplane", ["tcp:6443", "tcp:10250"]],
    ["worker", "etcd", ["tcp:10250"]],
    ["worker", "worker", ["tcp:10250"]],
  ])("%s to %s: as RKE's own table has it", (from, to, ports) => {
    expect(between([from], [to])).toEqual(ports);
  });

  it("is for several roles what each of them needs, once", () => {
    for (const from of sets)
      for (const to of sets) {
        const each = from.flatMap((one) => to.flatMap((other) => between([one], [other])));
        expect(between(from, to).toSorted(), `${from} to ${to}`).toEqual([...new Set(each)].toSorted());
      }
  });

  it.each<[Cluster["rke"]["network"]["plugin"], readonly string[]]>([
    ["none", []],
    ["canal", ["udp:8472"]],
    ["flannel", ["udp:8472"]],
    ["calico", ["tcp:179", "udp:4789"]],
    ["weave", ["tcp:6783", "udp:6783"]],
  ])("grows with the network plugin %s, between all hosts alike", (plugin, ports) => {
    for (const from of sets)
      for (const to of sets) expect(between(from, to, withPlugin(plugin))).toEqual([...between(from, to), ...ports]);
  });

  it("is, taken together, what a host listens on", () => {
    const addons = { metallb: { ...chartSettings(), addresses: [] }, traefik: chartSettings() };
    for (const plugin of ["none", "canal", "calico", "weave"] as const)
      for (const to of sets) {
        const given = withPlugin(plugin, addons);
        const all = new Set(roles.flatMap((from) => between([from], to, given)));
        expect(new Set(words(portsOn(host("node-b", { roles: to }), given)))).toEqual(all);
      }
  });
});

describe("the address by which hosts reach one another", () => {
  it("is the one inside, where there is one", () => {
    expect(meshAddress(host("a", { address: "203.0.113.7", internalAddress: "10.0.0.7" }))).toBe("10.0.0.7");
    expect(meshAddress(host("a", { address: "203.0.113.7" }))).toBe("203.0.113.7");
  });
});

describe("whom a worker of a large cluster tries", () => {
  const workers = Array.from({ length: 30 }, (_, index) => host(`w${index}`));
  const tried = (name: string, hosts = workers) =>
    targetsOf(hosts.find((one) => one.name === name) ?? host("x"), { ...bare, hosts }, hosts).map((one) => one.name);

  it("is the twenty that follow it, over the end of the inventory too", () => {
    expect(tried("w3")).toEqual(workers.slice(4, 24).map(({ name }) => name));
    expect(tried("w25")).toEqual([...workers.slice(26), ...workers.slice(0, 16)].map(({ name }) => name));
    expect(tried("w29")).toEqual(workers.slice(0, 20).map(({ name }) => name));
  });

  it("is everybody besides who keeps etcd or the API, wherever that stands", () => {
    const keepers = workers.map((one, index) =>
      index === 27
        ? { ...one, roles: ["etcd" as const] }
        : index === 28
          ? { ...one, roles: ["controlplane" as const] }
          : one,
    );
    expect(tried("w3", keepers)).toEqual([...workers.slice(4, 24), ...workers.slice(27, 29)].map(({ name }) => name));
  });

  it("is nobody for a host that is alone, and itself in no case", () => {
    expect(tried("w0", workers.slice(0, 1))).toEqual([]);
    expect(tried("w0", workers.slice(0, 2))).toEqual(["w1"]);
  });
});
