import type { Cluster } from "../core/cluster.ts";
import type { Engine } from "./engine.ts";
import type { EngineName } from "./engine-settings.ts";
import { rkeEngine } from "./rke/engine.ts";

/** All engines by name. */
const engines = { rke: rkeEngine } satisfies Readonly<Record<EngineName, Engine>>;

/**
 * The engine that a cluster asks for.
 * @throws RangeError for a name that is none, which the inventory does not let through
 */
export function engineOf(
  { engine }: Pick<Cluster, "engine">,
  known: Readonly<Record<string, Engine>> = engines,
): Engine {
  const found = Object.hasOwn(known, engine.name) ? known[engine.name] : undefined;
  if (found === undefined) throw new RangeError(`there is no engine ${engine.name}`);
  return found;
}
