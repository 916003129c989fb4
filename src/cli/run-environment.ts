import type { Listener } from "../view/listener.ts";
import { type Ask, createAsk } from "./ask.ts";
import { type Connections, connectionsFor } from "./connect.ts";
import type { Context } from "./context.ts";
import { type LoadedCluster, loadCluster } from "./load-cluster.ts";
import { limitsOf, type RunLimits } from "./run-limits.ts";
import { type ViewOptions, viewFor } from "./view-for.ts";

/** All that a cluster command has at hand before it begins. */
export interface RunEnvironment {
  readonly context: Context;
  readonly loaded: LoadedCluster;
  readonly ask: Ask;
  readonly connections: Connections;
  readonly view: Listener;
  readonly limits: RunLimits;
}

/** Reads the inventory and prepares connections, questions and the view. Touches no host. */
export async function prepareRun(options: ViewOptions, context: Context): Promise<RunEnvironment> {
  const loaded = await loadCluster(options, context);
  const view = await viewFor(options, context, loaded);
  const ask = createAsk(context, () => view.end());
  return {
    context,
    loaded,
    ask,
    connections: connectionsFor(loaded, context, ask),
    view,
    limits: limitsOf(options),
  };
}
