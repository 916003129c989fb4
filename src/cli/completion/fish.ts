import { type CommandNode, everyCommand, isFile, type OptionNode } from "./tree.ts";

/** Completion for fish: `drover completion fish | source`. Pure. */
export function fishCompletion(tree: CommandNode): string {
  const lines = everyCommand(tree).flatMap(({ path, node }) => [
    ...node.commands.map((child) => line(path, node, ["-a", child.name, "-d", child.about])),
    ...node.options.map((option) => line(path, node, optionWords(option))),
    ...(node.commands.length === 0 && node.args.length > 0 ? [line(path, node, ["-F"])] : []),
  ]);
  return `# fish completion for drover: drover completion fish | source
complete -c drover -f
${lines.join("\n")}
`;
}

/** A line that holds only once the words of its command were typed, and no word of a command below it. */
function line(path: readonly string[], node: CommandNode, words: readonly string[]): string {
  const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`);
  const below = node.commands.map(({ name }) => name);
  const without = below.length === 0 ? [] : [`not __fish_seen_subcommand_from ${below.join(" ")}`];
  const when = [...seen, ...without].join("; and ");
  return `complete -c drover ${when === "" ? "" : `-n ${fishQuote(when)} `}${words.map(fishQuote).join(" ")}`;
}

function optionWords(option: OptionNode): readonly string[] {
  const { long, short, about, value } = option;
  return [
    "-l",
    long.replace(/^--/, ""),
    ...(short === undefined ? [] : ["-s", short.replace(/^-/, "")]),
    "-d",
    about,
    ...(value === undefined ? [] : isFile(option) ? ["-r", "-F"] : ["-x"]),
  ];
}

/** fish knows backslashes within single quotes, unlike other shells. */
function fishQuote(word: string): string {
  return /^[\w-]+$/.test(word) ? word : `'${word.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
