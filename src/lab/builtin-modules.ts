import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { release } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { command } from "./command.ts";
import { labTemplates } from "./settings.ts";

/**
 * The text of modules.builtin for a kernel with this configuration, so that modprobe finds what is built in.
 * `table` has lines of an option and its modules: `BRIDGE_NETFILTER<tab>br_netfilter`.
 */
export function modulesBuiltin(kernelConfig: string, table: string): string {
  const builtIn = new Set(kernelConfig.split("\n").filter((line) => line.endsWith("=y")));
  return table
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split("\t"))
    .filter(([option]) => builtIn.has(`CONFIG_${option}=y`))
    .flatMap(([, modules]) => (modules ?? "").split(" "))
    .map((module) => `kernel/builtin/${module}.ko\n`)
    .join("");
}

/** Gives a disk the module lists of the running kernel, once per kernel; without them modprobe fails for everything. */
export async function ensureModuleLists(root: string): Promise<void> {
  const folder = join(root, "usr/lib/modules", release());
  const made = await stat(join(folder, "modules.builtin.bin")).catch(() => undefined);
  if (made !== undefined) return;
  await mkdir(folder, { recursive: true });
  const table = await readFile(join(labTemplates, "builtin-modules.tsv"), "utf8");
  await writeFile(join(folder, "modules.order"), "");
  await writeFile(join(folder, "modules.builtin"), modulesBuiltin(await kernelConfig(), table));
  await command("chroot", [root, "depmod", release()]);
}

/** The configuration of the running kernel, or nothing where it does not tell. */
async function kernelConfig(): Promise<string> {
  const packed = await readFile("/proc/config.gz").catch(() => undefined);
  if (packed !== undefined) return (await promisify(gunzip)(packed)).toString("utf8");
  return readFile(`/boot/config-${release()}`, "utf8").catch(() => "");
}
