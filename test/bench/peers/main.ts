import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { createLab } from "../../../src/lab/lab.ts";
import { defaultSettings } from "../../../src/lab/settings.ts";
import { median } from "../table.ts";
import { type Contest, contestsOn } from "./contests.ts";
import { type Cost, measure } from "./measure.ts";
import { type PeerTools, peerTools } from "./tools.ts";

/**
 * `npm run bench:peers`: the nine tasks that prepare a host, by Drover, pyinfra and Ansible, in one run, interleaved: first on hosts
 * that are fresh each time (3 of them), then where nothing is left to do, on 3 and on 10 hosts. Drover
 * shows its plan and proves what it did besides. Ratios count, not seconds. Takes about 30 minutes.
 *
 *   npm run bench:peers               5 rounds
 *   npm run bench:peers -- 3 3        3 rounds, on 3 hosts only
 */
const [rounds = "5", ...wantedSizes] = process.argv.slice(2);
const sizes = wantedSizes.length === 0 ? [3, 10] : wantedSizes.map(Number);

const settings = {
  ...defaultSettings(process.env),
  home: "/var/lib/drover-lab-peers",
  bridge: "drover27",
  net: "10.127.0",
  prefix: "p",
};
const say = (line: string): void => console.log(`  ${line}`);
const lab = createLab({ env: process.env, say, ...settings });
const dir = join(settings.home, "operator");

const course = { lab, settings, dir };
/** For first runs, in which nobody meets what another wrote. */
const daemon = `${JSON.stringify({ "log-driver": "json-file", "log-opts": { "max-size": "10m", "max-file": "3" } })}\n`;

/** So much better than each peer Drover should be where nothing is left to do. */
const targets: Readonly<Record<string, Readonly<Record<number, number>>>> = {
  pyinfra: { 3: 5, 10: 5 },
  "Ansible, pipelining, 50 forks": { 3: 25, 10: 40 },
};

async function freshHosts(count: number): Promise<void> {
  await lab.down();
  await rm(settings.home, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
  await lab.up(count, join(dir, "inventory.yaml"));
}

/** What several runs of one program have cost in the middle: seconds, seconds of the client's processor, MiB. */
function mediansOf(costs: readonly Cost[]) {
  const middle = (of: (cost: Cost) => number): number => median(costs.map(of));
  return {
    seconds: middle((cost) => cost.seconds),
    cpu: middle((cost) => cost.cpuSeconds),
    memory: middle((cost) => cost.maxRssMiB),
  };
}

/** On hosts that are fresh each time, interleaved, and in the other order every other time. */
async function firstRuns(tools: PeerTools): Promise<void> {
  const costs = new Map<string, Cost[]>();
  for (let round = 0; round < Number(rounds); round += 1) {
    for (const index of round % 2 === 0 ? [0, 1, 2] : [2, 1, 0]) {
      await freshHosts(3);
      const contest = (await contestsOn({ ...course, count: 3, daemon }, tools))[index];
      if (contest === undefined) continue;
      const cost = await measure(contest, { time: tools.time, dir });
      costs.set(contest.name, [...(costs.get(contest.name) ?? []), cost]);
    }
  }
  console.log("\n| first run, 3 fresh hosts | median s | client CPU s | MiB |\n|---|---|---|---|");
  for (const [name, own] of costs) {
    const { seconds, cpu, memory } = mediansOf(own);
    console.log(`| ${name} | ${seconds.toFixed(1)} | ${cpu.toFixed(1)} | ${memory.toFixed(0)} |`);
  }
}

async function runsWithNothingToDo(count: number, tools: PeerTools): Promise<void> {
  await freshHosts(count);
  const contests = await prepared(count, tools);
  const costs = new Map<string, Cost[]>(contests.map(({ name }) => [name, []]));
  for (let round = 0; round < Number(rounds); round += 1)
    for (const contest of contests) costs.get(contest.name)?.push(await settled(contest, tools));
  print(count, contests, costs);
}

/** Twice by each, since each finds what the others made: at the end nobody has anything to do. Drover is the first. */
async function prepared(count: number, tools: PeerTools): Promise<readonly Contest[]> {
  const run = (contest: Contest): Promise<Cost> => measure(contest, { time: tools.time, dir });
  const [drover] = await contestsOn({ ...course, count, daemon: "" }, tools);
  if (drover !== undefined) await run(drover);
  const { stdout } = await execa("ssh", [...lab.sshArgs(1), "cat /etc/docker/daemon.json"], {
    stripFinalNewline: false,
  });
  const contests = await contestsOn({ ...course, count, daemon: stdout }, tools);
  for (const contest of [...contests.slice(1), ...contests]) await run(contest);
  return contests;
}

/** @throws Error if it changed something, which would not be the same race */
async function settled(contest: Contest, tools: PeerTools): Promise<Cost> {
  const cost = await measure(contest, { time: tools.time, dir });
  if (contest.name.startsWith("drover") && !cost.said.includes("Nothing to do")) throw new Error(cost.said);
  if (contest.name.startsWith("Ansible") && /changed=[1-9]/.test(cost.said)) throw new Error(cost.said);
  return cost;
}

function print(count: number, contests: readonly Contest[], costs: ReadonlyMap<string, readonly Cost[]>): void {
  const [ours] = contests;
  const base = mediansOf(costs.get(ours?.name ?? "") ?? []).seconds;
  console.log(
    `\n| nothing to do, ${count} hosts | median s | client CPU s | MiB | times Drover's | |\n|---|---|---|---|---|---|`,
  );
  for (const { name } of contests) {
    const { seconds, cpu, memory } = mediansOf(costs.get(name) ?? []);
    const target = targets[name]?.[count];
    const verdict = target === undefined ? "" : `${seconds / base >= target ? "met" : "MISSED"}: at least ${target}`;
    console.log(
      `| ${name} | ${seconds.toFixed(2)} | ${cpu.toFixed(2)} | ${memory.toFixed(0)} | ${(seconds / base).toFixed(1)} | ${verdict} |`,
    );
  }
}

const tools = await peerTools(settings.cache, say);
try {
  await firstRuns(tools);
  for (const count of sizes) await runsWithNothingToDo(count, tools);
  const load = (await readFile("/proc/loadavg", "utf8")).trim();
  console.log(`\n${tools.versions}; ${rounds} rounds, interleaved; load ${load}`);
} finally {
  await lab.down();
  await rm(settings.home, { recursive: true, force: true });
}
