import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { gzipSync } from "node:zlib";
import type { Command } from "commander";
import { DroverError } from "../../core/errors.ts";
import { renderError } from "../../view/error.ts";
import type { Context } from "../context.ts";
import { askedFindings, type Finding, localFindings } from "../doctor/gather.ts";
import { knownSecrets } from "../doctor/known-secrets.ts";
import { createRedactor } from "../doctor/redact.ts";
import { tar } from "../doctor/tar.ts";
import { failuresOf } from "../failures.ts";
import type { LoadedCluster } from "../load-cluster.ts";
import { type ClusterOptions, inventoryPath } from "../options.ts";
import { versionOf } from "../package-version.ts";
import { droverFolder } from "../paths.ts";
import { recordRun } from "../recorded-run.ts";
import type { Report } from "../report.ts";
import { prepareRun } from "../run-environment.ts";
import { selectHosts } from "../select.ts";
import { writeArchive } from "../write-report.ts";

interface DoctorOptions extends ClusterOptions {
  readonly output?: string;
  /** False for --no-ask. */
  readonly ask: boolean;
}

const examples = `
What is in it: versions, the inventory, answers of the wizard and of the hosts, the newest journals, cluster.yml and rke's log,
logs of Docker and of RKE's containers, nodes, pods and events, and the logs of the platform's own pods. Secrets that Drover
knows are searched for in every form, and whatever looks like one is hidden too. Keys, RKE's state and kubeconfigs are never
taken. Read it before you send it.

Examples:
  drover doctor                          drover-doctor-<time>.tar.gz in the current folder
  drover doctor --no-ask -o /tmp/d.tgz   only what lies here: no host is reached
  drover doctor --hosts gpu1             of one host only`;

/** `drover doctor`: all that somebody who helps needs to see, in one archive without secrets. */
export function addDoctor(program: Command, context: Context, report: Report): void {
  program
    .command("doctor")
    .description(
      "gather versions, journals, answers and logs into one archive without secrets, to be sent to who helps",
    )
    .option("-i, --inventory <file>", "the inventory (default: $DROVER_INVENTORY or inventory.yaml)")
    .option("-o, --output <file>", "where the archive goes")
    .option("--hosts <names>", "ask only these hosts, separated by commas")
    .option("--no-ask", "reach no host and no cluster: only what lies here")
    .addHelpText("after", examples)
    .action((options: DoctorOptions) => gather(options, context, report));
}

async function gather(options: DoctorOptions, context: Context, report: Report): Promise<void> {
  const stamp = new Date(context.now()).toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
  const path = resolve(context.cwd, options.output ?? `drover-doctor-${stamp}.tar.gz`);
  if (existsSync(path)) {
    throw new DroverError("cli/usage", `${path} is there already`, { remedy: "Name another file with --output." });
  }
  const inventory = inventoryPath(options, context);
  const folder = droverFolder(inventory);
  const asked = await ask(options, context, report);
  const findings = [versions(context), ...localFindings(inventory, folder), ...asked.findings];
  const redact = createRedactor(knownSecrets(inventory, context.env, asked.loaded));
  const entries = findings.map(({ name, text }) => ({ name, content: Buffer.from(redact(text)) }));
  const archive = `drover-doctor-${stamp}`;
  writeArchive(path, gzipSync(tar(archive, entries, context.now())));
  const list = entries.map(({ name, content }) => `  ${archive}/${name} (${content.length} bytes)\n`).join("");
  context.stdout.write(`${list}\nWritten to ${path}, without secrets. Read it before you send it.\n`);
}

function versions(context: Context): Finding {
  const about = { drover: versionOf(context), node: process.version, platform: `${process.platform} ${process.arch}` };
  return { name: "versions.json", text: `${JSON.stringify(about, null, 2)}\n` };
}

interface Asked {
  readonly findings: readonly Finding[];
  readonly loaded: LoadedCluster | undefined;
}

/** A broken inventory, or a run that cannot be recorded, is a finding like any other: then nobody is asked. */
async function ask(options: DoctorOptions, context: Context, report: Report): Promise<Asked> {
  let loaded: LoadedCluster | undefined;
  try {
    const environment = await prepareRun({ ...options, quiet: true }, context);
    loaded = environment.loaded;
    if (!options.ask) return { findings: [], loaded };
    const hosts = selectHosts(loaded.cluster.hosts, options);
    const findings = await recordRun({ command: "doctor", report, ...environment }, async (deps) => ({
      value: await askedFindings(environment.loaded, hosts, deps),
      outcome: "done",
      changes: 0,
    }));
    return { findings, loaded };
  } catch (thrown) {
    const [failure] = failuresOf(thrown);
    if (failure === undefined || failure.code === "cli/usage" || failure.code === "cli/cancelled") throw thrown;
    const text = renderError(failuresOf(thrown), { color: false, width: 100, journal: undefined });
    return { findings: [{ name: `${loaded === undefined ? "inventory" : "run"}.error.txt`, text }], loaded };
  }
}
