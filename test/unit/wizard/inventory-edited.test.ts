import { describe, expect, it } from "vitest";
import { complaints } from "../../../src/inventory/write/complaints.ts";
import type { Plain } from "../../../src/inventory/write/render.ts";
import type { Answers } from "../../../src/wizard/answers.ts";
import { answersOf } from "../../../src/wizard/answers-of.ts";
import { following } from "../../../src/wizard/following.ts";
import { inventoryOf } from "../../../src/wizard/inventory-of.ts";
import type { Known } from "../../../src/wizard/known.ts";
import { internalQuestion } from "../../../src/wizard/questions/network.ts";
import type { Seen } from "../../../src/wizard/seen.ts";

const roles = ["controlplane", "etcd", "worker"];
const own: Plain = {
  version: 1,
  cluster: { name: "prod" },
  ssh: { user: "root" },
  hosts: [
    { name: "a", address: "10.0.0.1", internalAddress: "10.9.0.1", roles, gpu: true, labels: { rack: "7" } },
    { name: "b", address: "10.0.0.2", internalAddress: "10.9.0.2", roles: ["worker"], jump: [{ address: "gw" }] },
  ],
};

/** The file after somebody went through the questions again and gave these answers. */
function edited(more: Answers, base: Plain = own): Plain {
  return inventoryOf({ ...answersOf(base), ...more }, base);
}

const hostsIn = (value: Plain) => value["hosts"] as readonly Plain[];

describe("an inventory that is edited", () => {
  it("loses the GPUs of its machines where they shall not be used, and nothing else of them", () => {
    const [first, second] = hostsIn(edited({ gpu: false }));
    expect(first).toEqual({ ...hostsIn(own)[0], gpu: undefined });
    expect(first).not.toHaveProperty("gpu");
    expect(second).toEqual(hostsIn(own)[1]);
    expect(edited({ gpu: true })).toMatchObject({ hosts: own["hosts"], addons: { nvidiaDevicePlugin: {} } });
  });

  it("loses its inner addresses where the machines shall reach each other as ssh does", () => {
    const hosts = (answersOf(own).hosts ?? []).map((host) => ({ ...host, internalAddress: undefined }));
    const value = edited({ internalNetwork: "10.0.0.0/24", hosts });
    for (const host of hostsIn(value)) expect(host).not.toHaveProperty("internalAddress");
    expect(hostsIn(value)[1]).toMatchObject({ jump: [{ address: "gw" }] });
    // Where nobody was asked, an answer without one takes nothing away.
    expect(edited({ hosts })).toEqual(own);
  });

  it.each([
    [{ https: "http://proxy:3128", no: [".lan"] }, "", { https: "http://proxy:3128", no: [".lan"] }],
    [{ http: "http://proxy:3128", no: [".lan"] }, "", undefined],
    [{ https: "http://s:1" }, "http://p:2", { https: "http://s:1", http: "http://p:2" }],
    [undefined, "", undefined],
    [undefined, "http://p:2", { http: "http://p:2" }],
  ])("with the proxy %j has after the answer %j: %j", (before, proxy, after) => {
    const base = before === undefined ? own : { ...own, proxy: before };
    expect(edited({ proxy }, base)["proxy"]).toEqual(after);
  });

  it("names the card of the nodes' network once, in the way that it did", () => {
    const network = (base: object, more: Answers) =>
      (edited({ networkCard: "ib0", ...more }, { ...own, rke: { network: base } })["rke"] as Plain)["network"];
    expect(network({ plugin: "canal", interface: "eth1" }, {})).toEqual({ plugin: "canal", interface: "ib0" });
    expect(network({ plugin: "canal" }, {})).toEqual({ plugin: "canal", options: { canal_iface: "ib0" } });
    expect(network({ plugin: "flannel", interface: "eth1" }, {})).toEqual({ plugin: "flannel", interface: "ib0" });
    expect(network({ plugin: "calico" }, {})).toEqual({ plugin: "calico" });
    for (const base of [{ interface: "eth1" }, {}])
      expect(
        complaints(edited({ networkPlugin: "canal", networkCard: "ib0" }, { ...own, rke: { network: base } })),
      ).toEqual([]);
  });

  it.each([
    ["", [{ url: "r.lan", user: "u", password: "env:P" }]],
    ["r.lan", [{ url: "r.lan", user: "u", password: "env:P" }]],
    [
      "new.lan",
      [
        { url: "r.lan", user: "u", password: "env:P" },
        { url: "new.lan", default: true },
      ],
    ],
  ])("keeps the registries that stand there when %j is answered", (registry, after) => {
    const base = { ...own, registries: [{ url: "r.lan", user: "u", password: "env:P" }] };
    expect(edited({ registry }, base)["registries"]).toEqual(after);
  });

  it("stays as it is when every question gets the answer that stands there", () => {
    const base = {
      ...own,
      rke: {
        kubernetesVersion: "v1.32.3-rancher1-1",
        network: { plugin: "canal", interface: "eth1" },
        ingress: "none",
      },
      addons: {
        certManager: { version: "v1.19.1", adopt: true },
        rancher: { hostname: "r.example.com", replicas: 1, tls: { source: "letsEncrypt", email: "a@example.com" } },
        metallb: { addresses: ["10.0.0.200/30"], version: "0.16.0" },
        kubeVip: { address: "10.0.0.250", interface: "eth0", version: "v1.2.2" },
        kueue: {},
      },
      proxy: { http: "http://p:1", https: "http://p:2", no: ["x"] },
      docker: { source: "none" },
    };
    expect(edited({}, base)).toEqual(base);
    // Once more on what it made: nothing is left to change.
    const again = edited({ metallb: "10.0.0.200/30, 10.0.0.240/30", gpu: false, proxy: "" }, base);
    expect(edited({}, again)).toEqual(again);
  });
});

function seen(...cidrs: readonly string[]): Seen {
  const nics = cidrs.map((cidr, index) => ({
    name: `eth${index}`,
    cidrs: [cidr],
    virtual: false,
    speedMbit: undefined,
  }));
  return { nics, routes: [], defaultNic: "eth0", gpus: [], leftovers: [], cpus: 1, memoryMiB: 4096 } as unknown as Seen;
}

describe("the network between machines that have inner addresses already", () => {
  const known = (inner: readonly (string | undefined)[]): Known => ({
    answers: {
      hosts: inner.map((internalAddress, index) => ({ address: `10.0.0.${index + 1}`, internalAddress })),
    },
    seen: inner.map((_, index) => seen(`10.0.0.${index + 1}/24`, `10.9.0.${index + 1}/24`, `10.7.0.${index + 1}/24`)),
    kubernetesVersions: [],
    base: own,
    operator: "ada",
    looked: undefined,
  });

  it("is proposed to stay the one that they lie in, whatever is faster or ssh's", () => {
    const of = (...inner: readonly (string | undefined)[]) => internalQuestion.propose(known(inner));
    expect(of("10.9.0.1", "10.9.0.2")).toEqual({ value: "10.9.0.0/24", because: "as it is now" });
    expect(of(undefined, "10.7.0.2")).toEqual({ value: "10.7.0.0/24", because: "as it is now" });
    expect(of("other.lan", undefined)).toMatchObject({ value: "10.0.0.0/24", because: "ssh uses it, too" });
    expect(of(undefined, undefined)).toMatchObject({ value: "10.0.0.0/24" });
  });

  it("goes where another is chosen, but for addresses that no shared network explains", () => {
    const kept = (network: string, ...inner: readonly (string | undefined)[]) =>
      following(known(inner), "internalNetwork", network).hosts?.map(({ internalAddress }) => internalAddress);
    expect(kept("10.0.0.0/24", "10.9.0.1", "10.9.0.2")).toEqual([undefined, undefined]);
    expect(kept("10.7.0.0/24", "10.9.0.1", undefined)).toEqual(["10.7.0.1", "10.7.0.2"]);
    expect(kept("10.0.0.0/24", "a.inner.lan", "10.9.0.2")).toEqual(["a.inner.lan", undefined]);
  });
});

describe("machines of an inventory that get other names or addresses", () => {
  const entries = [
    { name: "a", address: "10.0.0.1", labels: { disk: "fast" } },
    { name: "b", address: "10.0.0.2", labels: { disk: "slow" } },
    { name: "c.lan", labels: { disk: "none" } },
  ];
  const renamed = (...hosts: readonly (readonly [name: string, address: string])[]) =>
    inventoryOf({ hosts: hosts.map(([name, address]) => ({ name, address })) }, { version: 1, hosts: entries })[
      "hosts"
    ];
  const [fast, slow, none] = entries.map(({ labels }) => labels);

  it.each<readonly [string, readonly (readonly [string, string])[], unknown]>([
    [
      "each other's names",
      [
        ["b", "10.0.0.1"],
        ["a", "10.0.0.2"],
      ],
      [
        { name: "b", address: "10.0.0.1", labels: fast },
        { name: "a", address: "10.0.0.2", labels: slow },
      ],
    ],
    [
      "the name of one that gets another, whatever their order",
      [
        ["c", "10.0.0.2"],
        ["b", "10.0.0.1"],
      ],
      [
        { name: "b", address: "10.0.0.1", labels: fast },
        { name: "c", address: "10.0.0.2", labels: slow },
      ],
    ],
    ["a name beside the one that was its address", [["db", "c.lan"]], [{ name: "db", address: "c.lan", labels: none }]],
    ["a new address", [["a", "10.0.0.9"]], [{ name: "a", address: "10.0.0.9", labels: fast }]],
    [
      "the name of one that is gone: another's address is not its own",
      [["a", "10.0.0.2"]],
      [{ name: "a", address: "10.0.0.2", labels: slow }],
    ],
  ])("keep what is theirs where they get %s", (_, hosts, wanted) => {
    expect(renamed(...hosts)).toEqual(wanted);
  });

  it("are none of those that people wrote for several, nor added beside them", () => {
    const own = [
      { name: "gpu[1-2]", address: "10.0.0.[1-2]" },
      { name: "x", address: "10.0.0.5", groups: ["g"] },
    ];
    const hosts = [
      { name: "y", address: "10.0.0.5" },
      { name: "z", address: "10.0.0.6" },
    ];
    expect(inventoryOf({ hosts }, { version: 1, hosts: own })["hosts"]).toEqual([...own, hosts[1]]);
  });
});
