import { describe, expect, it } from "vitest";
import { expandRange } from "../../src/inventory/hosts/range.ts";
import { parseInventory } from "../../src/inventory/parse.ts";
import { host, minimal, mistakesOf, mistakesOfText } from "./inventory-support.ts";

const all = ["controlplane", "etcd", "worker"];
const parsed = (change: object) => parseInventory(JSON.stringify({ ...minimal, ...change }), "i.yaml");
const values = (text: string) => {
  const expansion = expandRange(text, 1000);
  return expansion.kind === "values" ? expansion.values : expansion.complaint;
};

describe("a range", () => {
  it.each([
    ["gpu1", ["gpu1"]],
    ["gpu-[1-3]", ["gpu-1", "gpu-2", "gpu-3"]],
    ["gpu-[08-11].lan", ["gpu-08.lan", "gpu-09.lan", "gpu-10.lan", "gpu-11.lan"]],
    ["n[9-10]", ["n9", "n10"]],
    ["n[001-2]", ["n001", "n002"]],
    ["n[1,3,5-6]", ["n1", "n3", "n5", "n6"]],
    ["n[ 1 , 2 ]", ["n1", "n2"]],
    ["r[1-2]-[01-02]", ["r1-01", "r1-02", "r2-01", "r2-02"]],
    ["10.0.[0-1].[7,9]", ["10.0.0.7", "10.0.0.9", "10.0.1.7", "10.0.1.9"]],
    ["n[3-3]", ["n3"]],
  ])("%s is written out, zeros and order kept", (text, expected) => {
    expect(values(text)).toEqual(expected);
  });

  it.each(["n[]", "n[a-b]", "n[3-1]", "n[1-]", "n[1", "n1]", "n[[1]]", "n[1-2-3]", "n[-1]", "n[1.5]", "n[1234567890]"])(
    "%s is none",
    (text) => {
      expect(values(text)).toMatch(/^holds a range that is none/);
    },
  );

  it("is counted, not written out, when it is huge", () => {
    expect(values("n[0-999999999]")).toBe("stands for 1000000000 hosts; Drover builds clusters of up to 1000");
    expect(values("n[1-99]-[1-99]")).toMatch(/^stands for 9801 hosts/);
  });
});

describe("hosts as a range", () => {
  const gpus = { name: "gpu-[01-03]", address: "192.0.2.[31-33]", roles: ["worker"] };

  it("are as many hosts, addresses in the order of the names", () => {
    const { hosts } = parsed({ hosts: [host, { ...gpus, internalAddress: "10.1.0.[1-3]" }] });
    expect(hosts.map(({ name, address, internalAddress }) => [name, address, internalAddress])).toEqual([
      ["h1", "192.0.2.1", undefined],
      ["gpu-01", "192.0.2.31", "10.1.0.1"],
      ["gpu-02", "192.0.2.32", "10.1.0.2"],
      ["gpu-03", "192.0.2.33", "10.1.0.3"],
    ]);
  });

  it("are found by their names when no address is given", () => {
    const { hosts } = parsed({ hosts: [{ name: "n[1-3]", roles: all }] });
    expect(hosts.map(({ address }) => address)).toEqual(["n1", "n2", "n3"]);
  });

  it.each([
    [{ address: "192.0.2.[31-32]" }, ["hosts[1].address: stands for 2 hosts, but the name for 3 hosts"]],
    [{ address: "192.0.2.31" }, ["hosts[1].address: stands for 1 host, but the name for 3 hosts"]],
    [{ internalAddress: "10.0.0.[1-4]" }, ["hosts[1].internalAddress: stands for 4 hosts, but the name for 3 hosts"]],
    [{ name: "gpu" }, ["hosts[1].address: stands for 3 hosts, but the name for 1 host"]],
    [
      { address: "192.0.2.[254-256]" },
      [
        "hosts[1].address: stands for 192.0.2.256, which is not an IP address: four numbers from 0 to 255, without leading zeros",
      ],
    ],
    [
      { name: "Gpu-[1-3]" },
      [
        "hosts[1].name: stands for Gpu-1, which must be a DNS label: lower-case letters, digits and hyphens, at most 63, no hyphen at either end",
      ],
    ],
    [{ name: "gpu-[3-1]" }, [expect.stringMatching(/^hosts\[1\]\.name: holds a range that is none/)]],
  ])("%j is a mistake, told once", (change, mistakes) => {
    expect(mistakesOf({ ...minimal, hosts: [host, { ...gpus, ...change }] })).toEqual(mistakes);
  });

  it("cannot share one host key", () => {
    const key = `ssh-ed25519 ${Buffer.concat([Buffer.from([0, 0, 0, 11]), Buffer.from("ssh-ed25519"), Buffer.alloc(36)]).toString("base64")}`;
    expect(mistakesOf({ ...minimal, hosts: [host, { ...gpus, hostKey: key }] })).toEqual([
      expect.stringMatching(/^hosts\[1\]\.hostKey: belongs to one host/),
    ]);
  });

  it("are held against each other like any hosts, at the entries that say them", () => {
    const again = { name: "gpu-03", address: "192.0.2.32", roles: ["worker"] };
    expect(mistakesOf({ ...minimal, hosts: [host, gpus, again] })).toEqual([
      "hosts[2].name: gpu-03 is also hosts[1].name",
      "hosts[2].address: 192.0.2.32 is also hosts[1].address",
    ]);
    expect(mistakesOf({ ...minimal, hosts: [host, { ...gpus, address: "10.42.0.[1-3]" }] })).toEqual(
      [1, 2, 3].map((n) => expect.stringContaining(`hosts[1].address: 10.42.0.${n} lies in rke.clusterCidr`)),
    );
  });

  it("are counted as what they stand for", () => {
    const workers = (count: number) => [host, { name: `w[1-${count}]`, roles: ["worker"] }];
    const rke = { clusterCidr: "10.64.0.0/12" };
    expect(parsed({ rke, hosts: workers(999) }).hosts).toHaveLength(1000);
    expect(mistakesOf({ ...minimal, rke, hosts: workers(1000) })).toEqual([
      "hosts: stand for 1001 hosts; Drover builds clusters of up to 1000",
    ]);
    expect(mistakesOf({ ...minimal, hosts: [{ name: "e[1-2]", roles: all }] })).toEqual([
      expect.stringMatching(/^hosts: 2 hosts have the role etcd/),
    ]);
  });
});

describe("groups", () => {
  const groups = {
    gpu: { roles: ["worker"], gpu: true, labels: { pool: "gpu", a: "1" }, taints: ["gpu=yes:NoSchedule"], user: "nv" },
    rack: { labels: { a: "2", rack: "r1" }, taints: ["slow:PreferNoSchedule"], port: 2222, key: "k" },
  };
  const member = (more: object) => ({ groups, hosts: [host, { name: "g1", address: "g1", ...more }] });

  it("give a host what it does not say itself", () => {
    const { hosts } = parsed(member({ groups: ["gpu"] }));
    expect(hosts[1]).toEqual({
      name: "g1",
      address: "g1",
      roles: ["worker"],
      gpu: true,
      labels: { pool: "gpu", a: "1" },
      taints: ["gpu=yes:NoSchedule"],
      user: "nv",
    });
  });

  it("add up in labels and taints; else the later wins, and the host over all", () => {
    const more = {
      groups: ["gpu", "rack"],
      port: 22,
      labels: { pool: "mine" },
      taints: ["gpu=yes:NoSchedule"],
      gpu: false,
    };
    const { hosts } = parsed(member(more));
    expect(hosts[1]).toEqual({
      name: "g1",
      address: "g1",
      roles: ["worker"],
      gpu: false,
      labels: { pool: "mine", a: "2", rack: "r1" },
      taints: ["gpu=yes:NoSchedule", "slow:PreferNoSchedule"],
      user: "nv",
      port: 22,
      key: "k",
    });
  });

  it("are for ranges too", () => {
    const { hosts } = parsed({ groups, hosts: [host, { name: "g[1-2]", groups: ["gpu"] }] });
    expect(hosts.map(({ gpu }) => gpu)).toEqual([false, true, true]);
  });

  it("that are not there are told, with what may have been meant", () => {
    expect(mistakesOf({ ...minimal, ...member({ groups: ["gpus", "x"], roles: ["worker"] }) })).toEqual([
      'hosts[1].groups[0]: "gpus" is not a group of this inventory; did you mean "gpu"?',
      'hosts[1].groups[1]: "x" is not a group of this inventory',
    ]);
    expect(mistakesOf({ ...minimal, ...member({ groups: ["toString"], roles: ["worker"] }) })).toHaveLength(1);
  });

  it("are where a mistake is told that they make", () => {
    const text = [
      "version: 1",
      "cluster: { name: c }",
      "ssh: { user: u }",
      "groups:",
      "  odd:",
      "    roles: [controlplane, etcd, worker]",
      "    prot: 1",
      "    labels: { 'a b': c }",
      "    taints: [x]",
      "hosts:",
      "  - { name: 'n[1-3]', groups: [odd], key: k }",
    ].join("\n");
    expect(mistakesOfText(text)).toEqual([
      'i.yaml:7:5 groups.odd.prot: is not a key that Drover knows; did you mean "port"?',
      expect.stringContaining(`i.yaml:8:15 groups.odd.labels["a b"]: is not a label's name`),
      expect.stringContaining("i.yaml:9:14 groups.odd.taints[0]: must be key=value:Effect or key:Effect"),
    ]);
  });

  it("do not hide that a host has no role", () => {
    expect(mistakesOf({ ...minimal, ...member({ groups: ["rack"] }) })).toEqual([
      "hosts[1].roles: is missing, here and in the host's groups",
    ]);
  });

  it("have names", () => {
    expect(mistakesOf({ ...minimal, groups: { "a b": {} } })).toEqual([
      expect.stringContaining('groups["a b"]: is not a group\'s name'),
    ]);
  });
});

describe("a taint", () => {
  const withTaint = (taint: unknown) => mistakesOf({ ...minimal, hosts: [{ ...host, taints: [taint] }] });

  it.each(["nvidia.com/gpu=present:NoSchedule", "slow:PreferNoSchedule", "a=:NoExecute"])("can be %s", (taint) => {
    expect(withTaint(taint)).toEqual([]);
  });

  it.each([
    ["x", "must be key=value:Effect or key:Effect"],
    ["x=y", "must be key=value:Effect or key:Effect"],
    ["x=y:Noschedule", "must end with one of NoSchedule, PreferNoSchedule, NoExecute"],
    ["x y:NoSchedule", "does not begin with a label's name"],
    [":NoSchedule", "does not begin with a label's name"],
    ["x=a b:NoSchedule", "holds a value that is not one of a label"],
    [{ key: "x" }, "must be text, but is a mapping"],
  ])("cannot be %j", (taint, words) => {
    expect(withTaint(taint)).toEqual([expect.stringContaining(`hosts[0].taints[0]: ${words}`)]);
  });
});
