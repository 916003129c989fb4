import { describe, expect, it } from "vitest";
import { complaints } from "../../../src/inventory/write/complaints.ts";
import type { Answers, HostAnswer } from "../../../src/wizard/answers.ts";
import { following } from "../../../src/wizard/following.ts";
import { inventoryOf } from "../../../src/wizard/inventory-of.ts";
import type { Known } from "../../../src/wizard/known.ts";
import type { Seen } from "../../../src/wizard/seen.ts";
import { nic, seen } from "./known-hosts.ts";

const at = (address: string, ...cards: readonly string[]): Seen =>
  seen({ defaultNic: "eth0", nics: [address, ...cards].map((cidr, index) => nic(`eth${index}`, `${cidr}/24`)) });

function known(hosts: readonly HostAnswer[], found: readonly (Seen | undefined)[]): Known {
  const answers: Answers = { name: "lab", user: "root", hosts: [...hosts], rancher: true, certManager: true };
  return { answers, seen: found, kubernetesVersions: [], base: {}, operator: "ann", looked: undefined };
}

/** The inventory with all that follows from Rancher's name. */
function inventory(state: Known, name = "rancher.lab.internal") {
  const more = following(state, "rancherHostname", name);
  return inventoryOf({ ...state.answers, rancherHostname: name, ...more });
}

const control: HostAnswer = { address: "cp1", name: "cp1", roles: ["controlplane", "etcd"] };
const worker: HostAnswer = { address: "w1", name: "w1", roles: ["worker"] };

describe("a private name for Rancher", () => {
  it.each(["w1", "w1.lan", "w1.example.com"])(
    "leads to the address that was seen where the worker is called %s, and the inventory has no mistake",
    (address) => {
      const state = known([control, { ...worker, address }], [at("10.0.0.1"), at("10.0.0.2")]);
      const value = inventory(state);
      expect(value["extraHosts"]).toEqual({ "rancher.lab.internal": "10.0.0.2" });
      expect(complaints(value)).toEqual([]);
    },
  );

  it("leads into the network that all machines share, not to a card of the worker alone", () => {
    const found = [at("192.0.2.1", "10.0.0.1"), at("198.51.100.2", "10.0.0.2")];
    expect(inventory(known([control, worker], found))["extraHosts"]).toEqual({ "rancher.lab.internal": "10.0.0.2" });
  });

  it("leads to the card of the default route where the machines share no network", () => {
    const found = [at("192.0.2.1"), at("198.51.100.2", "203.0.113.2")];
    expect(inventory(known([control, worker], found))["extraHosts"]).toEqual({
      "rancher.lab.internal": "198.51.100.2",
    });
  });

  it.each([
    ["address", { address: "10.0.0.2" }],
    ["internalAddress", { internalAddress: "10.0.0.2" }],
  ])("leads to the worker by its name where its %s is one, so that it follows when that changes", (_, more) => {
    const state = known([control, { ...worker, ...more }], [at("10.0.0.1"), at("10.0.0.2")]);
    expect(following(state, "rancherHostname", "x")).toEqual({ rancherAddress: undefined });
    expect(inventory(state)["extraHosts"]).toEqual({ "rancher.lab.internal": "w1" });
  });

  it("is told to nobody where no address of the worker is known, rather than making a mistake", () => {
    for (const found of [undefined, seen(), seen({ defaultNic: "eth7" })]) {
      const value = inventory(known([control, worker], [at("10.0.0.1"), found]));
      expect(value).not.toHaveProperty("extraHosts");
      expect(complaints(value)).toEqual([]);
    }
  });

  it("is told to nobody without a worker, or where DNS knows it", () => {
    expect(inventory(known([control], [at("10.0.0.1")]))).not.toHaveProperty("extraHosts");
    const state = known([control, worker], [at("10.0.0.1"), at("10.0.0.2")]);
    expect(inventory(state, "rancher.example.com")).not.toHaveProperty("extraHosts");
  });
});

describe("what follows from an answer", () => {
  it("is nothing for one that stands by itself", () => {
    expect(following(known([control], [undefined]), "kubernetesVersion", "v1.32.3-rancher1-1")).toEqual({});
  });

  it("is each machine's address in the network that was chosen", () => {
    const hosts = [
      { ...control, address: "192.0.2.1" },
      { ...worker, address: "192.0.2.2" },
    ];
    const found = [at("192.0.2.1", "10.0.0.1"), at("192.0.2.2", "10.0.0.2")];
    expect(following(known(hosts, found), "internalNetwork", "10.0.0.0/24").hosts).toMatchObject([
      { internalAddress: "10.0.0.1" },
      { internalAddress: "10.0.0.2" },
    ]);
  });
});
