import type { Command } from "commander";

/** Adds the option that leaves a check out. It can be given several times. */
export function withSkipCheck(command: Command): Command {
  const collect = (id: string, before: readonly string[] = []): readonly string[] => [...before, id];
  return command.option(
    "--skip-check <id>",
    "leave this check out, again for each; the journal keeps that you did",
    collect,
  );
}
