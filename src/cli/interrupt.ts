import { DroverError } from "../core/errors.ts";

/** What Ctrl-C means. */
export interface Interrupt {
  /** True after the first one: the running action ends, no further one starts. */
  readonly stopping: () => boolean;
  /** Rejects with `cli/cancelled` at the second one: leave at once. */
  readonly insisted: Promise<never>;
}

/** Listens for SIGINT and SIGTERM; SIGTERM and SIGHUP are not repeated by a person, and so mean the same. */
export function createInterrupt(source: NodeJS.Process): Interrupt {
  let count = 0;
  const insisted = new Promise<never>((_, reject) => {
    const heard = (): void => {
      count += 1;
      if (count === 1) source.stderr.write("\nStopping after the running action; Ctrl-C again to leave at once.\n");
      else
        reject(
          new DroverError("cli/cancelled", "left at once, as asked", {
            remedy: "Run the command again: it goes on from what is there.",
          }),
        );
    };
    source.on("SIGINT", heard);
    source.on("SIGTERM", heard);
  });
  // Nobody may be waiting yet when it rejects.
  insisted.catch(() => undefined);
  return { stopping: () => count > 0, insisted };
}
