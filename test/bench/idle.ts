import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { composeBatch } from "../../src/core/batch.ts";
import type { Cluster } from "../../src/core/cluster.ts";
import { questionsOf } from "../../src/core/decide.ts";
import { hostStages } from "../../src/steps/host-stages.ts";
import { loadLab } from "./load-lab.ts";
import { type Row, table } from "./table.ts";

const root = resolve(import.meta.dirname, "../..");

/** A program that is measured; each starts as a process of its own, as it does for who uses it. */
interface Contest extends Omit<Row, "seconds"> {
  readonly command: readonly [string, ...string[]];
  readonly input?: string;
  /** It takes long: one round is enough. */
  readonly once?: boolean;
}

/** Runs with nothing to do beside the bare tools, interleaved, on prepared practice hosts with a cluster and a release. */
export async function idle([
  inventory = join(root, "lab.inventory.yaml"),
  rounds = "7",
]: readonly string[]): Promise<void> {
  const cluster = await loadLab(inventory);
  const dir = join(resolve(inventory, ".."), ".drover", cluster.name);
  const contests = contestsOn(cluster, resolve(inventory), dir);
  const times = new Map<string, number[]>();
  for (let round = 0; round < Number(rounds); round += 1) {
    for (const contest of contests) {
      if (contest.once === true && round > 0) continue;
      times.set(contest.name, [...(times.get(contest.name) ?? []), seconds(contest, dir)]);
    }
  }
  console.log(table(contests.map((contest) => ({ ...contest, seconds: times.get(contest.name) ?? [] }))));
  const load = readFileSync("/proc/loadavg", "utf8").trim();
  console.log(`${cluster.hosts.length} hosts, ${rounds} rounds, interleaved; load ${load}`);
}

function contestsOn(cluster: Cluster, inventory: string, dir: string): readonly Contest[] {
  const kubeconfig = ["--kubeconfig", join(dir, "kube_config_cluster.yml")];
  // The program as it is shipped.
  const drover = (...args: readonly string[]) => [process.execPath, join(root, "dist/cli/main.js"), ...args] as const;
  const bare = [process.execPath, join(root, "test/bench/bare-node-ssh.mjs")] as const;
  const asking = "bare node-ssh, one script that asks the same on each host";
  return [
    { name: "bare node-ssh, one `true` on each host", command: bare, input: bareInput(cluster, () => "true\n") },
    { name: asking, command: bare, input: bareInput(cluster, (host) => questions(cluster, host)) },
    {
      name: "`drover up --only os,docker`, nothing to do",
      command: drover("up", "-i", inventory, "--yes", "--only", "os,docker"),
      target: { times: 2, row: asking },
    },
    {
      name: "`drover up`, nothing to do: hosts, cluster and release",
      command: drover("up", "-i", inventory, "--yes"),
      target: { seconds: 1.5 },
    },
    {
      name: "`kubectl get nodes,pods -A`",
      command: [cluster.tools.kubectl, ...kubeconfig, "get", "nodes,pods", "-A", "-o", "json"],
    },
    { name: "`helm list -A`", command: [cluster.tools.helm, ...kubeconfig, "list", "-A", "-o", "json"] },
    {
      name: "`rke up`, nothing to do (once)",
      command: [cluster.tools.rke, "up", "--ignore-docker-version", "--config", join(dir, "cluster.yml")],
      once: true,
    },
    { name: "`drover --help`", command: drover("--help"), target: { seconds: 0.15 } },
  ];
}

type Host = Cluster["hosts"][number];

function questions(cluster: Cluster, host: Host): string {
  const steps = hostStages(cluster, { program: "" }).flatMap((stage) => stage.steps);
  return composeBatch(questionsOf(steps, host), "0123456789abcdef");
}

function bareInput({ hosts }: Cluster, script: (host: Host) => string): string {
  return JSON.stringify(hosts.map((host) => ({ ...host, key: host.keyPath, script: script(host) })));
}

function seconds({ command: [program, ...args], input }: Contest, cwd: string): number {
  const started = performance.now();
  const done = spawnSync(program, args, { input: input ?? "", encoding: "utf8", cwd, maxBuffer: 2 ** 26 });
  if (done.status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${done.status}: ${done.stderr}`);
  return (performance.now() - started) / 1000;
}
