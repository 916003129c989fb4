import { describe, expect, it } from "vitest";
import { leadsElsewhere, nameChecks } from "../../src/checks/names.ts";
import type { Cluster } from "../../src/core/cluster.ts";
import { chartSettings, rancherSettings } from "./support/addon-world.ts";
import { cluster, host } from "./support/rke-world.ts";

const named: Cluster = { ...cluster, addons: { rancher: rancherSettings() } };

/** The addresses that lead elsewhere, where a host finds these for Rancher's name; undefined if all is well. */
function found(addresses: readonly string[], given: Cluster = named) {
  const [elsewhere] = leadsElsewhere([{ name: "rancher.example.org", addresses }], given);
  return elsewhere?.addresses;
}

describe("Rancher's name", () => {
  it.each([["10.0.0.2"], ["10.0.0.3"]])("may lead to a worker: %s", (address) => {
    expect(found([address])).toBeUndefined();
  });

  it("may lead to a worker among others, as names with several addresses do", () => {
    expect(found(["203.0.113.7", "10.0.0.2"])).toBeUndefined();
  });

  it("may lead to a worker's inner address, and to an address that MetalLB gives away", () => {
    const inner = { ...named, hosts: [...named.hosts, host("node-d", { internalAddress: "172.16.0.9" })] };
    expect(found(["172.16.0.9"], inner)).toBeUndefined();
    const metallb = { ...chartSettings(), addresses: ["192.0.2.200-192.0.2.220", "198.51.100.0/28"] };
    const given = { ...named, addons: { ...named.addons, metallb } };
    expect(found(["192.0.2.220"], given)).toBeUndefined();
    expect(found(["198.51.100.3"], given)).toBeUndefined();
    expect(found(["192.0.2.221"], given)).toBeDefined();
  });

  it("is told where it leads elsewhere, as a load balancer may well be there", () => {
    expect(found(["203.0.113.7"])).toEqual(["203.0.113.7"]);
    const check = nameChecks.find(({ id }) => id === "names/rancher-elsewhere");
    expect(check?.severity).toBe("note");
  });

  it("is no matter of this check where it leads to the controlplane's own loopback, or nowhere", () => {
    expect(found([])).toBeUndefined();
    expect(found(["127.0.1.1"])).toBeUndefined();
  });

  it("that leads to a host that is no worker is told, as nothing answers there", () => {
    expect(found(["10.0.0.1"])).toBeDefined();
  });

  it("is not judged where the inventory calls a host by a name", () => {
    const given = { ...named, hosts: [...named.hosts, host("node-d", { address: "gpu-04.example.org" })] };
    expect(found(["203.0.113.7"], given)).toBeUndefined();
  });
});
