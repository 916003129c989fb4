import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { addonsOf } from "../../src/addons/registry.ts";
import type { Release } from "../../src/addons/release.ts";
import { clusterPaths } from "../../src/cli/paths.ts";
import { fullPipeline } from "../../src/cli/stages.ts";
import { connectLocal } from "../../src/connection/local.ts";
import { createConnect } from "../../src/connection/ssh.ts";
import type { Cluster } from "../../src/core/cluster.ts";
import type { Event } from "../../src/core/events.ts";
import type { Stage } from "../../src/core/step.ts";
import { createLab } from "../../src/lab/lab.ts";
import { defaultSettings } from "../../src/lab/settings.ts";
import { up } from "../../src/run/pipeline.ts";
import { loadTemplates } from "../../src/templates/load.ts";
import { doByHand, scriptOf } from "./by-hand.ts";
import { loadLab } from "./load-lab.ts";
import { type Deed, record } from "./recording.ts";
import { table } from "./table.ts";

const settings = {
  ...defaultSettings(process.env),
  home: "/var/lib/drover-lab-bench",
  bridge: "drover21",
  net: "10.121.0",
  prefix: "b",
};
const lab = createLab({ env: process.env, say: (line) => console.log(`  ${line}`), ...settings });
const dir = join(settings.home, "operator");
const inventory = join(dir, "inventory.yaml");
const templates = resolve(import.meta.dirname, "../../templates");
const hostStages = ["os", "docker", "docker-ready", "upgrades", "images"];

/** Seconds by what they were spent on. */
type Times = ReadonlyMap<string, number>;

/** Which hosts a first run is of. */
export interface FirstRun {
  readonly hosts: number;
  /** The inventory, from the one that the practice hosts come with; their registry is `host:port`. */
  readonly inventory: (text: string, registry: string) => string;
  /** What is measured besides, once Drover has made everything. */
  readonly afterwards?: (inventory: string) => Promise<void>;
}

const threeHosts: FirstRun = { hosts: 3, inventory: (text) => text };

/** Three hosts with cert-manager. */
export function first(): Promise<void> {
  return sideBySide(threeHosts);
}

/**
 * Only what is done on three fresh hosts, round by round, each side on hosts of its own: Drover with all that it asks, before,
 * between and after, and the same commands as one plain script for each host over OpenSSH.
 */
export async function prepare([rounds = "3"]: readonly string[]): Promise<void> {
  const [drover, hand] = [`Drover: ${hostStages.join(", ")}`, "the same commands as a plain script over OpenSSH"];
  const times = { [drover]: [] as number[], [hand]: [] as number[] };
  try {
    for (let round = 0; round < Number(rounds); round += 1) {
      await freshHosts(threeHosts);
      const { deeds, times: taken } = await withDrover(({ id }) => hostStages.includes(id));
      times[drover]?.push(taken.get("all") ?? Number.NaN);
      await freshHosts(threeHosts);
      const started = performance.now();
      await doByHand(deeds, sshArgs);
      times[hand]?.push((performance.now() - started) / 1000);
    }
  } finally {
    await lab.down();
    await rm(settings.home, { recursive: true, force: true });
  }
  const rows = Object.entries(times).map(([name, seconds]) => ({ name, seconds }));
  console.log(table(rows.map((row) => (row.name === drover ? { ...row, target: { times: 1.1, row: hand } } : row))));
  console.log(
    `${rounds} rounds, on fresh hosts each; seconds of Drover: ${times[drover]?.map((s) => s.toFixed(1)).join(", ")}`,
  );
}

function sshArgs(host: string): readonly string[] {
  return lab.sshArgs(Number(host.slice(settings.prefix.length)));
}

/**
 * A first `up` on fresh hosts, all of it, and then the sum of the same by hand on hosts that are just as fresh: the commands
 * that it ran on the hosts, stage by stage from a plain script over OpenSSH, then `rke up`, then its commands that wait for the
 * cluster, then `helm upgrade --install --wait` for each release, and what proves it. Drover's side holds what a person leaves
 * out: looking before and after, locks, backups.
 */
export async function sideBySide(run: FirstRun): Promise<void> {
  try {
    await freshHosts(run);
    const { deeds, times, cluster } = await withDrover();
    const made = await whatDroverMade(cluster);
    await run.afterwards?.(inventory);
    await freshHosts(run);
    print(times, await byHand(cluster, deeds, made));
  } finally {
    await lab.down();
    await rm(settings.home, { recursive: true, force: true });
  }
}

async function freshHosts({ hosts, inventory: edited }: FirstRun): Promise<void> {
  await lab.down();
  await rm(settings.home, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
  await lab.up(hosts, inventory);
  await writeFile(inventory, edited(await readFile(inventory, "utf8"), `${settings.net}.1:5000`));
}

async function withDrover(
  wanted: (stage: Stage) => boolean = () => true,
): Promise<{ deeds: readonly Deed[]; times: Times; cluster: Cluster }> {
  const cluster = await loadLab(inventory);
  const paths = clusterPaths(inventory, cluster.name, defaultSettings(process.env).cache);
  const times = new Map<string, number>();
  const whole = fullPipeline(cluster, paths, loadTemplates(templates));
  const { pipeline, emit, deeds } = record({ ...whole, stages: whole.stages.filter(wanted) });
  const listen = (event: Event): void => {
    emit(event);
    if (event.kind === "stage-finished") times.set(event.stage, event.tookMs / 1000);
  };
  await mkdir(paths.dir, { recursive: true });
  const env = Object.fromEntries(Object.entries(process.env).flatMap(([key, value]) => (value ? [[key, value]] : [])));
  const started = performance.now();
  await up(
    pipeline,
    {
      connect: createConnect({ knownHosts: join(dir, "known_hosts"), readyTimeoutMs: 10_000 }),
      connectLocal: async () => connectLocal({ cwd: paths.dir, env }),
      download: () => Promise.reject(new Error("the programs of the practice hosts are there")),
      emit: listen,
      now: Date.now,
      nonce: () => crypto.randomUUID().replaceAll("-", "").slice(0, 16),
      sleep: (ms) => new Promise((done) => setTimeout(done, ms)),
      stopping: () => false,
      operator: "bench",
      localLock: paths.lock,
      concurrency: 50,
      waitMs: 0,
      maxFail: 0,
    },
    async () => true,
  );
  times.set("all", (performance.now() - started) / 1000);
  return { deeds, times, cluster };
}

/** What is made by hand later is what Drover made: cluster.yml as it was applied, the releases' values as they were given. */
async function whatDroverMade(cluster: Cluster): Promise<Readonly<Record<string, string>>> {
  const { clusterYml, kubeconfig } = clusterPaths(inventory, cluster.name, defaultSettings(process.env).cache);
  const values = releases(cluster).map(async ({ name, namespace }): Promise<[string, string]> => {
    const args = ["--kubeconfig", kubeconfig, "get", "values", name, "-n", namespace, "-o", "yaml"];
    return [valuesFile(name), (await execa(cluster.tools.helm, args)).stdout];
  });
  return { "cluster.yml": await readFile(clusterYml, "utf8"), ...Object.fromEntries(await Promise.all(values)) };
}

/** In the order in which a person would install them. */
function releases(cluster: Cluster): readonly Release[] {
  const paths = clusterPaths(inventory, cluster.name, defaultSettings(process.env).cache);
  return addonsOf({ cluster, paths, templates: loadTemplates(templates) }).map(({ release }) => release);
}

function valuesFile(name: string): string {
  return `values-${name}.yaml`;
}

async function byHand(
  cluster: Cluster,
  deeds: readonly Deed[],
  files: Readonly<Record<string, string>>,
): Promise<Times> {
  // Where Drover has them: so its own commands find the same.
  const { dir: cwd } = clusterPaths(inventory, cluster.name, defaultSettings(process.env).cache);
  await mkdir(cwd, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(cwd, name), text, { mode: 0o600 });
  const times = new Map<string, number>();
  const timed = async (name: string, work: () => Promise<unknown>): Promise<void> => {
    const started = performance.now();
    await work();
    times.set(name, (performance.now() - started) / 1000);
  };
  for (const stage of hostStages)
    await timed(stage, () =>
      doByHand(
        deeds.filter((deed) => deed.stage === stage),
        sshArgs,
      ),
    );
  const byStep = new Map(releases(cluster).map((release) => [`${release.name}/release`, release]));
  const here = async (stage: string): Promise<void> => {
    for (const { step, actions } of deeds.filter((deed) => deed.stage === stage)) {
      const release = byStep.get(step);
      if (release === undefined) await execa("/bin/sh", ["-s"], { cwd, input: scriptOf(actions) });
      else await execa(cluster.tools.helm, helmArguments(release), { cwd });
    }
  };
  await timed("cluster", () => execa(cluster.tools.rke, ["up", "--ignore-docker-version"], { cwd }));
  await timed("ready", () => here("ready"));
  await timed("addons", () => here("addons"));
  times.set(
    "all",
    [...times.values()].reduce((sum, seconds) => sum + seconds, 0),
  );
  return times;
}

function helmArguments({ name, namespace, chart, version }: Release): readonly string[] {
  if (chart.kind !== "folder") throw new Error("the charts of the practice hosts are folders");
  const release = ["upgrade", "--install", name, chart.path, "--version", version, "-n", namespace];
  const waiting = ["--create-namespace", "-f", valuesFile(name), "--wait", "--timeout", "10m"];
  return ["--kubeconfig", "kube_config_cluster.yml", ...release, ...waiting];
}

function print(drover: Times, hand: Times): void {
  console.log("| | drover s | by hand s | ratio |\n|---|---|---|---|");
  for (const [name, seconds] of drover) {
    const other = hand.get(name);
    const ratio = other === undefined ? "" : (seconds / other).toFixed(2);
    console.log(`| ${name} | ${seconds.toFixed(1)} | ${other?.toFixed(1) ?? ""} | ${ratio} |`);
  }
}
