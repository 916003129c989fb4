import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { composeBatch } from "../../src/core/batch.ts";
import type { Cluster } from "../../src/core/cluster.ts";
import { questionsOf } from "../../src/core/decide.ts";
import { together } from "../../src/core/together.ts";
import { hostStages } from "../../src/steps/host-stages.ts";
import { loadLab } from "./load-lab.ts";
import { type Contest, race } from "./race.ts";

const root = resolve(import.meta.dirname, "../..");
/** The stages that Drover and the bare script are both asked for. */
const asked = ["os", "docker"];

/**
 * Runs with nothing to do beside the bare tools, interleaved, on prepared practice hosts with a cluster and a release. Where there is no
 * cluster yet, only what is done on the hosts.
 */
export async function idle([
  rounds = "7",
  inventory = join(root, "lab.inventory.yaml"),
]: readonly string[]): Promise<void> {
  const cluster = await loadLab(inventory);
  const dir = join(resolve(inventory, ".."), ".drover", cluster.name);
  const hasCluster = existsSync(join(dir, "kube_config_cluster.yml"));
  const contests = [
    ...onHosts(cluster, resolve(inventory)),
    ...(hasCluster ? onCluster(cluster, resolve(inventory), dir) : []),
  ];
  race(contests, Number(rounds), hasCluster ? dir : resolve(inventory, ".."));
  console.log(`${cluster.hosts.length} hosts`);
}

/** The program as it is shipped. */
const drover = (...args: readonly string[]) => [join(root, "dist/cli/main.js"), ...args] as const;

function onHosts(cluster: Cluster, inventory: string): readonly Contest[] {
  const bare = [process.execPath, join(root, "test/bench/bare-node-ssh.mjs")] as const;
  const asking = "bare node-ssh, one script that asks the same on each host";
  return [
    { name: "bare node-ssh, one `true` on each host", command: bare, input: bareInput(cluster, () => "true\n") },
    { name: asking, command: bare, input: bareInput(cluster, (host) => questions(cluster, host)) },
    {
      name: "`drover up --only os,docker`, nothing to do",
      command: drover("up", "-i", inventory, "--yes", "--only", asked.join(",")),
      target: { times: 1.5, row: asking },
    },
    { name: "`drover --help`", command: drover("--help"), target: { seconds: 0.15 } },
  ];
}

function onCluster(cluster: Cluster, inventory: string, dir: string): readonly Contest[] {
  const kubeconfig = ["--kubeconfig", join(dir, "kube_config_cluster.yml")];
  return [
    {
      name: "`drover up`, nothing to do: hosts, cluster and release",
      command: drover("up", "-i", inventory, "--yes"),
      target: { seconds: 1.5 },
    },
    { name: "`drover status`", command: drover("status", "-i", inventory), target: { seconds: 1.5 } },
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
  ];
}

type Host = Cluster["hosts"][number];

function questions(cluster: Cluster, host: Host): string {
  const stages = hostStages(cluster, { program: "" }).filter(({ id }) => asked.includes(id));
  const steps = stages.flatMap((stage) => stage.steps);
  return composeBatch(together(questionsOf(steps, host)).asked, "0123456789abcdef");
}

function bareInput({ hosts }: Cluster, script: (host: Host) => string): string {
  return JSON.stringify(hosts.map((host) => ({ ...host, key: host.keyPath, script: script(host) })));
}
