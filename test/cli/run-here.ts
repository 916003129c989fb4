import { resolve } from "node:path";
import { PassThrough } from "node:stream";
import type { Context } from "../../src/cli/context.ts";
import { createProgram } from "../../src/cli/program.ts";

/** What a command left behind that ran in this process. */
export interface RanHere {
  readonly thrown: unknown;
  readonly stdout: string;
  readonly stderr: string;
  /** What the command itself set, if it did. */
  readonly exitCode: number | undefined;
}

/** A stream that keeps what is written to it, and is no terminal. */
function kept(columns: number) {
  const chunks: string[] = [];
  const stream = Object.assign(new PassThrough(), { isTTY: false, columns });
  stream.on("data", (chunk) => chunks.push(String(chunk)));
  return { stream: stream as never, text: () => chunks.join("") };
}

interface RunHereOptions {
  /** The width of the terminal. */
  readonly columns?: number;
  /** Of the environment. */
  readonly variables?: Readonly<Record<string, string>>;
}

/**
 * Runs a command line in this process, in a folder, where nobody can be asked: many of them in the time that one child process
 * takes to start. The home is the folder too, so that nothing of whoever runs the tests counts.
 */
export async function runHere(
  dir: string,
  words: readonly string[],
  { columns = 100, variables = {} }: RunHereOptions = {},
): Promise<RanHere> {
  const [stdin, stdout, stderr] = [kept(columns), kept(columns), kept(columns)];
  let exitCode: number | undefined;
  const context: Context = {
    argv: words,
    env: { HOME: dir, PATH: "/usr/bin:/bin", ...variables },
    cwd: dir,
    home: dir,
    operator: "tester@here",
    stdin: stdin.stream,
    stdout: stdout.stream,
    stderr: stderr.stream,
    packageRoot: resolve(import.meta.dirname, "../.."),
    now: () => Date.UTC(2026, 0, 1),
    randomHex: (bytes) => "ab".repeat(bytes),
    stopping: () => false,
    insisted: new Promise<never>(() => undefined),
    onFirstInterrupt: () => () => undefined,
  };
  const report = {
    exitCode: (code: number) => {
      exitCode = code;
    },
    journal: () => undefined,
  };
  const program = await createProgram(context, report);
  const thrown: unknown = await program.parseAsync(["node", "drover", ...words]).then(
    () => undefined,
    (error: unknown) => error,
  );
  return { thrown, stdout: stdout.text(), stderr: stderr.text(), exitCode };
}
