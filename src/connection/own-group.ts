import { kill } from "node:process";

/** execa's options for a program in a process group of its own: a Ctrl-C at the terminal is Drover's to handle, not its. */
export const inOwnGroup = {
  detached: true,
  cleanup: false,
  buffer: false,
  reject: false,
  encoding: "buffer",
  stdin: "pipe",
} as const;

/** Signals the group of such a program, so that nothing that it started outlives it. Never throws. */
export function signalGroup(pid: number | undefined, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    if (pid !== undefined) kill(-pid, signal);
  } catch {
    // It has ended.
  }
}
