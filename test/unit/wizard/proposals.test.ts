import { describe, expect, it } from "vitest";
import { candidates, freeRange } from "../../../src/wizard/propose/balancer-range.ts";
import { clash, proposeCidrs } from "../../../src/wizard/propose/cidrs.ts";
import { describeDuplicate, findDuplicates } from "../../../src/wizard/propose/duplicates.ts";
import { proposeNames } from "../../../src/wizard/propose/names.ts";
import { proposeInternal, sharedNetworks } from "../../../src/wizard/propose/networks.ts";
import { proposeRoles } from "../../../src/wizard/propose/roles.ts";
import { nic, seen } from "./known-hosts.ts";

const gpu = seen({ gpus: ["H100", "H100"] });
const plain = (name: string) => ({ address: name, name, seen: seen() });
const roles = (hosts: Parameters<typeof proposeRoles>[0]) =>
  proposeRoles(hosts).map((one) => `${one.name}: ${one.roles.join("+")}`);

describe("names", () => {
  it("are what people gave, then DNS names, then hostnames, then numbers", () => {
    const hosts = [
      { address: "10.0.0.1", name: "GPU_1.lan" },
      { address: "web1.example.com" },
      { address: "10.0.0.3", seen: { hostname: "db.internal" } },
      { address: "10.0.0.4" },
    ];
    expect(proposeNames(hosts)).toEqual(["gpu-1", "web1", "db", "node1"]);
  });

  it("that every image has, or two machines have, are none", () => {
    const twice = { hostname: "template" };
    const hosts = ["ubuntu", "localhost"].map((hostname, index) => ({
      address: `10.0.0.${index}`,
      seen: { hostname },
    }));
    expect(
      proposeNames([
        ...hosts,
        { address: "a1", seen: twice },
        { address: "10.9.9.8", seen: twice },
        { address: "10.9.9.9", seen: twice },
      ]),
    ).toEqual(["node1", "node2", "a1", "node3", "node4"]);
  });

  it("never meet a number that is taken", () => {
    expect(proposeNames([{ address: "10.0.0.1" }, { address: "10.0.0.2", name: "node1" }])).toEqual(["node2", "node1"]);
  });
});

describe("roles", () => {
  it("of one machine are all", () => {
    expect(roles([plain("a")])).toEqual(["a: controlplane+etcd+worker"]);
  });

  it("of two machines: one keeps the cluster, one works, since two etcd would be worse than one", () => {
    expect(roles([plain("a"), plain("b")])).toEqual(["a: controlplane+etcd", "b: worker"]);
  });

  it("of three alike are all roles on each", () => {
    expect(roles([plain("a"), plain("b"), plain("c")])).toEqual(
      ["a", "b", "c"].map((name) => `${name}: controlplane+etcd+worker`),
    );
  });

  it("leave GPU machines to work, and the cluster's own pods a place beside them", () => {
    expect(roles([{ address: "g", name: "g", seen: gpu }, plain("a")])).toEqual([
      "g: worker",
      "a: controlplane+etcd+worker",
    ]);
    const many = [plain("a"), { address: "g", name: "g", seen: gpu }, plain("b"), plain("c"), plain("d")];
    expect(roles(many)).toEqual([
      "a: controlplane+etcd",
      "g: worker",
      "b: controlplane+etcd",
      "c: controlplane+etcd",
      "d: worker",
    ]);
  });

  it("keep etcd odd for every number of machines, with every role somewhere", () => {
    for (let count = 1; count <= 40; count += 1) {
      for (const gpus of [0, 1, Math.floor(count / 2), count]) {
        const hosts = Array.from({ length: count }, (_, index) => ({
          address: `h${index}`,
          name: `h${index}`,
          seen: index < gpus ? gpu : index % 7 === 6 ? undefined : seen(),
        }));
        const found = proposeRoles(hosts);
        expect(found.filter((one) => one.roles.includes("etcd")).length % 2).toBe(1);
        expect(found.filter((one) => one.roles.includes("worker")).length).toBeGreaterThan(0);
        expect(found.every((one) => one.roles.length > 0 && one.because !== "")).toBe(true);
      }
    }
  });

  it("go to machines that are named for it, and not to tiny or unseen ones", () => {
    const hosts = [
      { address: "t", name: "t", seen: seen({ memoryMiB: 2048 }) },
      { address: "u", name: "u", seen: undefined },
      plain("w"),
      plain("master1"),
    ];
    expect(roles(hosts.slice(0, 3))[2]).toContain("etcd");
    expect(roles(hosts)[3]).toContain("etcd");
    expect(proposeRoles(hosts)[1]).toMatchObject({ roles: ["worker"], because: "not seen yet" });
  });
});

describe("the network between the machines", () => {
  const host = (address: string, ...nics: ReturnType<typeof nic>[]) => ({
    address,
    seen: seen({ nics, defaultNic: nics[0]?.name }),
  });

  it("is the one that ssh uses, if it is private and no other is faster", () => {
    const hosts = [
      host("10.0.0.1", nic("eno1", "10.0.0.1/24", 1000)),
      host("10.0.0.2", nic("eno1", "10.0.0.2/24", 1000)),
    ];
    const networks = sharedNetworks(hosts);
    expect(networks).toMatchObject([{ cidr: "10.0.0.0/24", isSsh: true, isDefault: true, nic: "eno1" }]);
    expect(proposeInternal(networks)?.because).toBe("ssh uses it, too");
  });

  it("is a private one where ssh uses public addresses", () => {
    const hosts = [
      host("203.0.113.1", nic("eth0", "203.0.113.1/24"), nic("eth1", "192.168.7.1/24")),
      host("203.0.113.2", nic("eth0", "203.0.113.2/24"), nic("eth1", "192.168.7.2/24")),
    ];
    expect(proposeInternal(sharedNetworks(hosts))).toMatchObject({
      network: { cidr: "192.168.7.0/24", addresses: ["192.168.7.1", "192.168.7.2"], nic: "eth1", isDefault: false },
    });
  });

  it("is the faster of two private ones", () => {
    const two = (last: number) =>
      host(`10.0.0.${last}`, nic("eno1", `10.0.0.${last}/24`, 1000), nic("ib0", `10.9.0.${last}/24`, 100_000));
    expect(proposeInternal(sharedNetworks([two(1), two(2)]))?.network.cidr).toBe("10.9.0.0/24");
  });

  it("is found behind NAT, and never Docker's or a single machine's", () => {
    const docker = { ...nic("docker0", "172.17.0.1/16"), virtual: true };
    const hosts = [
      host("203.0.113.8", nic("eth0", "10.0.0.1/24"), docker, nic("eth1", "10.5.0.1/24")),
      host("203.0.113.9", nic("ens3", "10.0.0.2/24"), docker),
    ];
    expect(sharedNetworks(hosts)).toMatchObject([{ cidr: "10.0.0.0/24", isSsh: false, nic: undefined }]);
  });

  it("is the only one there is where ssh goes by names; of two, a name does not tell which", () => {
    const one = (last: number) => host(`h${last}.lan`, nic("eno1", `10.0.0.${last}/24`));
    expect(sharedNetworks([one(1), one(2)])).toMatchObject([{ cidr: "10.0.0.0/24", isSsh: true }]);
    const two = (last: number) =>
      host(`h${last}.lan`, nic("eno1", `10.0.0.${last}/24`), nic("ib0", `10.9.0.${last}/24`));
    expect(sharedNetworks([two(1), two(2)]).map(({ isSsh }) => isSsh)).toEqual([false, false]);
  });

  it("is unknown where nothing was seen", () => {
    expect(sharedNetworks([{ address: "10.0.0.1", seen: undefined }])).toEqual([]);
    expect(proposeInternal([])).toBeUndefined();
  });
});

describe("ranges for pods and services", () => {
  it("are RKE's own where nobody uses them", () => {
    expect(
      proposeCidrs([{ address: "192.168.1.5", seen: seen({ routes: ["192.168.1.0/24", "default"] }) }]),
    ).toMatchObject({
      clusterCidr: "10.42.0.0/16",
      serviceCidr: "10.43.0.0/16",
    });
  });

  it("are only said to be free where a machine was looked at", () => {
    const because = (...found: readonly ReturnType<typeof seen>[]) =>
      proposeCidrs([{ address: "a", seen: undefined }, ...found.map((one) => ({ address: "b", seen: one }))]).because;
    expect(because()).toBe("RKE's own");
    expect(because(seen())).toBe("RKE's own, and no machine has a route there");
  });

  it("are others where a route, a card or a machine is in the way, and say what was", () => {
    const byRoute = proposeCidrs([{ address: "h", seen: seen({ routes: ["10.40.0.0/13"] }) }]);
    expect(byRoute).toMatchObject({ clusterCidr: "10.48.0.0/16", serviceCidr: "10.49.0.0/16" });
    expect(byRoute.because).toContain("10.40.0.0/13");
    expect(proposeCidrs([{ address: "10.43.7.7", seen: undefined }]).clusterCidr).toBe("10.44.0.0/16");
    const tenIsTaken = proposeCidrs([{ address: "h", seen: seen({ nics: [nic("e", "10.1.2.3/8")] }) }]);
    expect(tenIsTaken.clusterCidr).toBe("172.18.0.0/16");
  });

  it("say so when every private range is in use", () => {
    const routes = ["10.0.0.0/8", "172.16.0.0/12", "100.64.0.0/10"];
    expect(proposeCidrs([{ address: "h", seen: seen({ routes }) }]).because).toContain("every private range");
  });

  it("clash with Docker's own bridge even before Docker is there", () => {
    expect(clash("172.17.0.0/16", [])).toBe("172.17.0.0/16");
    expect(clash("10.42.0.0/16", [{ address: "10.42.1.1", seen: undefined }])).toContain("one of the machines");
  });
});

describe("duplicates", () => {
  it("are one machine under two addresses, or clones, each with a way out", () => {
    const hosts = [
      { address: "a", name: "a", seen: seen({ bootId: "b1", machineId: "m1" }) },
      { address: "b", name: "b", seen: seen({ bootId: "b1", machineId: "m1" }) },
      { address: "c", name: "c", seen: seen({ bootId: "b2", machineId: "m1" }) },
      { address: "d", name: "d", seen: seen() },
      { address: "e", name: "e", seen: seen() },
    ];
    const found = findDuplicates(hosts);
    expect(found.map(({ kind, second }) => `${second} ${kind}`)).toEqual(["b same-machine", "c clone"]);
    expect(found.map(describeDuplicate)).toEqual([
      "b is the same machine as a: take one of them out",
      "c has the machine-id of a, as clones have: on one of them, rm /etc/machine-id && systemd-machine-id-setup",
    ]);
  });
});

describe("addresses for load balancers", () => {
  it("are looked for at the end of the machines' network", () => {
    expect(candidates("192.168.1.0/24")).toHaveLength(60);
    expect(candidates("192.168.1.0/24").at(-1)).toBe("192.168.1.254");
    expect(candidates("10.0.0.0/30")).toEqual([]);
    expect(candidates("nonsense")).toEqual([]);
  });

  it("are ten that nobody answers on, or as many as there are", () => {
    const asked = candidates("192.168.1.0/24");
    const free = (...taken: readonly string[]) => freeRange(asked.filter((address) => !taken.includes(address)));
    expect(free()).toBe("192.168.1.245-192.168.1.254");
    expect(free("192.168.1.250")).toBe("192.168.1.240-192.168.1.249");
    expect(free(...asked.slice(4))).toBe(`${asked[0]}-${asked[3]}`);
    expect(free(...asked.slice(2))).toBeUndefined();
    expect(free(...asked)).toBeUndefined();
  });
});
