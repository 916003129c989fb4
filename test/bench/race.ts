import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { type Row, table } from "./table.ts";

/** A program that is measured; each starts as a process of its own, as it does for who uses it. */
export interface Contest extends Omit<Row, "seconds"> {
  readonly command: readonly [string, ...string[]];
  readonly input?: string;
  /** It takes long: one round is enough. */
  readonly once?: boolean;
}

/** Runs all of them, round by round and one after the other, in a folder; prints a table of their times. */
export function race(contests: readonly Contest[], rounds: number, dir: string): void {
  const times = new Map<string, number[]>();
  for (let round = 0; round < rounds; round += 1) {
    for (const contest of contests) {
      if (contest.once === true && round > 0) continue;
      times.set(contest.name, [...(times.get(contest.name) ?? []), seconds(contest, dir)]);
    }
  }
  console.log(table(contests.map((contest) => ({ ...contest, seconds: times.get(contest.name) ?? [] }))));
  console.log(`${rounds} rounds, interleaved; load ${readFileSync("/proc/loadavg", "utf8").trim()}`);
}

function seconds({ command: [program, ...args], input }: Contest, cwd: string): number {
  const started = performance.now();
  const done = spawnSync(program, args, { input: input ?? "", encoding: "utf8", cwd, maxBuffer: 2 ** 26 });
  if (done.status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${done.status}: ${done.stderr}`);
  return (performance.now() - started) / 1000;
}
