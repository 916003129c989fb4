import type { Probe } from "../../core/probe.ts";
import { joinSh, sh } from "../../core/shell.ts";
import type { Change } from "../../core/step.ts";
import { quickly } from "../run-quickly.ts";
import { rememberOnce } from "../undo/remember.ts";
import { procPath } from "./sysctl-key.ts";

/** The values in force, in the order of the keys; null where the kernel does not have one. */
export function liveProbe(keys: readonly string[]): Probe<readonly (string | null)[] | undefined> {
  return {
    sh: sh`for f in ${keys.map(procPath)}; do
  if [ -r "$f" ]; then printf '='; tr '\n' ' ' <"$f"; echo; else echo none; fi
done`,
    parse: (answer) => {
      const rows = answer.stdout.split("\n").slice(0, -1);
      if (answer.code !== 0 || rows.length !== keys.length) return undefined;
      if (!rows.every((row) => row === "none" || row.startsWith("="))) return undefined;
      return rows.map((row) => (row === "none" ? null : row.slice(1).trim()));
    },
  };
}

/** Sets what a file says, after keeping the values that were in force before. */
export function applySysctl(path: string, keys: readonly string[]): readonly Change[] {
  if (keys.length === 0) return [];
  const failure = {
    pattern: /cannot stat (\/proc\/sys\/\S+):/,
    code: "step/action-failed",
    message: "The kernel has no setting $1",
    remedy: "Take it out of the inventory (kernel.sysctl), or name the kernel module that brings it (kernel.modules).",
  } as const;
  const remember = keys.map((key) => rememberOnce("sysctl", key, sh`cat ${procPath(key)} 2>/dev/null || :`));
  return [
    {
      summary: `${keys.join(", ")} ${keys.length === 1 ? "is" : "are"} in force`,
      actions: [quickly(joinSh(remember)), quickly(sh`sysctl -q -p ${path}`, [failure])],
    },
  ];
}
