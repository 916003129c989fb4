import type { Progress } from "../../core/step.ts";

/** What fetching takes of the whole, roughly; the rest is unpacking and setting up. */
const fetching = 0.3;

/**
 * Reads apt's own account of its progress (`APT::Status-Fd`): `dlstatus:1:45.2:Retrieving file 3 of 7` and
 * `pmstatus:docker.io:62.5:Configuring docker.io (amd64)`, percent within each part.
 */
export function aptProgress(line: string): Progress | undefined {
  const [, part, percent = ""] = /^(dl|pm)status:[^:]*(?::[a-z0-9-]+)?:(\d+(?:\.\d+)?):/.exec(line) ?? [];
  if (part !== undefined) {
    const done = Math.min(Number(percent), 100) / 100;
    const fraction = part === "dl" ? done * fetching : fetching + done * (1 - fetching);
    return { phase: part === "dl" ? "fetching packages" : "setting up packages", fraction };
  }
  if (/^Waiting for /.test(line)) return { phase: waiting(line) };
  if (/^(Get|Hit):\d+ .*(InRelease|Packages)/.test(line)) return { phase: "reading package lists" };
  return undefined;
}

// As apt says it itself ("Waiting for cache lock: Could not get lock ...") and as aptFunctions says it.
function waiting(line: string): string {
  const [, pid, name] = /held by process (\d+) \(([^)]{1,40})\)/.exec(line) ?? [];
  if (pid === undefined || name === undefined) return "waiting for another package installation to end";
  return `waiting for ${name} (process ${pid}) to end its package installation`;
}
