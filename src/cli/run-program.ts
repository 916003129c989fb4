import { type Command, CommanderError } from "commander";
import { realContext, shapeOf } from "./context.ts";
import { exitCodeOf, exitCodes } from "./exit-codes.ts";
import { failuresOf } from "./failures.ts";
import { createInterrupt } from "./interrupt.ts";
import { createProgram } from "./program.ts";
import type { Report } from "./report.ts";
import { goOnAfterSuspension } from "./suspend.ts";
import { usageError } from "./usage-error.ts";

/** Runs the command line and gives the exit code. Everything that fails is shown here, once. */
export async function runProgram(): Promise<number> {
  const interrupt = createInterrupt(process, () => performance.now());
  const context = realContext(interrupt);
  goOnAfterSuspension(process);
  let code: number = exitCodes.done;
  let journal: string | undefined;
  const report: Report = {
    exitCode: (wanted) => {
      code = wanted;
    },
    journal: (path) => {
      journal = path;
    },
  };
  let program: Command | undefined;
  try {
    program = await createProgram(context, report);
    await Promise.race([program.parseAsync(process.argv), interrupt.insisted]);
    return code;
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return exitCodes.done;
    // Without a command, the help was shown already.
    if (thrown instanceof CommanderError && thrown.code === "commander.help") return exitCodes.usage;
    const shown = thrown instanceof CommanderError ? usageError(thrown, program?.commands ?? [], context.argv) : thrown;
    const { renderError } = await import("../view/error.ts");
    const shape = { ...shapeOf(context, process.stderr), journal };
    process.stderr.write(renderError(failuresOf(shown), shape));
    return exitCodeOf(shown);
  }
}
