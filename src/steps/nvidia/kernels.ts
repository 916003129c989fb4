import type { Probe } from "../../core/probe.ts";
import { lines } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";

/** The kernels of a host, and what NVIDIA's module needs of them. */
export interface Kernels {
  /** As in `6.8.0-48-generic`. */
  readonly running: string;
  readonly arch: string;
  /** The nouveau driver is loaded. */
  readonly nouveau: boolean;
  /** Something in modprobe.d keeps nouveau from being loaded. */
  readonly nouveauOff: boolean;
  /** Installed kernels, each with whether its headers are there and whether it has an nvidia module. */
  readonly installed: readonly { readonly name: string; readonly headers: boolean; readonly module: boolean }[];
}

/** Ends with 0 where something in modprobe.d keeps nouveau from being loaded. */
export const nouveauBanned = sh`grep -qrsE '^[[:space:]]*(blacklist[[:space:]]+nouveau|install[[:space:]]+nouveau[[:space:]]+/bin/(false|true))' /etc/modprobe.d /lib/modprobe.d /run/modprobe.d`;

function readKernel(row: string): Kernels["installed"] {
  const [, name, headers, module] = /^kernel ([\w.+~-]+) (yes|no) (yes|no)$/.exec(row) ?? [];
  return name === undefined ? [] : [{ name, headers: headers === "yes", module: module === "yes" }];
}

/** Asks for them; undefined where the answer was cut. DKMS puts modules into updates/, Ubuntu's packages into kernel/. */
export const kernels: Probe<Kernels | undefined> = {
  sh: sh`echo "running $(uname -r) $(uname -m)"
[ -d /sys/module/nouveau ] && echo nouveau
${nouveauBanned} && echo nouveau-off
for k in /lib/modules/*; do
  [ -e "$k/modules.dep" ] || continue
  headers=no; module=no
  [ -e "$k/build/Makefile" ] && headers=yes
  grep -qs '/nvidia[.]ko' "$k/modules.dep" && module=yes
  echo "kernel $(basename "$k") $headers $module"
done
echo end`,
  parse: (answer) => {
    const rows = lines(answer.stdout);
    const [, running, arch] = /^running ([\w.+~-]+) (\w+)$/.exec(rows[0] ?? "") ?? [];
    if (answer.code !== 0 || rows.at(-1) !== "end" || running === undefined || arch === undefined) return undefined;
    return {
      running,
      arch,
      nouveau: rows.includes("nouveau"),
      nouveauOff: rows.includes("nouveau-off"),
      installed: rows.flatMap(readKernel),
    };
  },
};
