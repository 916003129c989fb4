import { quote } from "../../core/shell.ts";
import { type CommandNode, everyCommand, isFile } from "./tree.ts";

/** Completion for bash: `source <(drover completion bash)`. Pure. */
export function bashCompletion(tree: CommandNode): string {
  const all = everyCommand(tree);
  const words = all.map(({ path, node }) => {
    const flags = node.options.flatMap(({ long, short }) => (short === undefined ? [long] : [long, short]));
    const names = node.commands.map(({ name }) => name);
    return `    ${quote(path.join(" "))}) words=${quote([...names, ...flags].join(" "))} ;;`;
  });
  const files = new Set(all.flatMap(({ node }) => node.options.filter(isFile)).flatMap(flagsOf));
  const valued = new Set(
    all.flatMap(({ node }) => node.options.filter(({ value }) => value !== undefined)).flatMap(flagsOf),
  );
  const takesFile = all.filter(({ node }) => node.args.length > 0 && node.commands.length === 0);
  const others = [...valued].filter((flag) => !files.has(flag));
  return `# bash completion for drover: source <(drover completion bash)
_drover() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} path= word words= index
  COMPREPLY=()
  case $before in
    ${[...files].join("|")}) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    ${others.join("|")}) return ;;
  esac
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=\${COMP_WORDS[index]}
    case "\${path:+$path }$word" in
      ${all
        .filter(({ path }) => path.length > 0)
        .map(({ path }) => quote(path.join(" ")))
        .join("|")}) path="\${path:+$path }$word" ;;
    esac
  done
  case $path in
${words.join("\n")}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  case $path in
    ${takesFile.map(({ path }) => quote(path.join(" "))).join("|")})
      [[ $current == -* ]] || { compopt -o filenames 2>/dev/null; mapfile -t -O "\${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$current"); } ;;
  esac
}
complete -F _drover drover
`;
}

function flagsOf({ long, short }: { readonly long: string; readonly short: string | undefined }): readonly string[] {
  return short === undefined ? [long] : [long, short];
}
