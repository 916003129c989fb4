import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { composeBatch } from "../../src/core/batch.ts";
import { questionsOf } from "../../src/core/decide.ts";
import { hostStages } from "../../src/steps/host-stages.ts";
import { bareNodeSsh } from "./bare-node-ssh.ts";
import { loadLab } from "./load-lab.ts";
import { median, table } from "./table.ts";

/**
 * `npm run bench`: Drover beside the bare tools, interleaved, in one run, on the practice hosts of `npm run demo`.
 * Ratios count, not seconds: machines are noisy.
 */
const root = resolve(import.meta.dirname, "../..");
const inventory = join(root, "lab.inventory.yaml");
const rounds = Number(process.argv[2] ?? "7");

const cluster = await loadLab(inventory);
const tool = (name: "rke" | "kubectl" | "helm"): string => cluster.tools[name];
const dir = join(root, ".drover", cluster.name);
const kubeconfig = join(dir, "kube_config_cluster.yml");
/** The program as it is shipped: compiled. */
const main = join(root, "dist/cli/main.js");
const script = (host: (typeof cluster.hosts)[number]): string =>
  composeBatch(
    questionsOf(
      hostStages(cluster).flatMap((stage) => stage.steps),
      host,
    ),
    "0123456789abcdef",
  );

function command(program: string, args: readonly string[]): () => Promise<void> {
  return async () => {
    const done = spawnSync(program, args, { stdio: ["ignore", "pipe", "pipe"], encoding: "utf8", cwd: dir });
    if (done.status !== 0)
      throw new Error(`${program} ${args.join(" ")} ended with ${done.status}: ${done.stderr}${done.stdout}`);
  };
}

const drover = (...args: readonly string[]): (() => Promise<void>) => command(process.execPath, [main, ...args]);
const contests: readonly { readonly name: string; readonly run: () => Promise<void>; readonly once?: boolean }[] = [
  { name: "bare node-ssh, one `true` on each host", run: () => bareNodeSsh(cluster.hosts, () => "true\n") },
  { name: "bare node-ssh, one script that asks the same on each host", run: () => bareNodeSsh(cluster.hosts, script) },
  {
    name: "drover up --only os,docker, nothing to do",
    run: drover("up", "-i", inventory, "--yes", "--only", "os,docker"),
  },
  { name: "drover up, nothing to do", run: drover("up", "-i", inventory, "--yes") },
  {
    name: "kubectl get nodes,pods -A",
    run: command(tool("kubectl"), ["--kubeconfig", kubeconfig, "get", "nodes,pods", "-A", "-o", "json"]),
  },
  { name: "helm list -A", run: command(tool("helm"), ["--kubeconfig", kubeconfig, "list", "-A", "-o", "json"]) },
  {
    name: "rke up, nothing to do",
    run: command(tool("rke"), ["up", "--ignore-docker-version", "--config", join(dir, "cluster.yml")]),
    once: true,
  },
  { name: "drover --help", run: drover("--help") },
];

const times = new Map<string, number[]>();
for (let round = 0; round < rounds; round += 1) {
  for (const { name, run, once } of contests) {
    if (once === true && round > 0) continue;
    const started = performance.now();
    await run();
    times.set(name, [...(times.get(name) ?? []), (performance.now() - started) / 1000]);
  }
}
const base = median(times.get("bare node-ssh, one script that asks the same on each host") ?? []);
console.log(
  table(
    contests.map(({ name }) => ({ name, seconds: times.get(name) ?? [] })),
    base,
  ),
);
console.log(
  `${cluster.hosts.length} hosts, ${rounds} rounds, interleaved; ${readFileSync("/proc/loadavg", "utf8").trim()} load`,
);
