import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { median } from "./table.ts";

const root = resolve(import.meta.dirname, "../..");

/** What one run of the program has cost. */
interface Cost {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly maxRssMiB: number;
}

interface Simulated {
  readonly port: number;
  readonly hostKey: string;
  readonly userKey: string;
}

const sizes = [100, 1000] as const;

/** So many are checked; they have nothing to listen with, so that the mesh between them is what Drover's own side costs. */
const checked = 50;

/**
 * `drover check` on 50 simulated hosts, and `drover plan` on 100 and on 1,000, as it is shipped, beside the targets: 15 s;
 * 180 MB, 4 s, linear from 100 on, and 0.25 s + 4 ms a host of processor time here.
 */
export async function many([rounds = "5"]: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "drover-many-"));
  const server = spawn(process.execPath, [join(import.meta.dirname, "simulated-hosts.ts")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const simulated = await announced(server);
    const costs = new Map<number, Cost[]>([checked, ...sizes].map((count) => [count, []]));
    for (let round = 0; round < Number(rounds); round += 1) {
      costs.get(checked)?.push(await run(prepare(folder, checked, simulated), ["check"]));
      for (const count of sizes) costs.get(count)?.push(await run(prepare(folder, count, simulated)));
    }
    report(costs);
  } finally {
    server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function announced(server: ChildProcess): Promise<Simulated> {
  if (server.stdout === null) throw new Error("the simulated hosts have no output");
  const [line] = await once(server.stdout, "data");
  return JSON.parse(String(line));
}

/** An inventory of so many hosts, all of them on the loopback, which is a whole /8. Returns its path. */
function prepare(folder: string, count: number, { port, hostKey, userKey }: Simulated): string {
  const key = join(folder, "id");
  const [hundreds, known] = [Math.max(1, count / 100), join(folder, "known_hosts")];
  writeFileSync(key, userKey, { mode: 0o600 });
  writeFileSync(known, `[127.0.*.*]:${port} ${hostKey}\n`);
  writeFileSync(join(folder, "ssh_config"), `UserKnownHostsFile ${known}\n`);
  const inventory = {
    version: 1,
    cluster: { name: "many" },
    // A /24 for each of 1,000 nodes.
    rke: { clusterCidr: "10.64.0.0/12" },
    ssh: { config: "ssh_config", user: "root", key: "id", port },
    hosts: [
      { name: "n0", address: "127.0.100.1", roles: ["controlplane", "etcd"] },
      {
        name: `n[1-${hundreds}]-[01-${Math.min(99, count - 1)}]`,
        address: `127.0.[1-${hundreds}].[1-${Math.min(99, count - 1)}]`,
        roles: ["worker"],
      },
      { name: `m[1-${hundreds - 1 || 1}]`, address: `127.0.101.[1-${hundreds - 1 || 1}]`, roles: ["worker"] },
    ].slice(0, hundreds > 1 ? 3 : 2),
  };
  const path = join(folder, `inventory-${count}.yaml`);
  writeFileSync(path, JSON.stringify(inventory));
  return path;
}

/** One run of the program as it is shipped. */
async function run(inventory: string, command: readonly string[] = ["plan", "--only", "os,docker"]): Promise<Cost> {
  const hook = join(import.meta.dirname, "usage-hook.mjs");
  const words = [...command, "-i", inventory];
  const began = performance.now();
  const env = { ...process.env, NODE_OPTIONS: `--import ${hook}` };
  const child = spawn(join(root, "dist/cli/main.js"), words, { env, stdio: ["ignore", "pipe", "pipe", "pipe"] });
  const said: string[] = [];
  const usage: string[] = [];
  child.stdout?.resume();
  child.stderr?.on("data", (chunk) => said.push(String(chunk)));
  child.stdio[3]?.on("data", (chunk) => usage.push(String(chunk)));
  const [code] = await once(child, "close");
  // Of hosts that know no command check cannot tell much, and plan says that steps are blocked: answers too.
  if (code !== 0 && code !== (command[0] === "check" ? 2 : 1))
    throw new Error(`drover ${command[0]} ended with ${code}: ${said.join("").slice(0, 2000)}`);
  return { seconds: (performance.now() - began) / 1000, ...JSON.parse(usage.join("")) };
}

function report(costs: ReadonlyMap<number, readonly Cost[]>): void {
  const middle = (count: number, key: keyof Cost) => median((costs.get(count) ?? []).map((cost) => cost[key]));
  const [few, all] = sizes;
  const rows = [
    [`check of ${checked} hosts: s`, middle(checked, "seconds"), 15] as const,
    [`check of ${checked} hosts: s of processor`, middle(checked, "cpuSeconds"), undefined] as const,
    ...sizes.map((count) => [`${count} hosts: s`, middle(count, "seconds"), count === all ? 4 : undefined] as const),
    ...sizes.map(
      (count) => [`${count} hosts: s of processor`, middle(count, "cpuSeconds"), 0.25 + count * 0.004] as const,
    ),
    ...sizes.map(
      (count) => [`${count} hosts: MiB`, middle(count, "maxRssMiB"), count === all ? 180 : undefined] as const,
    ),
    ["ten times the hosts: times as long", middle(all, "seconds") / middle(few, "seconds"), 10] as const,
  ];
  console.log("| | median | target |\n|---|---|---|");
  for (const [name, value, target] of rows) {
    const verdict = target === undefined ? "" : `${value <= target ? "met" : "MISSED"}: at most ${target.toFixed(2)}`;
    console.log(`| ${name} | ${value.toFixed(2)} | ${verdict} |`);
  }
  console.log(`load ${readFileSync("/proc/loadavg", "utf8").trim()}`);
}
