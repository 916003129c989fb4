import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { testFolder } from "../../test-folder.ts";

const folder = join(import.meta.dirname, "../../stand-ins/gpu");

/** Builds the stand-in for libcuda in this folder, with this machine's C compiler. */
export function buildStandInCuda(dir: string): void {
  const to = join(dir, "libcuda.so.1");
  const done = spawnSync(process.env["CC"] ?? "cc", [
    "-O3",
    "-march=native",
    "-Wall",
    "-shared",
    "-fPIC",
    "-o",
    to,
    join(folder, "libcuda.c"),
    "-lm",
  ]);
  if (done.status !== 0) throw new Error(`the stand-in for libcuda could not be built: ${String(done.stderr)}`);
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
