import type { Deps } from "../run/deps.ts";
import { controlEnvironment } from "./connect.ts";
import type { Context } from "./context.ts";
import type { LoadedCluster } from "./load-cluster.ts";

const mib = 2 ** 20;

/** How a run gets programs from their publishers: by the proxy of the inventory or of the operator, telling each percent. */
export function downloadFor(loaded: Pick<LoadedCluster, "cluster" | "paths">, context: Context): Deps["download"] {
  return async (wanted, tell) => {
    const { fetchProgram } = await import("../download/program.ts");
    let told = -1;
    const onBytes = (here: number, all: number | undefined): void => {
      // Of an unknown length every MiB is told.
      const now = all === undefined ? Math.floor(here / mib) : Math.floor((100 * here) / all);
      if (now === told) return;
      told = now;
      const so = `download ${new URL(wanted.url).pathname.split("/").at(-1)}`;
      if (all === undefined) tell({ phase: `${so}, ${now} MiB` });
      else tell({ phase: `${so}, ${Math.ceil(all / mib)} MiB`, fraction: here / all });
    };
    await fetchProgram(wanted, { env: controlEnvironment(loaded, context), onBytes });
  };
}
