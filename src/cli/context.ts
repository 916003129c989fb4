import { randomBytes } from "node:crypto";
import { homedir, hostname, userInfo } from "node:os";
import { resolve } from "node:path";
import type { ReadStream, WriteStream } from "node:tty";
import type { Interrupt } from "./interrupt.ts";

/** The outside world, as the commands see it. Only main.ts makes one from the real process. */
export interface Context {
  /** The words of the command line, without program and script. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly home: string;
  /** `user@machine`, for locks. */
  readonly operator: string;
  readonly stdin: ReadStream;
  readonly stdout: WriteStream;
  readonly stderr: WriteStream;
  /** The folder that holds templates/ and inventory.example.yaml. */
  readonly packageRoot: string;
  readonly now: () => number;
  readonly randomHex: (bytes: number) => string;
  /** Becomes true with the first Ctrl-C. */
  readonly stopping: () => boolean;
  /** Rejects with `cli/cancelled` at the second Ctrl-C. */
  readonly insisted: Promise<never>;
  /** Calls back at the first Ctrl-C; gives the function that undoes it. */
  readonly onFirstInterrupt: (callback: () => void) => () => void;
}

/** The real world. */
export function realContext(interrupt: Interrupt): Context {
  return {
    argv: process.argv.slice(2),
    env: process.env,
    cwd: currentFolder(),
    home: homedir(),
    operator: `${userName()}@${hostname()}`,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    // src/cli/ in the repository, dist/cli/ in the package: both lie two folders below the root.
    packageRoot: resolve(import.meta.dirname, "..", ".."),
    now: Date.now,
    randomHex: (bytes) => randomBytes(bytes).toString("hex"),
    stopping: interrupt.stopping,
    insisted: interrupt.insisted,
    onFirstInterrupt: interrupt.onFirst,
  };
}

/** One that was removed meanwhile has no name but that which the shell remembers: under it, there may be another by now. */
function currentFolder(): string {
  try {
    return process.cwd();
  } catch {
    return process.env["PWD"] || "/";
  }
}

/** A container's user may have a number alone (getpwuid finds nobody): then as the environment says. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env["USER"] || process.env["LOGNAME"] || `${process.getuid?.()}`;
  }
}

/** Whether colours are wanted on a stream: a terminal, and neither NO_COLOR nor TERM=dumb (no-color.org). */
export function wantsColor(context: Context, stream: WriteStream): boolean {
  if ((context.env["NO_COLOR"] ?? "") !== "" || context.env["TERM"] === "dumb") return false;
  return stream.isTTY === true;
}

/** How text for people is shown on a stream; `usual` columns where it has none, as a terminal that was told no size. */
export function shapeOf(
  context: Context,
  stream = context.stdout,
  usual = 100,
): { readonly color: boolean; readonly width: number } {
  return { color: wantsColor(context, stream), width: stream.columns || usual };
}

/** Whether a person can be asked. */
export function canAsk(context: Context): boolean {
  return context.stdin.isTTY === true && context.stdout.isTTY === true;
}
