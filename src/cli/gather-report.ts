import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Host } from "../core/cluster.ts";
import type { Stamped } from "../core/events.ts";
import { certificatesIn } from "../engines/rke/certificates.ts";
import type { Deps } from "../run/deps.ts";
import { readJournal } from "../view/read-journal.ts";
import type { ReportData, ReportHost } from "../view/report/report-data.ts";
import { runRecord } from "../view/run-record.ts";
import { clusterStatus } from "./cluster-status.ts";
import { factRows, gpuCounts, realGpus } from "./fact-sheet.ts";
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
  const journals = await journalsOf(paths.runs, cluster.name);
  const runs = journals.flatMap((events) => runRecord(events) ?? []);
  return {
    cluster: cluster.name,
    kubernetes: cluster.rke.kubernetesVersion,
    hosts: cluster.hosts.map((host) => reportHost(host, checked)),
    proofs: newestProofs(journals),
    certificates: certificatesIn(textOf(paths.state)),
    runs,
  };
}

function reportHost({ name, address, roles }: Host, checked: Checked | undefined): ReportHost {
  const facts = checked?.seen.find((one) => one.host.name === name)?.facts;
  const gpus = gpuCounts(realGpus(facts?.gpus ?? []));
  return { name, address, roles, gpus, facts: facts === undefined ? [] : factRows(facts) };
}

/** Journals of this cluster, newest first. One that cannot be read is left out. */
async function journalsOf(folder: string, cluster: string): Promise<readonly (readonly Stamped[])[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".jsonl"));
  const found = names.toSorted().reverse().slice(0, newest);
  const journals = await Promise.all(found.map((name) => readJournal(join(folder, name)).catch(() => [])));
  return journals.filter((events) => events.some((event) => event.kind === "run-started" && event.cluster === cluster));
}

function newestProofs(journals: readonly (readonly Stamped[])[]): ReportData["proofs"] {
  for (const events of journals) {
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
