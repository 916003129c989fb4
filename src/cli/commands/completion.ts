import { Argument, type Command } from "commander";
import { bashCompletion } from "../completion/bash.ts";
import { fishCompletion } from "../completion/fish.ts";
import { type CommandNode, commandTree } from "../completion/tree.ts";
import { zshCompletion } from "../completion/zsh.ts";
import type { Context } from "../context.ts";

const shells = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
} satisfies Readonly<Record<string, (tree: CommandNode) => string>>;

const examples = `
Examples:
  source <(drover completion bash)                                          # in ~/.bashrc
  source <(drover completion zsh)                                           # in ~/.zshrc, after compinit
  drover completion fish >~/.config/fish/completions/drover.fish`;

/** `drover completion`: what a shell needs to complete Drover's command line. */
export function addCompletion(program: Command, context: Context): void {
  program
    .command("completion")
    .description("print what bash, zsh or fish need to complete drover's commands and options")
    .addArgument(new Argument("<shell>", "your shell").choices(Object.keys(shells)))
    .addHelpText("after", examples)
    .action(async (shell: keyof typeof shells) => {
      const { wholeProgram } = await import("../program.ts");
      context.stdout.write(shells[shell](commandTree(await wholeProgram(context))));
    });
}
