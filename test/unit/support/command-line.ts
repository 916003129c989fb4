import { type CommandNode, commandTree } from "../../../src/cli/completion/tree.ts";
import { realContext } from "../../../src/cli/context.ts";
import { wholeProgram } from "../../../src/cli/program.ts";

/** The whole command line as data. Takes its time on a busy machine: every command is loaded. */
export async function wholeTree(): Promise<CommandNode> {
  const nobody = {
    stopping: () => false,
    insisted: new Promise<never>(() => undefined),
    onFirst: () => () => undefined,
  };
  return commandTree(await wholeProgram(realContext(nobody)));
}
