import { readFileSync } from "node:fs";
import type { Host } from "../core/cluster.ts";
import { certificatesIn } from "../engines/rke/certificates.ts";
import type { Deps } from "../run/deps.ts";
import type { ReportData, ReportHost } from "../view/report/report-data.ts";
import { clusterStatus } from "./cluster-status.ts";
import { factRows, gpuCounts, realGpus } from "./fact-sheet.ts";
import { type FoundRun, newestJournals, recordOf } from "./journals.ts";
import type { LoadedCluster } from "./load-cluster.ts";
import { type Checked, runChecks } from "./run-checks.ts";
import { cellOf, checkLine } from "./show-checks.ts";

/** So many of the newest runs are told: a page with thousands is read by nobody. */
const newest = 50;

/** Asks the hosts and the cluster, both at once: what a report shows besides what lies here. */
export async function askForReport(
  loaded: LoadedCluster,
  hosts: readonly Host[],
  deps: Deps,
): Promise<{ readonly live: ReportData["live"]; readonly checked: Checked }> {
  const { cluster, paths } = loaded;
  const [status, checked] = await Promise.all([
    clusterStatus(loaded, deps),
    runChecks({ cluster, paths, hosts, mesh: true }, deps),
  ]);
  return { live: { status, checks: checked.results.map(checkLine), mesh: checked.pairs.map(cellOf) }, checked };
}

/** What is known on this machine: the inventory, the journals, the certificates. */
export async function knownForReport(
  { cluster, paths }: LoadedCluster,
  checked: Checked | undefined,
): Promise<Pick<ReportData, "cluster" | "kubernetes" | "hosts" | "proofs" | "certificates" | "runs">> {
  const journals = newestJournals(paths.runs, newest).filter(({ events }) =>
    events.some((event) => event.kind === "run-started" && event.cluster === cluster.name),
  );
  return {
    cluster: cluster.name,
    kubernetes: cluster.rke.kubernetesVersion,
    hosts: cluster.hosts.map((host) => reportHost(host, checked)),
    proofs: newestProofs(journals),
    certificates: certificatesIn(textOf(paths.state)),
    runs: journals.flatMap((journal) => recordOf(journal) ?? []),
  };
}

function reportHost({ name, address, roles }: Host, checked: Checked | undefined): ReportHost {
  const facts = checked?.seen.find((one) => one.host.name === name)?.facts;
  const gpus = gpuCounts(realGpus(facts?.gpus ?? []));
  return { name, address, roles, gpus, facts: facts === undefined ? [] : factRows(facts) };
}

function newestProofs(journals: readonly FoundRun[]): ReportData["proofs"] {
  for (const { events } of journals) {
    const lines = events.flatMap((event) =>
      event.kind === "proof-made"
        ? [{ name: event.proof, about: event.about, result: event.result, detail: event.detail }]
        : [],
    );
    if (lines.length > 0) return { at: events[0]?.at ?? 0, lines };
  }
  return undefined;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
