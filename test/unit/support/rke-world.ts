import { join } from "node:path";
import { type Cluster, type ClusterPaths, control, type Host } from "../../../src/core/cluster.ts";
import { decide } from "../../../src/core/decide.ts";
import type { Result } from "../../../src/core/probe.ts";
import type { AnyStep, Decision } from "../../../src/core/step.ts";
import { type RkeSetup, rkeSetup } from "../../../src/engines/rke/setup.ts";
import { loadTemplates } from "../../../src/templates/load.ts";

export const templates = loadTemplates(join(import.meta.dirname, "../../../templates"));

export const paths: ClusterPaths = {
  dir: "/c",
  clusterYml: "/c/cluster.yml",
  state: "/c/cluster.rkestate",
  kubeconfig: "/c/kube_config_cluster.yml",
  backups: "/c/backups",
  lock: "/c/lock",
  runs: "/runs",
  toolsLock: "/c/tools.lock",
  bin: "/c/bin",
  programs: "/cache/programs",
};

/** Where a cluster's files lie whose folder is really there. */
export function pathsIn(dir: string): ClusterPaths {
  const at = (name: string) => join(dir, name);
  return {
    dir,
    clusterYml: at("cluster.yml"),
    state: at("cluster.rkestate"),
    kubeconfig: at("kube_config_cluster.yml"),
    backups: at("backups"),
    lock: at("lock"),
    runs: at("runs"),
    toolsLock: at("tools.lock"),
    bin: at("bin"),
    programs: at("programs"),
  };
}

export function host(name: string, more: Partial<Host> = {}): Host {
  const number = name.charCodeAt(name.length - 1) - "a".charCodeAt(0) + 1;
  return {
    name,
    address: `10.0.0.${number}`,
    internalAddress: undefined,
    port: 22,
    user: "ops",
    keyPath: "/keys/id",
    hostKey: undefined,
    roles: ["worker"],
    gpu: false,
    labels: {},
    taints: [],
    ...more,
  };
}

export const cluster: Cluster = {
  name: "demo",
  hosts: [host("node-a", { roles: ["controlplane", "etcd"] }), host("node-b"), host("node-c")],
  docker: { source: "distribution", version: undefined, daemon: {} },
  gpu: {
    driver: { source: "distribution", version: undefined, replace: false },
    toolkit: { source: "nvidia", version: undefined },
    proofImage: "python:3",
  },
  dns: { nameservers: [], search: [] },
  extraHosts: {},
  time: { manage: true, servers: [] },
  firewall: { manage: true },
  upgrades: { hold: ["docker", "nvidia", "kernel"] },
  kernel: { modules: [], sysctl: {} },
  registries: [],
  engine: { name: "rke", settings: {} },
  rke: {
    kubernetesVersion: "v1.32.3-rancher1-1",
    network: { plugin: "canal", options: {} },
    clusterCidr: "10.42.0.0/16",
    serviceCidr: "10.43.0.0/16",
    clusterDomain: "cluster.local",
    dns: { provider: "coredns", upstream: [], stubDomains: {}, nodeLocal: undefined },
    ingress: "nginx",
    nginx: { httpPort: undefined, httpsPort: undefined, networkMode: undefined, options: {}, extraArgs: {} },
    api: {
      sans: [],
      nodePorts: "30000-32767",
      auditLog: undefined,
      secretsEncryption: false,
      alwaysPullImages: false,
      podSecurity: undefined,
      eventRateLimit: false,
      admission: undefined,
    },
    etcd: { snapshots: { enabled: true, everyHours: 6, keep: 12, timeoutSeconds: 300, s3: undefined } },
    upgrade: {
      workersAtOnce: "10%",
      controlplanesAtOnce: "1",
      drain: false,
      drainForce: false,
      drainDeletesLocalData: false,
      drainGraceSeconds: -1,
      drainTimeoutSeconds: 120,
    },
    addonJobTimeout: 180,
    ignoreDockerVersion: false,
    extraArgs: {},
    extraBinds: {},
    extraEnv: {},
    manifests: [],
    clusterYml: {},
  },
  addons: { certManager: undefined },
  tools: { rke: "rke", kubectl: "kubectl", helm: "helm" },
};

/** The cluster above with other settings of its engine. */
export function withRke(rke: Partial<Cluster["rke"]>, more: Partial<Cluster> = {}): Cluster {
  return { ...cluster, ...more, rke: { ...cluster.rke, ...rke } };
}

export function setupOf(given: Cluster = cluster): RkeSetup {
  return rkeSetup({ cluster: given, paths, templates });
}

/** What a machine answers: the first entry whose key stands in the question, else exit 1. */
export type Machine = Readonly<Record<string, string | Partial<Result>>>;

export function answer(machine: Machine, question: string): Result {
  const found = Object.entries(machine).find(([key]) => question.includes(key))?.[1];
  if (found === undefined) return { code: 1, stdout: "", stderr: "" };
  return typeof found === "string"
    ? { code: 0, stdout: found, stderr: "" }
    : { code: 0, stdout: "", stderr: "", ...found };
}

/** What a step decides about a machine. */
export function decideOn(step: AnyStep, machine: Machine, on: Host = control): Decision {
  const answers = Object.values(step.probes(on)).map(({ sh }) => [sh.text, answer(machine, sh.text)] as const);
  return decide(step, on, new Map(answers));
}

/** The decision's changes, or none. */
export function changesOf(decision: Decision) {
  return decision.kind === "change" ? decision.changes : [];
}

/** The scripts of a decision's run actions, joined. */
export function scriptsOf(decision: Decision): string {
  const actions = changesOf(decision).flatMap((change) => change.actions);
  return actions.flatMap((action) => (action.kind === "run" ? [action.sh.text] : [])).join("\n---\n");
}

interface NodeFacts {
  readonly ready?: boolean | "Unknown";
  readonly version?: string;
  readonly roles?: readonly string[];
}

/** A node as kubectl prints it. */
export function node(name: string, { ready = true, version = "v1.32.3", roles = ["worker"] }: NodeFacts = {}) {
  const labels = Object.fromEntries(roles.map((role) => [`node-role.kubernetes.io/${role}`, "true"]));
  return {
    kind: "Node",
    metadata: { name, labels },
    status: {
      nodeInfo: { kubeletVersion: version },
      addresses: [{ type: "InternalIP", address: `10.0.0.${name.length}` }],
      conditions: [{ type: "Ready", status: ready === true ? "True" : ready === false ? "False" : ready }],
    },
  };
}

/** The three nodes of the cluster above. */
export function threeNodes(facts: NodeFacts = {}) {
  const roles = ["controlplane", "etcd"];
  return [node("node-a", { roles, ...facts }), node("node-b", facts), node("node-c", facts)];
}

export function deployment(name: string, available: number, replicas = 1) {
  return {
    kind: "Deployment",
    metadata: { name, namespace: "kube-system", generation: 1 },
    spec: { replicas },
    status: { observedGeneration: 1, replicas, updatedReplicas: replicas, availableReplicas: available },
  };
}

export function jobPod(job: string, phase: string) {
  return {
    kind: "Pod",
    metadata: { name: `${job}-x`, namespace: "kube-system", labels: { "job-name": job } },
    status: { phase },
  };
}

export function list(...items: readonly object[]): string {
  return JSON.stringify({ kind: "List", items });
}

/** cluster.rkestate of a cluster with these addresses. */
export function state(current: boolean, addresses: readonly string[] = ["10.0.0.1", "10.0.0.2", "10.0.0.3"]): string {
  const rkeConfig = { nodes: addresses.map((address) => ({ address })), kubernetesVersion: "v1.32.3-rancher1-1" };
  const desiredState = { rkeConfig, certificatesBundle: { "kube-ca": { keyPEM: "secret" } } };
  return JSON.stringify({ desiredState, currentState: current ? desiredState : {} });
}
