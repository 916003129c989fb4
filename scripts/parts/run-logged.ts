import { mkdir, open, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { execa } from "execa";
import { DroverError } from "../../src/core/errors.ts";

/** How a program is run for a part. */
export interface LoggedRun {
  readonly file: string;
  readonly args: readonly string[];
  readonly log: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What this is about, for the error: "compiling rke". */
  readonly doing: string;
  /** After how many milliseconds it is ended; an hour unless told. */
  readonly longestMs?: number;
}

/** Put before a command: the kernel ends it when the process that started it is gone, however that came. */
export const endsWithUs = ["setpriv", "--pdeathsig", "TERM"] as const;

/** Nothing that is made here takes longer, not even on a slow and busy machine. */
const longestMs = 60 * 60_000;

/**
 * Runs a program with all its output appended to the log, at low priority, as practice hosts boot meanwhile. It ends with
 * this process, even if that is killed: the next run must not find it at work in its folders.
 * @throws DroverError `parts/build-failed` with the last lines of the log
 */
export async function runLogged(run: LoggedRun): Promise<void> {
  await mkdir(dirname(run.log), { recursive: true });
  const log = await open(run.log, "a");
  try {
    await log.write(`+ ${run.file} ${run.args.join(" ")}\n`);
    const result = await execa("nice", ["-n", "5", ...endsWithUs, run.file, ...run.args], {
      reject: false,
      stdin: "ignore",
      stdout: { file: run.log, append: true },
      stderr: { file: run.log, append: true },
      timeout: run.longestMs ?? longestMs,
      env: { LC_ALL: "C", ...run.env },
      ...(run.cwd === undefined ? {} : { cwd: run.cwd }),
    });
    if (result.failed) throw await failure(run);
  } finally {
    await log.close();
  }
}

async function failure(run: LoggedRun): Promise<DroverError> {
  const lines = (await readFile(run.log, "utf8")).split("\n").filter((line) => line.trim() !== "");
  return new DroverError("parts/build-failed", `${run.doing} failed`, {
    remedy: `Read ${run.log}; what is done already is kept, so run \`npm run parts\` again once the cause is gone.`,
    details: lines.slice(-8),
  });
}
