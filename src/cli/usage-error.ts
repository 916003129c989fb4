import type { Command, CommanderError } from "commander";
import { DroverError } from "../core/errors.ts";

/** What commander says of words that it does not understand, as `cli/usage`, with the help of the command that they lead to. */
export function usageError(thrown: CommanderError, known: readonly Command[], words: readonly string[]): DroverError {
  const [first = "", ...more] = thrown.message.replace(/^error: /, "").split("\n");
  const near = more.map((line) => line.replace(/^\((.*)\)$/, "$1 ")).join("");
  const command = ["drover", ...meant(known, words)].join(" ");
  return new DroverError("cli/usage", first.replace(/ is invalid\. must /, " is invalid: it must "), {
    remedy: `${near}\`${command} --help\` tells what there is.`,
    cause: thrown,
  });
}

/** The names of the command that the words lead to, as far as they do. */
function meant(known: readonly Command[], [word, ...words]: readonly string[]): readonly string[] {
  const found = known.find((one) => one.name() === word);
  return found === undefined ? [] : [found.name(), ...meant(found.commands, words)];
}
