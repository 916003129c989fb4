import { describe, expect, it } from "vitest";
import type { Cluster, Host, Role } from "../../src/core/cluster.ts";
import { isMapping, type Mapping } from "../../src/core/mapping.ts";
import type { FlagValue } from "../../src/core/rke.ts";
import { clusterDocument, clusterYmlText } from "../../src/engines/rke/cluster-yml.ts";
import { complaintsAbout } from "../../src/engines/rke/cluster-yml-check.ts";
import { objectionsTo } from "../../src/engines/rke/cluster-yml-patch.ts";
import { tenthAddress } from "../../src/engines/rke/cluster-yml-services.ts";
import { meaningOf } from "../../src/engines/rke/up-meaning.ts";
import { dumpYaml, parseMapping } from "../../src/templates/yaml.ts";
import { goldenClusters } from "../unit/support/golden-clusters.ts";
import { randomNumbers } from "../unit/support/random-numbers.ts";
import { host, templates, withRke } from "../unit/support/rke-world.ts";

const below = randomNumbers(20261122);
const oneOf = <T>(...choices: readonly T[]): T => choices[below(choices.length)] as T;
const maybe = <T>(value: T): T | undefined => (below(2) === 0 ? undefined : value);
const some = <T>(...choices: readonly T[]): readonly T[] => choices.filter(() => below(2) === 0);

const roles: readonly (readonly Role[])[] = [
  ["worker"],
  ["etcd"],
  ["controlplane"],
  ["controlplane", "etcd", "worker"],
];

function randomHost(index: number): Host {
  return host(`n${index}`, {
    address: `10.0.0.${index + 1}`,
    internalAddress: oneOf(undefined, `10.0.0.${index + 1}`, `192.168.0.${index + 1}`),
    port: oneOf(22, 2222),
    keyPath: oneOf("/k/one", "/k/one", "/k/one", "/k/two", undefined),
    roles: oneOf(...roles),
    labels: oneOf({}, { zone: "a" }),
    taints: oneOf([], [{ key: "gpu", value: "", effect: "NoSchedule" as const }]),
  });
}

const programs = ["etcd", "kube-api", "kube-controller", "scheduler", "kubelet", "kubeproxy"];
const perProgram = <T>(value: () => T): Readonly<Record<string, T>> =>
  Object.fromEntries(some(...programs).map((name) => [name, value()]));

function randomCluster(): Cluster {
  const snapshots = {
    enabled: below(4) > 0,
    everyHours: 1 + below(24),
    keep: 1 + below(30),
    timeoutSeconds: 300,
    s3: maybe({
      endpoint: "s3.lan",
      bucket: "b",
      region: maybe("r"),
      folder: maybe("f"),
      accessKey: maybe("id"),
      secretKey: maybe("word"),
      ca: maybe("PEM"),
    }),
  };
  return withRke(
    {
      network: {
        plugin: oneOf("canal", "flannel", "calico", "weave", "none"),
        interface: maybe("eno2"),
        mtu: maybe(1400),
        backend: maybe("host-gw"),
        options: oneOf<Record<string, string>>({}, { canal_iface: "eno9" }),
      },
      ingress: oneOf("nginx", "none"),
      dns: {
        provider: oneOf("coredns", "none"),
        upstream: some("1.1.1.1"),
        stubDomains: {},
        nodeLocal: maybe("169.254.20.10"),
      },
      extraArgs: perProgram(() => ({ v: oneOf<FlagValue>("2", ["2", "3"]), w: oneOf<FlagValue>("", [""]) })),
      extraBinds: perProgram(() => some("/a:/a")),
      extraEnv: perProgram(() => oneOf<Record<string, string>>({}, { A: "1=2" })),
      etcd: { snapshots },
      manifests: some("/m.yaml"),
      ignoreDockerVersion: below(2) === 0,
    },
    { hosts: Array.from({ length: 1 + below(5) }, (_, index) => randomHost(index)) },
  );
}

const documentOf = (cluster: Cluster): Mapping => clusterDocument(cluster, templates);
const read = (cluster: Cluster): Mapping => parseMapping(clusterYmlText(documentOf(cluster))) ?? {};

const all = Array.from({ length: 150 }, () => {
  const cluster = randomCluster();
  return { cluster, document: read(cluster) };
});

/** All leaves of a document, by path. A list is a leaf. */
function leaves(value: unknown, path: readonly string[] = []): readonly (readonly [string, unknown])[] {
  if (!isMapping(value)) return [[path.join("."), value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]));
}

describe("cluster.yml of any inventory", () => {
  it("holds nothing that RKE would not read, and nothing that says nothing", () => {
    for (const { document } of all) {
      expect(complaintsAbout(document)).toEqual([]);
      const empty = leaves(document).filter(
        ([, value]) => value === null || (typeof value === "object" && Object.keys(value as object).length === 0),
      );
      expect(empty).toEqual([]);
    }
  });

  it("is the same bytes each time, which is how a change is told", () => {
    for (const { cluster } of all.slice(0, 30))
      expect(clusterYmlText(documentOf(structuredClone(cluster)))).toBe(clusterYmlText(documentOf(cluster)));
  });

  it("gives rke each host's own key, or the agent for all where one has none", () => {
    for (const { cluster, document } of all) {
      const { ssh_agent_auth: agent, ssh_key_path: shared, nodes } = document;
      const own = (nodes as readonly Mapping[]).map((node) => node["ssh_key_path"]);
      const keys = cluster.hosts.map(({ keyPath }) => keyPath);
      if (keys.includes(undefined)) expect([agent, shared, ...own.filter(Boolean)]).toEqual([true, undefined]);
      else expect([agent, own.map((key) => key ?? shared)]).toEqual([undefined, keys]);
      // A key that all have stands once.
      if (new Set(keys).size === 1 && keys[0] !== undefined)
        expect([shared, ...own.filter(Boolean)]).toEqual([keys[0]]);
    }
  });

  it("names each host once, in the inventory's order, with nothing that is RKE's default", () => {
    for (const { cluster, document } of all) {
      const nodes = document["nodes"] as readonly Mapping[];
      expect(
        nodes.map(({ address, port = "22", internal_address: inner = address }) => [address, port, inner]),
      ).toEqual(
        cluster.hosts.map(({ address, port, internalAddress = address }) => [address, String(port), internalAddress]),
      );
      expect(nodes.map(({ role, labels = {}, taints = [] }) => [role, labels, taints])).toEqual(
        cluster.hosts.map((one) => [one.roles, one.labels, one.taints]),
      );
      expect(
        nodes.flatMap(({ port, address, internal_address: inner }) => [port === "22", inner === address]),
      ).not.toContain(true);
    }
  });

  it("has each flag of the inventory once: alone, or in a list of several", () => {
    for (const { cluster, document } of all) {
      const services = (document["services"] ?? {}) as Readonly<Record<string, Mapping>>;
      for (const [program, flags] of Object.entries(cluster.rke.extraArgs))
        for (const [flag, value] of Object.entries(flags)) {
          const { extra_args: one, extra_args_array: several } = services[program] ?? {};
          const given = [one, several].map((part) => (isMapping(part) ? part[flag] : undefined));
          expect([flag, given]).toEqual([flag, typeof value === "string" ? [value, undefined] : [undefined, value]]);
        }
      for (const [program, vars] of Object.entries(cluster.rke.extraEnv))
        if (Object.keys(vars).length > 0) expect(services[program]?.["extra_env"]).toEqual(["A=1=2"]);
    }
  });

  it("keeps as many snapshots as the inventory says, in whichever of RKE's two ways", () => {
    for (const { cluster, document } of all) {
      const { enabled, everyHours, keep, s3 } = cluster.rke.etcd.snapshots;
      const { etcd = {} } = (document["services"] ?? {}) as Readonly<Record<string, Mapping>>;
      const ways = [etcd["creation"] !== undefined, etcd["backup_config"] !== undefined];
      expect(etcd["snapshot"]).toBe(enabled);
      expect(ways).toEqual([enabled && s3 === undefined, enabled && s3 !== undefined]);
      if (ways[0] === true)
        expect(etcd).toMatchObject({ creation: `${everyHours}h`, retention: `${everyHours * keep}h` });
      if (ways[1] === true)
        expect(etcd["backup_config"]).toMatchObject({ interval_hours: everyHours, retention: keep });
    }
  });

  it("comes to nothing where nothing is changed, and to something whichever way a restart is turned", () => {
    for (const [index, { cluster, document }] of all.slice(0, 50).entries()) {
      expect(meaningOf(document, parseMapping(dumpYaml(documentOf(cluster))) ?? {})).toEqual([]);
      const other = read({ ...cluster, rke: all[index + 1]?.cluster.rke ?? cluster.rke });
      const [there, back] = [meaningOf(document, other), meaningOf(other, document)];
      expect(back).toEqual(there);
    }
  });
});

describe("what the inventory computes", () => {
  const skeleton = new Set(["enable_cri_dockerd", "monitoring.provider"]);

  it.each(Object.entries(goldenClusters))(
    "of a cluster with %s cannot be said a second time in a patch",
    (_, given) => {
      // A patch of the cluster itself is no computation.
      const cluster = { ...given, rke: { ...given.rke, clusterYml: {} } };
      const said = leaves(documentOf(cluster)).filter(([path]) => !skeleton.has(path));
      const twice = said.filter(([path, value]) => {
        const patch = path.split(".").reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
        return objectionsTo(patch).every(({ message }) => !message.includes("has a key of its own in the inventory"));
      });
      expect(twice.map(([path]) => path)).toEqual([]);
    },
  );
});

describe("the address of cluster DNS", () => {
  it("is ten above the first of any range", () => {
    for (let round = 0; round < 500; round += 1) {
      const octets = [1 + below(222), below(256), below(256), below(256)];
      const number = octets.reduce((sum, octet) => sum * 256 + octet, 0);
      const tenth = tenthAddress(`${octets.join(".")}/16`)
        .split(".")
        .map(Number);
      expect(tenth.reduce((sum, octet) => sum * 256 + octet, 0) - number).toBe(10);
      expect(tenth.filter((octet) => octet < 0 || octet > 255)).toEqual([]);
      expect(tenth).toHaveLength(4);
    }
  });
});
