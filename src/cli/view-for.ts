import { createJson } from "../view/json.ts";
import { createLines } from "../view/lines.ts";
import type { Listener } from "../view/listener.ts";
import { type Context, wantsColor } from "./context.ts";
import type { LoadedCluster } from "./load-cluster.ts";
import type { ClusterOptions } from "./options.ts";
import { estimateFrom } from "./past-runs.ts";

/** How a command wants to be seen. */
export type ViewOptions = ClusterOptions;

/** Below so many columns the live view has no room; lines have. */
const narrowest = 60;

/** Whether there is a terminal with the room and the means for a live view. */
export function canDraw({ stdout, env }: Pick<Context, "stdout" | "env">): boolean {
  return stdout.isTTY === true && stdout.columns >= narrowest && env["TERM"] !== "dumb";
}

const silent: Listener = { on: () => undefined, end: () => Promise.resolve() };

/** The view that fits: JSON if asked for, live in a terminal, plain lines elsewhere, none for commands that print a result. */
export async function viewFor(options: ViewOptions, context: Context, { paths }: LoadedCluster): Promise<Listener> {
  const { stdout } = context;
  const write = (text: string): void => {
    stdout.write(text);
  };
  if (options.quiet === true) return silent;
  if (options.json === true) return createJson({ write });
  const clock = { now: context.now, stopwatch: context.now, every: repeat };
  const estimate = estimateFrom(paths.runs);
  if (!canDraw(context) || options.verbose === true)
    return createLines({
      write,
      color: wantsColor(context, stdout),
      verbose: options.verbose === true,
      clock,
      estimate,
    });
  const { createListr } = await import("../view/listr.ts");
  return createListr({ stream: stdout, color: wantsColor(context, stdout), clock, estimate });
}

/** Calls back every so many ms until the returned function is called. Does not keep the process alive. */
export function repeat(ms: number, callback: () => void): () => void {
  const timer = setInterval(callback, ms);
  timer.unref();
  return () => clearInterval(timer);
}
