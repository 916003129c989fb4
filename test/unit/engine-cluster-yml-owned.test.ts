import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isMapping } from "../../src/core/mapping.ts";
import table from "../../src/engines/rke/cluster-yml-keys.json" with { type: "json" };
import { objectionsTo } from "../../src/engines/rke/cluster-yml-patch.ts";

const structs: Readonly<Record<string, Readonly<Record<string, string>>>> = table;
const schema: unknown = JSON.parse(readFileSync(join(import.meta.dirname, "../../docs/inventory.schema.json"), "utf8"));

/** Every path of RKE's cluster.yml down to four keys, those of other people's clouds left out. */
function pathsOf(type: string, path: readonly string[] = []): readonly (readonly string[])[] {
  if (path.length === 4) return [];
  return Object.entries(structs[type] ?? {})
    .filter(([key]) => !/cloud|aci_/i.test(key))
    .flatMap(([key, inner]) => [[...path, key], ...pathsOf(inner, [...path, key])]);
}
const all = pathsOf("RancherKubernetesEngineConfig");
const messagesOf = (path: readonly string[], value: unknown = "x") =>
  objectionsTo(path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value)).map((one) => one.message);

const key = /has a key of its own in the inventory: ([\w.]+)/;
const owned = all.flatMap((path) => {
  const [message = ""] = messagesOf(path);
  const own = key.exec(message)?.[1];
  return own === undefined ? [] : [{ path: path.join("."), own }];
});

/** Whether the schema of the inventory has a key, wherever its parts are defined. */
function has(node: unknown, keys: readonly string[]): boolean {
  if (!isMapping(node)) return false;
  const [first, ...rest] = keys;
  if (first === undefined) return true;
  const ref = node["$ref"];
  if (typeof ref === "string") {
    const target = ref
      .slice(2)
      .split("/")
      .reduce<unknown>((at, part) => (isMapping(at) ? at[part] : undefined), schema);
    return has(target, keys);
  }
  const inner = isMapping(node["properties"]) ? node["properties"][first] : undefined;
  if (inner !== undefined) return has(inner, rest);
  return ["anyOf", "oneOf", "allOf"].some((way) => {
    const ways = node[way];
    return Array.isArray(ways) && ways.some((one) => has(one, keys));
  });
}

describe("a key of cluster.yml that the inventory has a key for", () => {
  it("is one of RKE's own, of which there are many", () => {
    expect(all.length).toBeGreaterThan(150);
    expect(new Set(owned.map(({ path }) => path)).size).toBeGreaterThan(40);
  });

  it("is told with a key that the inventory's schema has", () => {
    const wrong = owned.filter(({ own }) => !has(schema, own.split(".")));
    expect(wrong).toEqual([]);
  });

  it("is so with all that lies below it, and for nothing that lies above", () => {
    for (const { path } of owned) {
      const above = path.split(".").slice(0, -1);
      const isBelow = owned.some((one) => one.path === above.join("."));
      if (above.length > 0 && !isBelow) expect([path, messagesOf(above, {})]).toEqual([path, []]);
      expect([path, messagesOf([...path.split("."), "further"], 1)]).toEqual([path, [expect.stringMatching(key)]]);
    }
  });

  it("is so of each program alike: flags, folders and variables have one place", () => {
    for (const program of ["etcd", "kube-api", "kube-controller", "scheduler", "kubelet", "kubeproxy"])
      for (const [last, own] of [
        ["extra_args", "rke.extraArgs"],
        ["extra_args_array", "rke.extraArgs"],
        ["extra_binds", "rke.extraBinds"],
        ["extra_env", "rke.extraEnv"],
      ] as const)
        expect(messagesOf(["services", program, last])).toEqual([expect.stringContaining(own)]);
  });
});

describe("a value that rke would take and not live with", () => {
  const port = ["cri_dockerd_stream_server_port"];
  const image = ["system_images", "coredns"];
  const etcd = ["system_images", "etcd"];
  const digest = `sha256:${"a".repeat(64)}`;

  it.each<[readonly string[], readonly unknown[], readonly unknown[]]>([
    [port, ["1", 1, "65535", 10010], ["0", 0, "65536", "-1", "1.5", "100000", "x", ""]],
    [["prefix_path"], ["/", "/opt/rke"], ["opt", "./opt", ""]],
    [["ssh_cert_path"], ["/a", "~/a"], ["", "a"]],
    [
      ["authentication", "strategy"],
      ["x509", "x509|webhook"],
      ["webhook", "X509", ""],
    ],
    [["authorization", "mode"], ["rbac"], ["RBAC", "none", ""]],
    [["cloud_provider", "name"], ["external-aws", "vsphere", "none"], ["aws"]],
    [
      ["ingress", "dns_policy"],
      ["ClusterFirst", "ClusterFirstWithHostNet", "None", "Default"],
      ["none", ""],
    ],
    [
      ["monitoring", "provider"],
      ["metrics-server", "none"],
      ["metrics_server", "None", ""],
    ],
    [["enable_cri_dockerd"], [true], [false, "true", 1]],
    [
      image,
      ["a/b:1", "host:5000/a/b:v1.2", `a/b@${digest}`, `host:5000/a:1@${digest}`],
      ["a/b", "a/b:", "host:5000/a/b", `a/b@${digest.slice(0, -1)}`, `a/b@ha256:1`, "a b:1", "a/b:-x", ""],
    ],
    [
      etcd,
      ["a/etcd:v3.5.16", "a/etcd:3.5.16-rancher1"],
      ["a/etcd:v3.5", "a/etcd:latest", `a/etcd@${digest}`, "a/etcd"],
    ],
    [["system_images", "kubernetes"], ["a/hyperkube:v1.32.3-rancher1"], ["a/hyperkube:rancher1", "a/hyperkube:v1.32"]],
  ])("at %j may be %j, and none of %j", (path, good, bad) => {
    expect(good.filter((value) => messagesOf(path, value).length > 0)).toEqual([]);
    expect(bad.filter((value) => messagesOf(path, value).length !== 1)).toEqual([]);
  });

  it("is found by its own place alone: the same key elsewhere is another", () => {
    expect(messagesOf(["ingress", "mode"], "none")).toEqual([]);
    expect(messagesOf(["monitoring", "strategy"], "webhook")).toEqual([]);
    expect(messagesOf(["system_images", "etcd", "coredns"], "a")).toHaveLength(1);
  });
});
