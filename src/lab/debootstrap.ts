import { execa } from "execa";
import { DroverError } from "../core/errors.ts";

/** The phases of debootstrap by the first word of its lines, in words for the operator, in order. */
const phases = {
  Retrieving: "fetching packages",
  Extracting: "unpacking the core",
  Unpacking: "unpacking",
  Configuring: "configuring",
} as const;

/** The phase that a line of debootstrap's output belongs to, if it says. */
export function phaseOf(line: string): string | undefined {
  const word = /^I: (\w+)/.exec(line)?.[1];
  return Object.entries(phases).find(([name]) => name === word)?.[1];
}

/** Far more than a slow mirror needs; an `up` that waits for another one has as much patience. In ms. */
const longestMs = 30 * 60_000;

/** What debootstrap is to make. */
export interface Bootstrap {
  readonly target: string;
  readonly suite: string;
  readonly mirror: string;
  readonly packages: readonly string[];
}

/**
 * Makes a minimal Debian in a folder, saying each phase as it begins.
 * @throws DroverError `lab/failed` with its last lines
 */
export async function debootstrap(wanted: Bootstrap, say: (line: string) => void): Promise<void> {
  const { target, suite, mirror, packages } = wanted;
  const args = ["--variant=minbase", `--include=${packages.join(",")}`, suite, target, mirror];
  const running = execa("debootstrap", args, { all: true, stdin: "ignore", reject: false, timeout: longestMs });
  const last: string[] = [];
  let phase: string | undefined;
  for await (const line of running.iterable({ from: "all" })) {
    last.push(line);
    if (last.length > 12) last.shift();
    const now = phaseOf(line);
    if (now === undefined || now === phase) continue;
    phase = now;
    say(`  base image: ${phase}`);
  }
  const result = await running;
  if (result.exitCode === 0) return;
  throw new DroverError("lab/failed", `debootstrap of ${suite} from ${mirror} failed`, {
    remedy: `Can this machine reach ${mirror}? Then run the command again.`,
    details: last,
  });
}
