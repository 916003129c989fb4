import { Command, CommanderError, InvalidArgumentError } from "commander";
import { describe, expect, it } from "vitest";
import { usageError } from "../../src/cli/usage-error.ts";

/** A command line with a command, a command below another, and an option that takes a number. */
function program(): Command {
  const tool = new Command("drover").exitOverride().configureOutput({ outputError: () => undefined });
  const number = (text: string): number => {
    if (/^\d+$/.test(text)) return Number(text);
    throw new InvalidArgumentError("must be a whole number from 1 to 9.");
  };
  tool.command("plan").option("--hosts <names>").option("--wait <n>", "", number).allowExcessArguments(false);
  const etcd = tool.command("etcd");
  etcd.command("restore <snapshot>").action(() => undefined);
  return tool;
}

/** What the program says of these words. */
function said(...words: readonly string[]) {
  const tool = program();
  try {
    tool.parse(["node", "drover", ...words]);
  } catch (thrown) {
    if (thrown instanceof CommanderError) return usageError(thrown, tool.commands, words);
    throw thrown;
  }
  throw new Error("the words were understood");
}

describe("a command line that is not understood", () => {
  it.each([
    [["plna"], "unknown command 'plna'", "Did you mean plan? `drover --help` tells what there is."],
    [["nothing"], "unknown command 'nothing'", "`drover --help` tells what there is."],
    [["plan", "--host"], "unknown option '--host'", "Did you mean --hosts? `drover plan --help` tells what there is."],
    [["--nope", "plan"], "unknown option '--nope'", "`drover --help` tells what there is."],
    [["etcd", "restore"], "missing required argument 'snapshot'", "`drover etcd restore --help` tells what there is."],
    [["etcd", "drop"], "unknown command 'drop'", "`drover etcd --help` tells what there is."],
    [
      ["plan", "--wait", "x"],
      "option '--wait <n>' argument 'x' is invalid: it must be a whole number from 1 to 9.",
      "`drover plan --help` tells what there is.",
    ],
  ])(
    "is told with its code, what is wrong and the help of the command that was meant: %j",
    (words, message, remedy) => {
      expect(said(...words)).toMatchObject({ code: "cli/usage", message, remedy, details: [] });
    },
  );

  it("never takes a value for a command", () => {
    expect(said("plan", "--hosts", "etcd", "--nope").remedy).toBe("`drover plan --help` tells what there is.");
  });
});
