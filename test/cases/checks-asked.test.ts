import { describe, expect, it } from "vitest";
import { allChecks } from "../../src/checks/results.ts";
import { resultsOf } from "./check-files.ts";

type Written = Parameters<typeof resultsOf>[0];

/** Those that say nothing of such hosts: neither that all is well nor that anything is wrong. */
function silent(written: Written): readonly string[] {
  const told = new Set(resultsOf(written).map(({ check }) => check));
  return allChecks.map(({ id }) => id).filter((id) => !told.has(id) && !/^(mesh|access\/login)/.test(id));
}

/** On a host with all roles, no GPU, one registry for all images, flannel, and a cluster that is not made yet. */
const usual = [
  "docker/provided",
  "gpu/headers",
  "gpu/nouveau",
  "gpu/present",
  "gpu/secure-boot",
  "kernel/rp-filter",
  "names/rancher",
  "names/rancher-elsewhere",
  "network/interface-there",
  "network/internal-address",
  "ports/proxy",
  "registries/docker-packages",
  "registries/hub",
];

const ofEtcd = ["disk/etcd-latency", "disk/etcd-space", "disk/etcd-spinning", "leftovers/etcd"];

/** What such a host changes: checks that fall silent, and checks that speak now. */
const cases: readonly (readonly [name: string, written: Written, fewer: readonly string[], more: readonly string[]])[] =
  [
    ["the usual one", {}, [], []],
    ["one whose user is root", { host: { user: "root" } }, ["access/docker-group"], []],
    ["a worker", { host: { roles: ["worker"] } }, ofEtcd, ["ports/proxy"]],
    ["a control plane alone", { host: { roles: ["controlplane"] } }, [...ofEtcd, "ports/ingress"], []],
    ["an etcd host alone", { host: { roles: ["etcd"] } }, ["ports/ingress"], ["ports/proxy"]],
    [
      "one with GPUs",
      { host: { gpu: true } },
      ["gpu/unused"],
      ["gpu/headers", "gpu/nouveau", "gpu/present", "gpu/secure-boot"],
    ],
    [
      "one of a cluster that is made",
      { built: true },
      [
        ...["disk/etcd-space", "disk/images", "docker/containers", "firewall/forward", "firewall/input"],
        ...["leftovers/cni", "leftovers/etcd", "leftovers/packet-rules", "leftovers/rke"],
        ...["ports/ingress", "ports/local", "ports/node-ports", "ports/roles"],
      ],
      [],
    ],
    [
      "a worker of a cluster that is made",
      { built: true, host: { roles: ["worker"] } },
      [
        ...[...ofEtcd, "disk/images", "docker/containers", "firewall/forward", "firewall/input"],
        ...["leftovers/cni", "leftovers/packet-rules", "leftovers/rke"],
        ...["ports/ingress", "ports/local", "ports/node-ports", "ports/roles"],
      ],
      [],
    ],
    [
      "Docker CE",
      { cluster: { docker: { source: "docker-ce" } }, answers: { reach: { tried: "0 0\n1 0\ndone\n" } } },
      [],
      ["registries/docker-packages"],
    ],
    [
      "Docker of somebody's own",
      { cluster: { docker: { source: "none" } } },
      ["docker/installed"],
      ["docker/provided"],
    ],
    ["no registry", { cluster: { registries: [] } }, ["registries/reachable"], ["registries/hub"]],
    [
      "a registry beside Docker Hub",
      {
        cluster: { registries: [{ url: "r.example.com", insecure: false, default: false }] },
        answers: { reach: { tried: "0 0\n1 0\ndone\n" } },
      },
      [],
      ["registries/hub"],
    ],
    ["no ingress", { cluster: { rke: { ingress: "none" } } }, ["ports/ingress"], []],
    ["Calico", plugin("calico"), ["kernel/vxlan", "network/interface"], ["kernel/rp-filter"]],
    ["Weave", plugin("weave"), ["kernel/vxlan", "network/interface"], []],
    ["Canal", plugin("canal"), [], []],
    ["Canal by a card", plugin("canal", { canal_iface: "eth0" }), ["network/interface"], ["network/interface-there"]],
    [
      "a card of the inventory's",
      { cluster: { rke: { network: { interface: "eth0" } } } },
      ["network/interface"],
      ["network/interface-there"],
    ],
    [
      "an internal address",
      { host: { internalAddress: "10.125.0.11" } },
      ["network/address"],
      ["network/internal-address"],
    ],
    ["a host that is known by name", { host: { address: "k1.example.com" } }, ["network/address"], []],
    ["internal names alone", { host: { internalAddress: "k1.lan" } }, ["network/address"], []],
    [
      "Rancher",
      { cluster: { addons: { rancher: { hostname: "r.example.com" } } } },
      [],
      ["names/rancher", "names/rancher-elsewhere"],
    ],
    [
      "Rancher by a name that up writes into /etc/hosts",
      { cluster: { addons: { rancher: { hostname: "r.lan" } }, extraHosts: { "r.lan": "10.125.0.11" } } },
      [],
      [],
    ],
  ];

function plugin(name: string, options: Readonly<Record<string, string>> = {}): Written {
  return { cluster: { rke: { network: { plugin: name, options } } } };
}

describe("who is asked what", () => {
  it.each(cases)("%s", (_, written, fewer, more) => {
    const expected = [...usual.filter((id) => !more.includes(id)), ...fewer];
    expect(silent(written).toSorted()).toEqual(expected.toSorted());
  });
});
