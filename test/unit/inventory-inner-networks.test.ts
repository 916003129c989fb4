import { describe, expect, it } from "vitest";
import { hosts, minimal, mistakesOf } from "./inventory-support.ts";

const worker = { name: "w", roles: ["worker"] };
const mistakes = (more: object) => mistakesOf({ ...minimal, ...more });
const places = (more: object) => mistakes(more).map((line) => line.slice(0, line.indexOf(": ")));
const withHost = (address: string, rke: object = {}) =>
  mistakes({ hosts: [...minimal.hosts, { ...worker, address }], rke });

describe("the first and the last address of the cluster's own networks", () => {
  const rke = { clusterCidr: "10.50.16.0/20", serviceCidr: "10.60.0.0/22" };

  it.each([
    ["10.50.15.255", undefined],
    ["10.50.16.0", "rke.clusterCidr (10.50.16.0/20)"],
    ["10.50.31.255", "rke.clusterCidr (10.50.16.0/20)"],
    ["10.50.32.0", undefined],
    ["10.59.255.255", undefined],
    ["10.60.0.0", "rke.serviceCidr (10.60.0.0/22)"],
    ["10.60.3.255", "rke.serviceCidr (10.60.0.0/22)"],
    ["10.60.4.0", undefined],
    // The defaults count no more where others are chosen.
    ["10.42.0.1", undefined],
    ["10.43.0.1", undefined],
  ])("%s as a host's lies in %s", (address, network) => {
    const told = network === undefined ? [] : [`hosts[1].address: ${address} lies in ${network}, which the cluster`];
    expect(withHost(address, rke).map((line) => line.replace(/ uses inside.*/, ""))).toEqual(told);
  });

  it.each([
    ["10.41.255.255", []],
    ["10.42.0.0", ["hosts[1].address"]],
    ["10.43.255.255", ["hosts[1].address"]],
    ["10.44.0.0", []],
  ])("%s lies in the defaults: %j", (address, told) => {
    expect(places({ hosts: [...minimal.hosts, { ...worker, address }] })).toEqual(told);
    expect(withHost(address, { clusterCidr: "10.50.0.0/16" }).length).toBe(address.startsWith("10.43") ? 1 : 0);
  });

  it.each([
    ["10.42.255.255-10.43.0.0", ["addons.metallb.addresses[0]"]],
    ["10.41.255.250-10.41.255.255", []],
    ["10.41.255.250-10.42.0.0", ["addons.metallb.addresses[0]"]],
    ["10.43.255.255-10.44.0.9", ["addons.metallb.addresses[0]"]],
    ["10.44.0.0/24", []],
    ["192.0.2.0-192.0.2.0", []],
    ["192.0.2.1-192.0.2.1", ["addons.metallb.addresses[0]"]],
    ["192.0.2.2-192.0.2.2", []],
  ])("MetalLB may not give away %s: %j", (range, told) => {
    expect(places({ addons: { metallb: { addresses: [range] } } })).toEqual(told);
  });

  it("are not held against ranges of MetalLB's that are wrong anyway, but the good ones are, each at its place", () => {
    const metallb = (...addresses: readonly unknown[]) => mistakes({ addons: { metallb: { addresses } } });
    expect(metallb("10.42.0.0-10.41.0.0", 7, "10.42.0.0/24", "192.0.2.1/32")).toEqual([
      "addons.metallb.addresses[0]: ends before it begins",
      expect.stringMatching(/^addons\.metallb\.addresses\[1\]: must be text/),
      "addons.metallb.addresses[2]: 10.42.0.0/24 overlaps rke.clusterCidr, which the cluster uses inside",
      "addons.metallb.addresses[3]: 192.0.2.1/32 holds the address of h1",
    ]);
  });

  it.each([
    ["10.42.0.0", ["10.42.0.0 lies in rke.clusterCidr, which the cluster uses inside"]],
    ["10.43.255.255", ["10.43.255.255 lies in rke.serviceCidr, which the cluster uses inside"]],
    ["192.0.2.1", ["192.0.2.1 is the address of h1"]],
    ["10.9.0.1", ["10.9.0.1 is the address of h1"]],
    ["192.0.2.99", []],
    ["192.0.2.100", ["192.0.2.100 lies in 192.0.2.100-192.0.2.110, which MetalLB gives to services"]],
    ["192.0.2.110", ["192.0.2.110 lies in 192.0.2.100-192.0.2.110, which MetalLB gives to services"]],
    ["192.0.2.111", []],
    ["192.0.2.200", ["192.0.2.200 lies in 192.0.2.200/30, which MetalLB gives to services"]],
  ])("the API's virtual address %s is free: %j", (address, told) => {
    const addons = { metallb: { addresses: ["192.0.2.100-192.0.2.110", "192.0.2.200/30"] }, kubeVip: { address } };
    const inner = [{ ...minimal.hosts[0], internalAddress: "10.9.0.1" }];
    expect(mistakes({ addons, hosts: inner })).toEqual(told.map((why) => `addons.kubeVip.address: ${why}`));
  });

  it.each([
    ["10.42.255.255", "10.42.255.255 lies in rke.clusterCidr; take one that nobody has, such as 169.254.20.10"],
    ["10.43.0.0", "10.43.0.0 lies in rke.serviceCidr; take one that nobody has, such as 169.254.20.10"],
    ["10.9.0.1", "10.9.0.1 is the address of h1"],
    ["169.254.20.10", undefined],
  ])("the cache of names on %s: %s", (nodeLocal, why) => {
    const inner = [{ ...minimal.hosts[0], internalAddress: "10.9.0.1" }];
    const told = why === undefined ? [] : [`rke.dns.nodeLocal: ${why}`];
    expect(mistakes({ rke: { dns: { nodeLocal } }, hosts: inner })).toEqual(told);
  });
});

describe("a range of services", () => {
  it.each([
    ["10.96.0.0/12", []],
    ["10.96.0.0/28", []],
    ["10.96.0.0/29", ["rke.serviceCidr: 10.96.0.0/29 is too small: /28 at least"]],
    ["10.96.0.0/32", ["rke.serviceCidr: 10.96.0.0/32 is too small: /28 at least"]],
    ["11.128.0.0/11", ["rke.serviceCidr: 11.128.0.0/11 is larger than Kubernetes takes: /12 at most"]],
  ])("of %s: %j", (serviceCidr, told) => {
    expect(mistakes({ rke: { serviceCidr } })).toEqual(told);
  });
});

describe("the pods' range", () => {
  const flags = (mask: unknown, pods?: unknown) => ({
    "kube-controller": { "node-cidr-mask-size": mask },
    ...(pods === undefined ? {} : { kubelet: { "max-pods": pods } }),
  });
  const told = (count: number, clusterCidr: string, extraArgs: object = {}) =>
    mistakes({ hosts: hosts(count, ["controlplane", "etcd", "worker"]), rke: { clusterCidr, extraArgs } });

  it.each([
    [1, "10.42.0.0/24", 24, true],
    [3, "10.42.0.0/22", 24, true],
    [5, "10.42.0.0/22", 24, false],
    [3, "10.42.0.0/23", 24, false],
    [3, "10.42.0.0/23", 25, true],
    [1, "10.42.0.0/25", 24, false],
    [5, "10.42.0.0/22", "25", true],
    [5, "10.42.0.0/22", ["25"], true],
  ])("has room for %i hosts in %s with /%j each: %s", (count, range, mask, isEnough) => {
    const found = told(count, range, flags(mask, 10));
    expect(found).toHaveLength(isEnough ? 0 : 1);
    if (!isEnough) expect(found[0]).toMatch(/^rke\.clusterCidr: .* has room for \d+ nodes of \/24 each, and there are/);
  });

  // /24 holds 253 pods, /25 125, /26 61; kubelet's own limit is 110.
  it.each([
    [24, 253, true],
    [24, 254, false],
    [25, undefined, true],
    [25, 125, true],
    [25, 126, false],
    [26, undefined, false],
    [26, 61, true],
    [26, "62", false],
    // Judged by nobody here: kube-controller-manager says what is wrong with these.
    [0, 500, true],
    [31, 500, true],
    ["many", 500, true],
    [24, "many", true],
  ])("has /%j for each node's %j pods: %s", (mask, pods, isEnough) => {
    const found = told(1, "10.42.0.0/16", flags(mask, pods));
    expect(found.map((line) => line.slice(0, line.indexOf(": ")))).toEqual(
      isEnough ? [] : ["rke.extraArgs.kubelet.max-pods"],
    );
  });

  it("is not held against hosts whose number is not known, nor by its default where it is wrong itself", () => {
    const many = Array.from({ length: 300 }, (_, n) => ({ name: `w${n}`, roles: ["worker"] }));
    const all = [...minimal.hosts, ...many];
    expect(mistakes({ hosts: all })).toEqual([
      "rke.clusterCidr: 10.42.0.0/16 has room for 256 nodes of /24 each, and there are 301 hosts",
    ]);
    expect(mistakes({ hosts: all, rke: { clusterCidr: "10.42.0.0/33" } })).toEqual([
      "rke.clusterCidr: must be an IPv4 range such as 10.42.0.0/16",
    ]);
    expect(mistakes({ hosts: all, rke: 7 })).toEqual(["rke: must be a mapping of keys to values, but is a number"]);
  });
});
