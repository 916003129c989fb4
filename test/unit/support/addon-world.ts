import { gzipSync } from "node:zlib";
import { fingerprintLabel, ownerLabel } from "../../../src/addons/installed.ts";
import type { AddonSettings, ChartSettings, RancherSettings } from "../../../src/core/addons.ts";
import type { EngineInput } from "../../../src/engines/engine.ts";
import { cluster, list, paths, templates } from "./rke-world.ts";

/** What an inventory says of a chart, with its defaults. */
export function chartSettings(more: Partial<ChartSettings> = {}): ChartSettings {
  return { version: "1.0.0", chart: "https://charts.example.org", values: {}, secretValues: {}, adopt: false, ...more };
}

/** What an inventory says of Rancher, with its defaults. */
export function rancherSettings(more: Partial<RancherSettings> = {}): RancherSettings {
  return {
    ...chartSettings({ version: "2.11.3" }),
    hostname: "rancher.example.org",
    replicas: undefined,
    tls: { source: "rancher" },
    ingressClass: undefined,
    systemRegistry: undefined,
    prime: false,
    unsupported: false,
    ...more,
  };
}

/** A cluster with these addons. */
export function withAddons(addons: AddonSettings, more: Partial<EngineInput["cluster"]> = {}): EngineInput {
  return { cluster: { ...cluster, ...more, addons }, paths, templates };
}

/** What helm writes down about a release. */
export interface Recorded {
  readonly name?: string;
  readonly namespace?: string;
  readonly revision?: number;
  readonly status?: string;
  readonly version?: string;
  readonly values?: object | null;
  readonly manifest?: string;
  /** The cluster of the Drover that installed it; empty for somebody else. */
  readonly owner?: string;
  /** What Drover says it was made from. */
  readonly madeFrom?: string;
}

/** Helm's record of a release as Kubernetes hands it out: a Secret with base64 of base64 of gzip of JSON. */
export function record(given: Recorded = {}): object {
  const { name = "cert-manager", namespace = name, revision = 1, status = "deployed", owner = "demo" } = given;
  const release = {
    name,
    namespace,
    version: revision,
    info: { status, last_deployed: "2026-11-21T05:13:08Z" },
    chart: { metadata: { name, version: given.version ?? "v1.11.5" } },
    config: given.values === undefined ? {} : given.values,
    manifest: given.manifest ?? "",
  };
  const helms = gzipSync(JSON.stringify(release)).toString("base64");
  const labels = { name, owner: "helm", status, version: String(revision) };
  return {
    kind: "Secret",
    metadata: {
      name: `sh.helm.release.v1.${name}.v${revision}`,
      namespace,
      labels: {
        ...labels,
        ...(owner === "" ? {} : { [ownerLabel]: owner }),
        ...(given.madeFrom === undefined ? {} : { [fingerprintLabel]: given.madeFrom }),
      },
    },
    data: { release: Buffer.from(helms).toString("base64") },
  };
}

/** The answer to the question for all releases. */
export function records(...given: readonly Recorded[]): string {
  return list(...given.map(record));
}
