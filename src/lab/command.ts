import { execa } from "execa";
import { DroverError } from "../core/errors.ts";

/** How one command of the operating system is run. */
export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Wall clock in milliseconds; 60 s unless told. */
  readonly timeoutMs?: number;
  /** What to do if it fails; a general sentence unless told. */
  readonly remedy?: string;
}

/** What a command said: its exit status (127: there is no such command, 124: it ran out of time) and its output. */
export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const generalRemedy = "Read the lines above; `drover lab down` cleans up, then try again.";

/** Runs one command without a shell and waits for it, whatever its exit status is. */
export async function tryCommand(
  file: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const result = await execa(file, args, {
    reject: false,
    timeout: options.timeoutMs ?? 60_000,
    ...(options.input === undefined ? { stdin: "ignore" as const } : { input: options.input }),
    env: { LC_ALL: "C", ...options.env },
  });
  const missing = result.code === "ENOENT" ? 127 : 1;
  return {
    exitCode: result.exitCode ?? (result.timedOut ? 124 : missing),
    stdout: result.stdout ?? "",
    stderr: result.stderr ?? "",
  };
}

/**
 * Runs one command that has to succeed; returns what it printed.
 * @throws DroverError `lab/failed` with the command and its last lines
 */
export async function command(file: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const result = await tryCommand(file, args, options);
  if (result.exitCode === 0) return result.stdout;
  const lines = `${result.stdout}\n${result.stderr}`.split("\n").filter((line) => line.trim() !== "");
  throw new DroverError("lab/failed", `${[file, ...args].join(" ")} failed with status ${result.exitCode}`, {
    remedy: options.remedy ?? generalRemedy,
    details: lines.slice(-12),
  });
}
