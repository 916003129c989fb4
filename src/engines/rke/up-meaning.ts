import { isMapping, type Mapping } from "../../core/mapping.ts";

/** Programs by RKE's key of them: what they are called, and the role whose hosts they run on; undefined: all. */
const programs: readonly (readonly [key: string, name: string, role: string | undefined])[] = [
  ["etcd", "etcd", "etcd"],
  ["kube-api", "kube-apiserver", "controlplane"],
  ["kube-controller", "kube-controller-manager", "controlplane"],
  ["scheduler", "kube-scheduler", "controlplane"],
  ["kubelet", "kubelet", undefined],
  ["kubeproxy", "kube-proxy", undefined],
];

/** Keys of `services.etcd` that are not etcd's: the container that takes snapshots gets them. */
const ofSnapshots = new Set(["snapshot", "creation", "retention", "backup_config"]);

/** Keys of the whole cluster that reach the arguments or images of several programs (cluster/plan.go and defaults.go of rke). */
const ofSeveral = [
  "system_images",
  "cloud_provider",
  "prefix_path",
  "cri_dockerd_stream_server_address",
  "cri_dockerd_stream_server_port",
] as const;

/** What RKE deploys into the cluster, in its order, by the section of cluster.yml that it is made from. */
const deployed: readonly (readonly [section: string, what: string])[] = [
  ["network", "the pods' network"],
  ["dns", "cluster DNS"],
  ["monitoring", "the metrics server"],
  ["ingress", "the ingress controller"],
];

interface Node {
  readonly address: string;
  readonly name: string;
  readonly roles: readonly string[];
  /** Where the other nodes find it. */
  readonly inner: string;
  readonly rest: string;
}

/**
 * What an `rke up` from one cluster.yml to another comes to, as short sentences in the order in which RKE does it: nodes that
 * leave, etcd, the control plane, the workers and new nodes, labels, what is deployed (rke's cmd/up.go). Empty if nothing is
 * restarted or deployed.
 */
export function meaningOf(before: Mapping, after: Mapping): readonly string[] {
  const [old, now] = [nodesIn(before), nodesIn(after)];
  const left = old.filter((node) => !now.some(({ address }) => address === node.address));
  const come = now.filter((node) => !old.some(({ address }) => address === node.address));
  const stay = now.filter((node) => !come.includes(node));
  const upgraded = before["kubernetes_version"] !== after["kubernetes_version"];
  return [
    ...left.map(({ name }) => `remove the node ${name}`),
    ...(upgraded
      ? upgradeOf(before, after)
      : [...restarts(before, after, stay), ...furtherRestarts(before, after, old)]),
    ...come.map(({ name, roles }) => `add the node ${name} (${roles.join(", ")})`),
    ...stay.flatMap((node) => changedNode(node, old)),
    ...deployed.flatMap(([section, what]) => (same(before, after, section) ? [] : [`deploy ${what} anew`])),
    ...(same(before, after, "addons_include") && same(before, after, "addons") ? [] : ["apply the manifests"]),
  ];
}

function upgradeOf(before: Mapping, after: Mapping): readonly string[] {
  const [from, to] = [before, after].map(({ kubernetes_version: version }) =>
    typeof version === "string" ? version : "another version",
  );
  const versions = `Kubernetes ${from} to ${to}`;
  const strategy = mappingAt(after, "upgrade_strategy");
  const [controlplanes, workers] = [
    strategy["max_unavailable_controlplane"] ?? 1,
    strategy["max_unavailable_worker"] ?? "10%",
  ];
  return [
    `${versions}: restart every part: etcd one host at a time, controlplane hosts ${String(controlplanes)} at a time, then workers ${String(workers)} at a time`,
  ];
}

function restarts(before: Mapping, after: Mapping, nodes: readonly Node[]): readonly string[] {
  const changed = programs.filter(([key]) => isChanged(key, before, after));
  const snapshots =
    pick(before, "etcd", ofSnapshots) === pick(after, "etcd", ofSnapshots)
      ? []
      : ["restart etcd-rolling-snapshots, which takes the snapshots"];
  return [
    ...changed.flatMap(([, name, role]) =>
      restart(
        name,
        nodes.filter(({ roles }) => role === undefined || roles.includes(role)),
      ),
    ),
    ...snapshots,
  ];
}

/** Restarts of which only the cause is told: the programs that they concern are many. */
function furtherRestarts(before: Mapping, after: Mapping, old: readonly Node[]): readonly string[] {
  const moved = nodesIn(after).filter(({ address, inner }) =>
    old.some((was) => was.address === address && was.inner !== inner),
  );
  const keys = ofSeveral.filter((key) => !same(before, after, key));
  return [
    ...moved.map(({ name, inner }) => `restart every part that is to find ${name} at ${inner}`),
    ...keys.map((key) => `restart every part that ${key} concerns`),
  ];
}

function restart(program: string, nodes: readonly Node[]): readonly string[] {
  if (nodes.length === 0) return [];
  const where = nodes.length > 4 ? `${nodes.length} hosts` : nodes.map(({ name }) => name).join(", ");
  return [`restart ${program} on ${where}`];
}

/** Whether a program's arguments, files or certificate come out otherwise. */
function isChanged(key: string, before: Mapping, after: Mapping): boolean {
  const [old, now] = [before, after].map((document) =>
    canonical(withoutSnapshots(mappingAt(mappingAt(document, "services"), key))),
  );
  if (old !== now) return true;
  if (key === "kube-api") return !same(before, after, "authentication") || !same(before, after, "authorization");
  if (key === "kubelet") return !same(before, after, "private_registries") || domainOf(before) !== domainOf(after);
  return key === "kubeproxy" && podsOf(before) !== podsOf(after);
}

const domainOf = (document: Mapping) => canonical(mappingAt(document, "dns")["nodelocal"]);
const podsOf = (document: Mapping) => mappingAt(mappingAt(document, "services"), "kube-controller")["cluster_cidr"];

function withoutSnapshots(service: Mapping): Mapping {
  return Object.fromEntries(Object.entries(service).filter(([key]) => !ofSnapshots.has(key)));
}

function pick(document: Mapping, service: string, keys: ReadonlySet<string>): string {
  const entries = Object.entries(mappingAt(mappingAt(document, "services"), service));
  return canonical(entries.filter(([key]) => keys.has(key)));
}

function changedNode(node: Node, old: readonly Node[]): readonly string[] {
  const was = old.find(({ address }) => address === node.address);
  if (was === undefined) return [];
  if (was.name !== node.name) return [`register ${was.name} as a new node ${node.name}`];
  if (was.roles.join() !== node.roles.join())
    return [`make ${node.name} ${node.roles.join(" and ")}, which was ${was.roles.join(" and ")}`];
  return was.rest === node.rest ? [] : [`set labels and taints of ${node.name}`];
}

function nodesIn(document: Mapping): readonly Node[] {
  const nodes = document["nodes"];
  if (!Array.isArray(nodes)) return [];
  return nodes.filter(isMapping).map((node) => {
    const address = String(node["address"]);
    const roles = Array.isArray(node["role"]) ? node["role"].map(String).toSorted() : [];
    const rest = canonical([node["labels"] ?? {}, node["taints"] ?? []]);
    const inner = String(node["internal_address"] ?? address);
    return { address, name: String(node["hostname_override"] ?? address), roles, inner, rest };
  });
}

function mappingAt(value: Mapping, key: string): Mapping {
  const inner = value[key];
  return isMapping(inner) ? inner : {};
}

function same(before: Mapping, after: Mapping, key: string): boolean {
  return canonical(before[key]) === canonical(after[key]);
}

/** One text for equal data, in whatever order its keys were written. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    isMapping(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
}
