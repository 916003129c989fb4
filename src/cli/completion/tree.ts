import type { Command } from "commander";

/** One option of a command. */
export interface OptionNode {
  /** `-i`, if it has a short one. */
  readonly short: string | undefined;
  /** `--inventory`. */
  readonly long: string;
  readonly about: string;
  /** What stands for its value in the help, `file`; undefined for a switch. */
  readonly value: string | undefined;
  readonly choices: readonly string[];
}

/** A command with all that can stand behind it. */
export interface CommandNode {
  readonly name: string;
  readonly about: string;
  /** As the help has them: `[plan]`, `<host>`. */
  readonly args: readonly string[];
  readonly options: readonly OptionNode[];
  readonly commands: readonly CommandNode[];
  /** The examples of its help, one a line; empty if it has none. */
  readonly examples: readonly string[];
}

/** The command line as plain data, from what parses it: completions and the manual are made of this alone. */
export function commandTree(command: Command): CommandNode {
  const help = command.createHelp();
  const options = help.visibleOptions(command).map((option) => ({
    short: option.short,
    long: option.long ?? "",
    about: option.description,
    value: /[<[]([^>\]]+)[>\]]/.exec(option.flags)?.[1],
    choices: option.argChoices ?? [],
  }));
  return {
    name: command.name(),
    about: command.description(),
    args: command.registeredArguments.map((one) => (one.required ? `<${one.name()}>` : `[${one.name()}]`)),
    options: options.filter(({ long }) => long !== ""),
    commands: command.commands.map(commandTree),
    examples: examplesOf(command),
  };
}

/** What the help of a command says below its options, and of that the lines after `Examples:`. */
function examplesOf(command: Command): readonly string[] {
  let text = "";
  const write = (part: string): void => {
    text += part;
  };
  command.configureOutput({ writeOut: write, writeErr: write });
  command.outputHelp();
  const after = text.split(/^Examples:$/m)[1] ?? "";
  return after.split("\n").flatMap((line) => (line.startsWith("  ") ? [line.slice(2)] : []));
}

/** Every command and subcommand with the words that lead to it. */
export function everyCommand(
  node: CommandNode,
  path: readonly string[] = [],
): readonly { readonly path: readonly string[]; readonly node: CommandNode }[] {
  return [{ path, node }, ...node.commands.flatMap((child) => everyCommand(child, [...path, child.name]))];
}

/** Whether the value of an option is the name of a file. */
export function isFile({ value, long }: OptionNode): boolean {
  return value === "file" || long === "--from";
}
