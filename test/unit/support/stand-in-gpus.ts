import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { testFolder } from "../../test-folder.ts";

const folder = join(import.meta.dirname, "../../stand-ins/gpu");

/** Builds the stand-in for libcuda in this folder, with this machine's C compiler. */
export function buildStandInCuda(dir: string): void {
  build(dir, "libcuda", "-O3", "-march=native", "-lm");
}

/** The same for NVML; returns the library's path. */
export function buildStandInNvml(dir: string): string {
  return build(dir, "libnvidia-ml", "-O2");
}

function build(dir: string, name: string, ...flags: readonly string[]): string {
  const to = join(dir, `${name}.so.1`);
  const args = ["-Wall", "-shared", "-fPIC", "-o", to, join(folder, `${name}.c`), ...flags];
  const done = spawnSync(process.env["CC"] ?? "cc", args);
  if (done.status !== 0) throw new Error(`the stand-in for ${name} could not be built: ${String(done.stderr)}`);
  return to;
}

/** A GPU of the stand-ins: what is wrong with it, if anything. */
export type Fault = "none" | "wrong" | "slow" | "hang" | "gone" | "lost";

/** The UUID of the stand-ins' GPU with this number. */
export function standInUuid(number: number): string {
  return `GPU-00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
}

/** The list that the stand-ins read, as text: one GPU per fault, at 0000:41:00.0, 0000:42:00.0 and so on. */
export function standInList(faults: readonly Fault[]): string {
  const rows = faults.map((fault, index) => `${standInUuid(index)} 0000:${(0x41 + index).toString(16)}:00.0 ${fault}`);
  return `${rows.join("\n")}\n`;
}

/** The same as a file. */
export function standInListFile(faults: readonly Fault[]): string {
  const path = join(testFolder("gpus"), "list");
  writeFileSync(path, standInList(faults));
  return path;
}
