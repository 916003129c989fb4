import { describe, expect, it } from "vitest";
import { parseInventory } from "../../src/inventory/parse.ts";
import { host, hosts, minimal, mistakesOf, mistakesOfText, thrownBy } from "./inventory-support.ts";

describe("names and addresses of hosts", () => {
  const pair = (first: object, second: object) =>
    mistakesOf({
      ...minimal,
      hosts: [
        { ...host, ...first },
        { name: "h2", address: "192.0.2.2", roles: ["worker"], ...second },
      ],
    });

  it("differ", () => {
    expect(pair({}, {})).toEqual([]);
    expect(pair({}, { name: "h1" })).toEqual(["hosts[1].name: h1 is also hosts[0].name"]);
    expect(pair({}, { address: "192.0.2.1" })).toEqual(["hosts[1].address: 192.0.2.1 is also hosts[0].address"]);
  });

  it("are none that Drover gives itself: a host of that name would get what is meant for this machine", () => {
    expect(pair({}, { name: "control" })).toEqual([
      "hosts[1].name: control is the machine that Drover runs on; give it another name",
    ]);
    expect(pair({}, { name: "control-1" })).toEqual([]);
  });

  it("differ inside and outside", () => {
    expect(pair({}, { internalAddress: "192.0.2.1" })).toEqual([
      "hosts[1].internalAddress: 192.0.2.1 is also hosts[0].address",
    ]);
    expect(pair({ internalAddress: "10.0.0.1" }, { internalAddress: "10.0.0.1" })).toEqual([
      "hosts[1].internalAddress: 10.0.0.1 is also hosts[0].internalAddress",
    ]);
  });

  it("differ however they are written", () => {
    expect(pair({ address: "Node.Example.com" }, { address: "node.example.com" })).toHaveLength(1);
    expect(pair({ address: "fd00::1" }, { address: "FD00:0:0:0::1" })).toEqual([
      "hosts[1].address: fd00::1 is also hosts[0].address",
    ]);
  });

  it("may be the same inside and outside for one host", () => {
    expect(pair({ internalAddress: "192.0.2.1" }, {})).toEqual([]);
  });

  it("are told for each repetition", () => {
    const same = hosts(3).map((one) => ({ ...one, name: "h1" }));
    expect(mistakesOf({ ...minimal, hosts: same })).toEqual([
      "hosts[1].name: h1 is also hosts[0].name",
      "hosts[2].name: h1 is also hosts[0].name",
    ]);
  });
});

describe("roles", () => {
  const mistakesWith = (...roles: readonly (readonly string[])[]) =>
    mistakesOf({
      ...minimal,
      hosts: roles.map((own, n) => ({ name: `h${n}`, address: `192.0.2.${n + 1}`, roles: own })),
    });

  it.each([
    [["etcd", "worker"], /^hosts: no host has the role controlplane/],
    [["controlplane", "worker"], /^hosts: no host has the role etcd/],
    [["controlplane", "etcd"], /^hosts: no host has the role worker/],
  ])("%j alone are not enough", (roles, message) => {
    expect(mistakesWith(roles)).toEqual([expect.stringMatching(message)]);
  });

  it("are missing all at once", () => {
    expect(mistakesWith(["worker"])).toHaveLength(2);
  });

  it.each([1, 3, 5, 7])("etcd can be on %i hosts", (count) => {
    expect(mistakesOf({ ...minimal, hosts: hosts(count) })).toEqual([]);
  });

  it("etcd cannot be on two hosts, which are less safe than one", () => {
    expect(mistakesOf({ ...minimal, hosts: hosts(2) })).toEqual([
      "hosts: 2 hosts have the role etcd: both must run for the cluster to work, so losing either stops it; use 1 or 3",
    ]);
  });

  it("etcd cannot be on an even number of hosts", () => {
    expect(mistakesOf({ ...minimal, hosts: hosts(4) })).toEqual([
      "hosts: 4 hosts have the role etcd: 4 can lose no more members than 3 can; use 3 or 5",
    ]);
  });

  it("are not counted while one host's are not known, but the rest is judged", () => {
    expect(mistakesWith(["etcd"], ["etdc"])).toEqual([
      'hosts[1].roles[0]: must be one of controlplane, etcd, worker, but is "etdc"; did you mean "etcd"?',
    ]);
    expect(
      mistakesOf({
        ...minimal,
        hosts: [
          { ...host, roles: ["worker"] },
          { name: "h1", address: "h2" },
        ],
      }),
    ).toEqual(["hosts[1].roles: is missing, here and in the host's groups", "hosts[1].name: h1 is also hosts[0].name"]);
  });
});

describe("who logs in", () => {
  it("can be said for all hosts or for each", () => {
    const { ssh: _, ...rest } = minimal;
    expect(mistakesOf({ ...rest, hosts: [{ ...host, user: "root" }] })).toEqual([]);
    expect(mistakesOf(rest)).toEqual(["ssh.user: is missing, and so is the user of h1"]);
  });

  it("names a few of many", () => {
    const { ssh: _, ...rest } = minimal;
    expect(mistakesOf({ ...rest, hosts: hosts(7) })).toEqual([
      "ssh.user: is missing, and so is the user of h1, h2, h3, h4, h5, ...",
    ]);
  });

  it("is not asked for twice when it is there but wrong", () => {
    expect(mistakesOf({ ...minimal, ssh: { user: "a b" } })).toHaveLength(1);
  });
});

describe("Docker's version", () => {
  it.each([
    [{ version: "28.3" }, []],
    [{ source: "docker-ce", version: "28.3" }, []],
    [{ source: "distribution" }, []],
    [
      { source: "distribution", version: "28.3" },
      ["docker.version: can be chosen with `source: docker-ce` only: a distribution offers one version"],
    ],
    [
      { source: "none", version: "28.3" },
      ["docker.version: has no effect with `source: none`, where Drover leaves Docker alone; remove it"],
    ],
    [
      { source: "distribution", repository: { url: "https://mirror.lan/linux" } },
      [
        "docker.repository: holds Docker CE, for `source: docker-ce`; a distribution's package comes from the hosts' own sources",
      ],
    ],
  ])("of %j", (docker, expected) => {
    expect(mistakesOf({ ...minimal, docker })).toEqual(expected);
  });
});

describe("extra hosts", () => {
  it("are not the hosts of the inventory, and not localhost", () => {
    const extraHosts = { h1: "192.0.2.9", localhost: "127.0.0.1", other: "192.0.2.9" };
    expect(mistakesOf({ ...minimal, extraHosts })).toEqual([
      "extraHosts.h1: h1 is a host of this inventory, with an address; remove it here",
      "extraHosts.localhost: localhost has an address of its own; remove it here",
    ]);
  });
});

describe("kernel settings", () => {
  it.each([0, "0", "2"])("cannot take the pods' network away with %j", (value) => {
    const sysctl = { "net.ipv4.ip_forward": value, "vm.swappiness": 0 };
    expect(mistakesOf({ ...minimal, kernel: { sysctl } })).toEqual([
      'kernel.sysctl["net.ipv4.ip_forward"]: must be 1, or pods cannot reach each other',
    ]);
  });

  it.each([1, "1"])("may say %j, which holds anyway", (value) => {
    expect(mistakesOf({ ...minimal, kernel: { sysctl: { "net.bridge.bridge-nf-call-iptables": value } } })).toEqual([]);
  });

  it("time servers are for a clock that Drover sees to", () => {
    const servers = ["192.0.2.5"];
    expect(mistakesOf({ ...minimal, time: { manage: false, servers } })).toEqual([
      "time.servers: has no effect with `manage: false`; remove one of the two",
    ]);
    expect(mistakesOf({ ...minimal, time: { servers } })).toEqual([]);
    expect(mistakesOf({ ...minimal, time: { manage: false } })).toEqual([]);
  });
});

describe("registries", () => {
  const withRegistries = (...registries: readonly object[]) => mistakesOf({ ...minimal, registries });

  it("have one default at most", () => {
    expect(withRegistries({ url: "a", default: true }, { url: "b" })).toEqual([]);
    expect(withRegistries({ url: "a" }, { url: "b", default: true }, { url: "c", default: true })).toEqual([
      "registries[2].default: is the default, and so is registries[1]; only one can be",
    ]);
  });

  it("are listed once each", () => {
    expect(withRegistries({ url: "a:5000" }, { url: "a:5000" })).toEqual([
      "registries[1].url: a:5000 is also registries[0].url",
    ]);
  });

  it("have user and password or neither", () => {
    expect(withRegistries({ url: "a", user: "u" })).toEqual([
      "registries[0]: has a user, but no password; give both or neither",
    ]);
    expect(withRegistries({ url: "a", password: "env:P" })).toEqual([
      "registries[0]: has a password, but no user; give both or neither",
    ]);
  });

  it("with a wrong password are not said to lack one", () => {
    expect(withRegistries({ url: "a", user: "u", password: "plain" })).toHaveLength(1);
  });
});

describe("the cluster's networks", () => {
  it("do not overlap", () => {
    expect(mistakesOf({ ...minimal, rke: { serviceCidr: "10.42.128.0/17" } })).toEqual([
      "rke.serviceCidr: 10.42.128.0/17, the services' range, overlaps 10.42.0.0/16, the pods' range; they must be apart",
    ]);
    expect(mistakesOf({ ...minimal, rke: { clusterCidr: "10.0.0.0/8" } })).toHaveLength(1);
  });

  it("hold no host, inside or outside, also when they are the default", () => {
    const at = (more: object) => mistakesOf({ ...minimal, hosts: [{ ...host, ...more }] });
    expect(at({ address: "10.43.0.9" })).toEqual([
      "hosts[0].address: 10.43.0.9 lies in rke.serviceCidr (10.43.0.0/16), which the cluster uses inside; change either",
    ]);
    expect(at({ internalAddress: "10.42.255.255" })).toEqual([
      "hosts[0].internalAddress: 10.42.255.255 lies in rke.clusterCidr (10.42.0.0/16), which the cluster uses inside; change either",
    ]);
    expect(at({ address: "10.44.0.1" })).toEqual([]);
  });

  it("are not judged by a default where the given one is wrong", () => {
    expect(
      mistakesOf({ ...minimal, hosts: [{ ...host, address: "10.42.0.1" }], rke: { clusterCidr: "10.99.0.0" } }),
    ).toEqual(["rke.clusterCidr: must be an IPv4 range such as 10.42.0.0/16"]);
  });

  it.each([
    ["v1.32.3-rancher1-1", 1],
    ["v1.30.0-rancher1-1", 1],
    ["v1.29.9-rancher1-1", 0],
  ])("cannot be weave's with %s: %i mistakes", (kubernetesVersion, count) => {
    expect(mistakesOf({ ...minimal, rke: { kubernetesVersion, network: { plugin: "weave" } } })).toHaveLength(count);
  });

  it("cannot be weave's with the default version", () => {
    expect(mistakesOf({ ...minimal, rke: { network: { plugin: "weave" } } })).toEqual([
      "rke.network.plugin: weave exists below Kubernetes v1.30 only; use canal, flannel or calico",
    ]);
  });
});

describe("all mistakes", () => {
  const source = `version: 1
cluster: { name: Sample }
ssh: { user: ubuntu }
hosts:
  - { name: h1, address: 192.0.2.1, roles: [etcd], gpu: maybe }
  - { name: h1, address: 192.0.2.1, roles: [etcd] }
  - { name: h3, adress: 192.0.2.3, roles: [worker] }
docker: { source: none, version: "28" }
`;

  it("of schema and rules are told at once, by line and column", () => {
    expect(mistakesOfText(source).map((line) => line.replace(/^i\.yaml:(\d+:\d+) ([^:]+):.*$/, "$1 $2"))).toEqual([
      "2:12 cluster.name",
      "4:1 hosts",
      "4:1 hosts",
      "5:52 hosts[0].gpu",
      "6:7 hosts[1].name",
      "6:17 hosts[1].address",
      "7:17 hosts[2].adress",
      "8:25 docker.version",
    ]);
  });

  it("are counted in the message, with a remedy", () => {
    const error = thrownBy(() => parseInventory(source, "i.yaml"));
    expect(error.message).toBe("i.yaml has 8 mistakes");
    expect(error.remedy).toContain("inventory.example.yaml");
    const head = source.slice(0, source.indexOf("hosts:"));
    expect(thrownBy(() => parseInventory(head, "i.yaml")).message).toBe("i.yaml has 2 mistakes");
  });

  it("with keys given twice are told too", () => {
    expect(mistakesOfText(`${source}ssh: { user: root }\n`)).toContainEqual("i.yaml:9:1 ssh: is given twice");
  });

  it.each(["[]", "just words", "42", "- a: 1"])("%j is not a mapping", (text) => {
    expect(mistakesOfText(text)).toEqual([expect.stringContaining("must be a mapping of keys to values")]);
  });

  it.each(["", "# nothing\n", "---\n", "~"])("%j is empty", (text) => {
    expect(thrownBy(() => parseInventory(text, "i.yaml")).message).toBe("i.yaml is empty");
  });
});
