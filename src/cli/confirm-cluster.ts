import { DroverError } from "../core/errors.ts";
import type { RunEnvironment } from "./run-environment.ts";

/**
 * Lets a person type the cluster's name before something is done that cannot be undone; `given` is the name from the command
 * line.
 * @throws DroverError `cli/cancelled` for another name, `cli/no-terminal`
 */
export async function confirmCluster(
  { ask, loaded }: RunEnvironment,
  consequence: string,
  given: string | undefined,
): Promise<true> {
  const { name } = loaded.cluster;
  const question = `${consequence} Type its name (${name}) to go on:`;
  const typed = given ?? (await ask.text(question, `Look at what it would do, then pass --confirm ${name}.`));
  if (typed.trim() === name) return true;
  throw new DroverError("cli/cancelled", `"${typed.trim()}" is not the cluster's name; nothing was changed`, {
    remedy: `The cluster of this inventory is called ${name}.`,
  });
}
