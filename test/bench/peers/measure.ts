import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import type { Contest } from "./contests.ts";

/** What one run has cost on this machine. */
export interface Cost {
  readonly seconds: number;
  /** Of the program and of everything that it started here and waited for. */
  readonly cpuSeconds: number;
  /** Of its largest process. */
  readonly maxRssMiB: number;
  readonly said: string;
}

/**
 * Runs one contest under GNU time.
 * @throws Error if it does not end well
 */
export async function measure(
  { name, command, env }: Contest,
  { time, dir }: { readonly time: string; readonly dir: string },
): Promise<Cost> {
  const folder = mkdtempSync(join(tmpdir(), "drover-peers-"));
  const figures = join(folder, "time");
  try {
    const started = performance.now();
    const done = await execa(time, ["-f", "%U %S %M", "-o", figures, ...command], {
      cwd: dir,
      env: { ...env, HOME: dir },
      all: true,
      reject: false,
      stdin: "ignore",
    });
    const seconds = (performance.now() - started) / 1000;
    if (done.exitCode !== 0) throw new Error(`${name} ended with ${done.exitCode}:\n${done.all}`);
    const [user = 0, system = 0, kib = 0] = readFileSync(figures, "utf8").trim().split(" ").map(Number);
    return { seconds, cpuSeconds: user + system, maxRssMiB: kib / 1024, said: done.all };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
