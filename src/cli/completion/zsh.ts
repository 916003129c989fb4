import { quote } from "../../core/shell.ts";
import { type CommandNode, everyCommand, isFile, type OptionNode } from "./tree.ts";

/** Completion for zsh: `source <(drover completion zsh)`, or a file `_drover` in $fpath. Pure. */
export function zshCompletion(tree: CommandNode): string {
  const functions = everyCommand(tree).map(({ path, node }) => functionOf(path, node));
  return `#compdef drover
# zsh completion for drover: source <(drover completion zsh)
${functions.join("\n")}
if [ "$funcstack[1]" = _drover ]; then _drover "$@"; else compdef _drover drover; fi
`;
}

function nameOf(path: readonly string[]): string {
  return ["_drover", ...path].join("_").replaceAll("-", "_");
}

function functionOf(path: readonly string[], node: CommandNode): string {
  const options = node.options.flatMap(optionSpecs);
  if (node.commands.length === 0) {
    const rest = node.args.length === 0 ? [] : [quote("*:: :_files")];
    return `${nameOf(path)}() {\n  _arguments -s ${[...options, ...rest].join(" ")}\n}`;
  }
  const commands = node.commands.map(({ name, about }) => quote(`${name}:${plain(about)}`));
  const branches = node.commands.map(({ name }) => `      ${quote(name)}) ${nameOf([...path, name])} ;;`);
  return `${nameOf(path)}() {
  local context state line
  local -a commands=(${commands.join(" ")})
  _arguments -C ${[...options, quote("1: :->command"), quote("*:: :->rest")].join(" ")}
  case $state in
    command) _describe command commands ;;
    rest) case $line[1] in
${branches.join("\n")}
    esac ;;
  esac
}`;
}

function optionSpecs(option: OptionNode): readonly string[] {
  const { long, short, about, value, choices } = option;
  const action = choices.length > 0 ? `(${choices.join(" ")})` : isFile(option) ? "_files" : " ";
  const tail = `[${plain(about)}]${value === undefined ? "" : `:${plain(value)}:${action}`}`;
  return [long, ...(short === undefined ? [] : [short])].map((flag) => quote(`${flag}${tail}`));
}

/** Without what _arguments takes for its own. */
function plain(text: string): string {
  return text.replaceAll(/[[\]:\\]/g, " ").replaceAll(/\s+/g, " ");
}
