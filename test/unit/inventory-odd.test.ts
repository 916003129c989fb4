import { describe, expect, it } from "vitest";
import { createSecretResolver } from "../../src/inventory/secrets.ts";
import { complaints } from "../../src/inventory/write/complaints.ts";
import { host, minimal, mistakesOf } from "./inventory-support.ts";

describe("a complaint has its place, whatever is in it", () => {
  it.each([
    ["a blank", { "a b": "c" }, 'hosts[0].labels["a b"]'],
    ["a colon and a blank", { "a: b": "c" }, 'hosts[0].labels["a: b"]'],
    ["quotes and a backslash", { 'a"\\ : ': "c" }, 'hosts[0].labels["a\\"\\\\ : "]'],
    ["nothing but a dot", { "a.b": "-" }, 'hosts[0].labels["a.b"]'],
  ])("%s", (_, labels, place) => {
    const found = complaints({ ...minimal, hosts: [{ ...host, labels }] });
    expect(found).toEqual([{ place, message: expect.stringMatching(/^is not a label's (name|value): /) }]);
  });

  it("and none is lost among others", () => {
    const wrong = { ...minimal, cluster: { name: "A" }, hosts: [{ ...host, labels: { "a b": "c" } }], "x y": 1 };
    expect(complaints(wrong).map(({ place }) => place)).toEqual(["cluster.name", 'hosts[0].labels["a b"]', '["x y"]']);
  });
});

describe("numbers with dots are no name", () => {
  const wrong = "must be a DNS name: labels of lower-case letters, digits and hyphens, joined by dots";
  it.each(["10.0.0.300", "10.0.0", "192.168.1.010", "1.2"])("%s", (name) => {
    expect(mistakesOf({ ...minimal, dns: { nameservers: ["192.0.2.53"], search: [name] } })).toEqual([
      `dns.search[0]: ${wrong}`,
    ]);
    expect(mistakesOf({ ...minimal, rke: { clusterDomain: name } })).toEqual([`rke.clusterDomain: ${wrong}`]);
    expect(mistakesOf({ ...minimal, addons: { certManager: {}, rancher: { hostname: name } } })).toEqual([
      `addons.rancher.hostname: ${wrong}`,
    ]);
  });

  it("as where name and address of extraHosts are the wrong way round", () => {
    const [mistake, ...more] = mistakesOf({ ...minimal, extraHosts: { "10.0.0.5": "h1" } });
    expect(mistake).toMatch(/^extraHosts\["10\.0\.0\.5"\]: must be a DNS name/);
    expect(more).toEqual([]);
    expect(mistakesOf({ ...minimal, extraHosts: { "1a.5": "10.0.0.5", "5": "10.0.0.6" } })).toEqual([]);
  });
});

describe("taints of one host", () => {
  const both = (own: readonly string[], group: readonly string[] = []) =>
    mistakesOf({ ...minimal, groups: { g: { taints: group } }, hosts: [{ ...host, groups: ["g"], taints: own }] });
  const told = (earlier: string, later: string) => [
    `hosts[0].taints: has ${earlier} and ${later}, its groups' included; Kubernetes takes one taint of a key and effect`,
  ];

  it("differ in key or effect, those of its groups included", () => {
    expect(both(["a=x:NoSchedule", "a=y:NoSchedule"])).toEqual(told("a=x:NoSchedule", "a=y:NoSchedule"));
    expect(both(["a:NoSchedule"], ["a=x:NoSchedule"])).toEqual(told("a=x:NoSchedule", "a:NoSchedule"));
    expect(both(["a=x:NoSchedule", "a=x:NoExecute", "a.b/a=x:NoSchedule", "aa=x:NoSchedule"])).toEqual([]);
    expect(both(["a=x:NoSchedule"], ["a=x:NoSchedule"])).toEqual([]);
    expect(both(["a=x:NoSchedule", "a=x:Never"])).toHaveLength(1);
  });
});

describe("Docker's bridge", () => {
  it.each([
    [
      { bip: "10.42.7.1/24" },
      {},
      ["rke.clusterCidr: 10.42.0.0/16 overlaps 10.42.7.0/24, which Docker uses on every host"],
    ],
    [
      { bip: "10.43.0.1/16" },
      {},
      ["rke.serviceCidr: 10.43.0.0/16 overlaps 10.43.0.0/16, which Docker uses on every host"],
    ],
    [{ bip: "10.42.0.1/16" }, { clusterCidr: "10.50.0.0/16" }, []],
    [
      {},
      { clusterCidr: "172.16.0.0/12" },
      ["rke.clusterCidr: 172.16.0.0/12 overlaps 172.17.0.0/16, which Docker uses on every host"],
    ],
    [{ bip: "192.168.99.1/24" }, { clusterCidr: "172.17.0.0/16" }, []],
  ])("%j is apart from the pods and services of %j, also of those that nobody chose", (daemon, rke, mistakes) => {
    expect(mistakesOf({ ...minimal, docker: { daemon }, rke })).toEqual(mistakes);
  });

  it("is not held against a default where what was given is wrong", () => {
    const given = { docker: { daemon: { bip: "10.42.0.1/16" } }, rke: { clusterCidr: "10.42.0.1/16" } };
    expect(mistakesOf({ ...minimal, ...given })).toEqual([
      "rke.clusterCidr: has bits set beyond its prefix; write 10.42.0.0/16",
    ]);
  });
});

describe("what is no reference to a secret", () => {
  it.each(["envX", "fileX", "cmdX", "cmd", "", ":", "ENV:X", " env:X", "http://x", "constructor:x"])(
    "%j runs nothing, reads nothing, and is not repeated",
    async (reference) => {
      const touched: string[] = [];
      const world = {
        env: { X: "1", envX: "2" },
        readFile: async (path: string) => touched.push(path).toString(),
        run: async (command: string) => touched.push(command).toString(),
      };
      const failure: unknown = await createSecretResolver(world)(reference).catch((thrown: unknown) => thrown);
      expect(failure).toMatchObject({ code: "inventory/secret-unresolved", message: "this is not a reference" });
      expect(touched).toEqual([]);
    },
  );
});
