import { readFileSync } from "node:fs";
import { load } from "js-yaml";
import { describe, expect, it } from "vitest";
import { isMapping, type Mapping } from "../../src/core/mapping.ts";
import { type Path, pathText, valueAt } from "../../src/inventory/mistake.ts";
import { mistakesOf } from "../unit/inventory-support.ts";

/** The example with everything switched on that may be together. */
const example = load(
  readFileSync(new URL("../../inventory.example.yaml", import.meta.url), "utf8")
    .replaceAll(/^(\s*)#(?=[^\s#])/gm, "$1")
    .replace(/^ {2}kubeflowPipelines:\n(?: {3,}.*\n)+/m, ""),
);

/** Good as it stands, but hardly a key of it could be its default: another setting leans on what it says. */
const leaning = {
  version: 1,
  cluster: { name: "leaning" },
  ssh: { user: "u", password: "env:P" },
  groups: { gpu: { roles: ["worker"], gpu: true, labels: { pool: "a" } } },
  hosts: [
    { name: "cp", address: "cp.lan", internalAddress: "10.42.0.5", roles: ["controlplane", "etcd"] },
    { name: "g[1-2]", address: "10.43.0.[1-2]", groups: ["gpu"] },
  ],
  extraHosts: { "repo.lan": "cp", "models.lan": "g1" },
  docker: { dataRoot: "/data", moveData: true, version: "28.3", daemon: { bip: "192.168.99.1/24" } },
  proxy: { https: "http://proxy.lan:3128" },
  time: { manage: true, servers: ["10.42.0.9"] },
  registries: [
    { url: "registry.lan:5000", default: true, user: "u", password: "env:R" },
    { url: "other.lan", ca: "ca.pem", insecure: false },
  ],
  rke: {
    kubernetesVersion: "v1.32.13-rancher1-1",
    clusterCidr: "172.16.0.0/14",
    serviceCidr: "10.96.0.0/16",
    network: { plugin: "flannel", interface: "eno1", options: { flannel_backend_port: 8472 } },
    dns: { nodeLocal: "10.43.9.9" },
    nginx: { httpPort: 443, httpsPort: 80 },
    etcd: { snapshots: { s3: { bucket: "b1b", accessKey: "env:A", secretKey: "env:S" } } },
    extraArgs: { "kube-controller": { "node-cidr-mask-size": 23 }, kubelet: { "max-pods": 300 } },
  },
  addons: {
    rancher: { hostname: "r.example.com", tls: { source: "secret", certificate: "c.pem", key: "env:K" } },
    kubeVip: { address: "10.43.0.100" },
    metallb: { addresses: ["10.43.1.0/24", "10.43.2.1-10.43.2.9"] },
    nvidiaDevicePlugin: { pools: { a: { hosts: ["g1", "g2"], mps: 2 } } },
  },
};

/** Everything below a value, and itself. */
function pathsIn(value: unknown, path: Path = []): readonly Path[] {
  const below = Array.isArray(value)
    ? value.flatMap((item, index) => pathsIn(item, [...path, index]))
    : Object.entries(isMapping(value) ? value : {}).flatMap(([key, item]) => pathsIn(item, [...path, key]));
  return [path, ...below];
}

function withValue(whole: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  if (Array.isArray(whole)) return whole.with(Number(key), withValue(whole[Number(key)], rest, value));
  const mapping: Mapping = isMapping(whole) ? whole : {};
  return { ...mapping, [key]: withValue(mapping[key], rest, value) };
}

/** Values that are of the wrong kind there, with a secret somewhere in them. */
const misfits = (value: unknown): readonly unknown[] =>
  typeof value === "object" ? [null, "hunter2"] : [null, { hunter2: "hunter2" }];

/** Mappings that other programs read: what is wrong in them is told of the whole, or by those programs. */
const others = /^(docker\.daemon|addons\.\w+\.values|rke\.(clusterYml|api\.(auditLog\.policy|admission)))[.[]/;

const cases = Object.entries({ example, leaning }).flatMap(([name, whole]) =>
  pathsIn(whole).flatMap((path) => (path.length === 0 ? [] : [{ name, whole, path, place: pathText(path) }])),
);

describe("one value of the wrong kind", () => {
  it("can be anywhere in two inventories that are good", () => {
    expect(mistakesOf(example)).toEqual([]);
    expect(mistakesOf(leaning)).toEqual([]);
    expect(cases.length).toBeGreaterThan(450);
  });

  it("is one mistake, told where it is: nothing else is called wrong because of it, and no secret is repeated", () => {
    const told = cases
      .filter(({ place }) => !others.test(place))
      .flatMap(({ name, whole, path, place }) =>
        misfits(valueAt(whole, path)).flatMap((wrong) => {
          const mistakes = mistakesOf(withValue(whole, path, wrong));
          const [first = ""] = mistakes;
          // A program may be called anything, and so may what a setting leads to by its name.
          const isGood = mistakes.length === 0 && /^(tools\.|extends)/.test(place);
          const isThere = first.startsWith(place) && /^[:.[]/.test(first.slice(place.length));
          const isHidden = !mistakes.join().replaceAll(".hunter2", "").includes("hunter2");
          return isGood || (mistakes.length === 1 && isThere && isHidden)
            ? []
            : [`${name} ${place} ${JSON.stringify(wrong)}: ${mistakes.join(" | ")}`];
        }),
      );
    expect(told).toEqual([]);
  });

  it("may stand beside another one: two that were refused are not held against each other", () => {
    const nginx = { httpPort: 0, httpsPort: 0 };
    expect(mistakesOf({ ...leaning, rke: { ...leaning.rke, nginx } })).toEqual([
      "rke.nginx.httpPort: must be a port from 1 to 65535",
      "rke.nginx.httpsPort: must be a port from 1 to 65535",
    ]);
  });
});
