import type { Probe } from "../../core/probe.ts";
import { joinSh, sh } from "../../core/shell.ts";
import type { Change } from "../../core/step.ts";
import { quickly } from "../run-quickly.ts";
import { rememberOnce } from "../undo/remember.ts";
import { always, alwaysAtLeast } from "./sysctl-always.ts";
import { procPath } from "./sysctl-key.ts";

/** What the steps want to know on every host: asked for by each of them, so that it is one question. */
const onEveryHost = Object.keys({ ...always, ...alwaysAtLeast });

/**
 * The values in force, in the order of the keys; null where the kernel does not have one. The inventory's own keys are asked for
 * with them, as two steps want to know of both, and each start of a program takes longer than its answer.
 */
export function liveProbe(
  keys: readonly string[],
  inventory: readonly string[] = [],
): Probe<readonly (string | null)[] | undefined> {
  const asked = new Set([...onEveryHost, ...inventory, ...keys].map(procPath));
  return {
    // One program for all of them. The shell's own read takes a byte at a time, whereupon the kernel gives the first one only.
    sh: sh`grep -Hs '' ${[...asked]} /dev/null; echo end`,
    parse: ({ stdout }) => {
      const rows = stdout.split("\n");
      if (rows.pop() !== "" || rows.pop() !== "end") return undefined;
      return keys.map((key) => {
        const path = `${procPath(key)}:`;
        const own = rows.filter((row) => row.startsWith(path)).map((row) => row.slice(path.length));
        return own.length === 0 ? null : own.join(" ").trim();
      });
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
