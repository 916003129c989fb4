import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type CheckFacts, endpoints, sharedNames } from "../../src/checks/check-facts.ts";
import { type CheckResult, checkHosts, checkMesh, type HostSeen } from "../../src/checks/results.ts";
import type { Cluster, Host } from "../../src/core/cluster.ts";
import type { Probe, Result } from "../../src/core/probe.ts";
import { factProbes } from "../../src/facts/host-facts.ts";
import { lookupsFact } from "../../src/facts/lookups.ts";
import { reachFact } from "../../src/facts/reach.ts";
import { syncLatencyFact } from "../../src/facts/sync-latency.ts";
import { readListening } from "../../src/mesh/listener.ts";
import { proberProbe } from "../../src/mesh/prober.ts";
import { cluster as sample } from "../unit/support/rke-world.ts";
import { caseHost } from "./steps.ts";

/** What a host prints, by fact and by the part of its question. */
type Answers = Readonly<Record<string, Readonly<Record<string, string>>>>;

interface WrittenHost {
  readonly host?: Partial<Host>;
  readonly answers?: Answers;
}

interface CaseFile extends WrittenHost {
  readonly cluster?: Readonly<Record<string, unknown>>;
  readonly built?: boolean;
  readonly others?: readonly WrittenHost[];
  /** How far the clock here is behind the hosts'. */
  readonly hereBehindMs?: number;
  /** By host: the listener's first line and what the prober printed. */
  readonly mesh?: Readonly<Record<string, { readonly listening: string; readonly tried: string }>>;
  readonly evidence: string;
  /** What the operator is told to do, or a part of it. */
  readonly fix?: string;
  /** The commands for root that are proposed, all of them; none where they are left out. */
  readonly commands?: readonly string[];
  /** The step of `up` that puts it right, where that hangs on the case. */
  readonly fixedByUp?: string;
  readonly hosts?: readonly string[];
  /** Other checks that this host fails too. */
  readonly also?: readonly string[];
}

/** A broken host, or several, and the check that must tell. A further case of a check has words behind its id: `disk/var: …`. */
export interface CheckCase extends CaseFile {
  readonly name: string;
  readonly check: string;
}

const folder = join(import.meta.dirname, "checks");

/** Recorded on a practice host that is prepared; what such a host cannot show stands in for it. */
export const healthy: Answers = JSON.parse(readFileSync(join(folder, "healthy.json"), "utf8"));

/** Every case, by the check's id. */
export const checkCases: readonly CheckCase[] = readdirSync(folder)
  .filter((name) => name !== "healthy.json")
  .flatMap((name) => {
    const file: Readonly<Record<string, CaseFile>> = JSON.parse(readFileSync(join(folder, name), "utf8"));
    return Object.entries(file).map(([key, one]) => ({ ...one, name: key, check: key.split(":")[0] ?? key }));
  });

const roles = ["controlplane", "etcd", "worker"] as const;
const host: Host = { ...caseHost, name: "k1", address: "10.125.0.11", user: "ubuntu", roles };

function merge(base: unknown, patch: unknown): unknown {
  const isObject = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isObject(base) || !isObject(patch)) return patch;
  const merged = Object.entries(patch).map(([key, value]) => [key, key in base ? merge(base[key], value) : value]);
  return { ...base, ...Object.fromEntries(merged) };
}

function hostOf(written: WrittenHost): Host {
  return { ...host, ...written.host };
}

/** The cluster that a case speaks of: its hosts, a registry that answers, flannel. */
export function clusterOf(one: Partial<CaseFile>): Cluster {
  const registry = { url: "10.125.0.1:5000", user: undefined, password: undefined, insecure: true, default: true };
  const base: Cluster = {
    ...sample,
    hosts: [one, ...(one.others ?? [])].map(hostOf),
    docker: { ...sample.docker, source: "distribution" },
    registries: [registry],
    rke: {
      ...sample.rke,
      kubernetesVersion: "v1.36.0-rancher1-1",
      network: { plugin: "flannel", options: {} },
      ingress: "nginx",
      ignoreDockerVersion: false,
    },
  };
  return merge(base, one.cluster ?? {}) as Cluster;
}

/** A fact's answer as the host prints it. */
export function answerOf(parts: Readonly<Record<string, string>>): Result {
  const sections = Object.entries(parts).map(([name, text]) => `\n-- ${name}\n${text}`);
  const stdout = "" in parts ? parts[""] : `${sections.join("")}\n-- end\n`;
  return { code: 0, stdout, stderr: "" };
}

function factsOf(written: WrittenHost, cluster: Cluster): CheckFacts {
  const reach = reachFact(endpoints(cluster));
  const probes: Readonly<Record<string, Probe<unknown>>> = {
    ...factProbes(hostOf(written)),
    reach,
    lookups: lookupsFact(sharedNames(cluster)),
    syncLatency: syncLatencyFact,
  };
  const facts = Object.entries(probes).map(([name, probe]) => {
    const parts = { ...healthy[name], ...written.answers?.[name] };
    return [name, probe.parse(answerOf(parts))];
  });
  return Object.fromEntries(facts);
}

function seenOf(written: WrittenHost, one: Partial<CaseFile>, cluster: Cluster): HostSeen {
  const facts = factsOf(written, cluster);
  const recorded = Number(healthy["clock"]?.["now"]);
  const here = recorded - (one.hereBehindMs ?? 0);
  return { host: hostOf(written), facts, asked: { from: here - 20, to: here + 20 } };
}

/** All results for a case, mesh included. */
export function resultsOf(one: Partial<CaseFile>): readonly CheckResult[] {
  const meshNames = Object.keys(one.mesh ?? {});
  const others = one.others ?? [];
  const cluster = clusterOf(one);
  const situation = { cluster, built: one.built ?? false };
  const seen = [one, ...others].map((written) => seenOf(written, one, cluster));
  const hosts = meshNames.map((name, index) => ({ ...host, name, address: `10.125.0.1${index + 1}` }));
  const mesh = {
    hosts,
    listening: new Map(meshNames.map((name) => [name, readListening(one.mesh?.[name]?.listening ?? "")])),
    reports: new Map(
      hosts.map(({ name }) => {
        const targets = hosts
          .filter((to) => to.name !== name)
          .map((to) => ({ name: to.name, address: to.address, ports: [] }));
        const stdout = one.mesh?.[name]?.tried ?? "";
        return [name, proberProbe(targets, "00").parse({ code: 0, stdout, stderr: "" })];
      }),
    ),
  };
  return [...checkHosts(seen, situation), ...(one.mesh === undefined ? [] : checkMesh(mesh, situation))];
}
