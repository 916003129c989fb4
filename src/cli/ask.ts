import { DroverError } from "../core/errors.ts";
import { type Context, canAsk } from "./context.ts";

/** Questions to a person, one at a time even when several hosts want to ask at once. */
export interface Ask {
  /** @throws DroverError `cli/no-terminal` naming the flag that answers it, `cli/cancelled` on Ctrl-C */
  confirm(question: string, insteadUse: string): Promise<boolean>;
  /** The typed text. Throws as `confirm` does. */
  text(question: string, insteadUse: string): Promise<string>;
  /** Typed text that is not shown. Throws as `confirm` does. */
  secret(question: string, insteadUse: string): Promise<string>;
}

/** Asks on the context's terminal, once `makeWay` has cleared it of what is drawn there. */
export function createAsk(context: Context, makeWay: () => Promise<void>): Ask {
  let last: Promise<unknown> = Promise.resolve();
  let cancelled: DroverError | undefined;
  const io = { input: context.stdin, output: context.stdout };
  /** Who pressed Ctrl-C at the question of one of fifty hosts wants to hear none of the others. */
  async function unlessCancelled<T>(action: () => Promise<T>): Promise<T> {
    if (cancelled !== undefined) throw cancelled;
    try {
      return await action();
    } catch (thrown) {
      if (thrown instanceof Error && thrown.name === "ExitPromptError") cancelled = cancelledHere();
      throw cancelled ?? thrown;
    }
  }
  function inTurn<T>(question: string, insteadUse: string, action: () => Promise<T>): Promise<T> {
    if (!canAsk(context)) throw noTerminal(question, insteadUse);
    const turn = last.then(makeWay).then(() => unlessCancelled(action));
    last = turn.catch(() => undefined);
    return turn;
  }
  return {
    confirm: (question, insteadUse) =>
      inTurn(question, insteadUse, async () => (await prompts()).confirm({ message: question, default: false }, io)),
    text: (question, insteadUse) =>
      inTurn(question, insteadUse, async () => (await prompts()).input({ message: question }, io)),
    secret: (question, insteadUse) =>
      inTurn(question, insteadUse, async () => (await prompts()).password({ message: question }, io)),
  };
}

/** Loaded at the first question: most runs ask none. */
function prompts() {
  return import("@inquirer/prompts");
}

function noTerminal(question: string, insteadUse: string): DroverError {
  return new DroverError("cli/no-terminal", `there is no terminal to ask: ${question}`, { remedy: insteadUse });
}

function cancelledHere(): DroverError {
  return new DroverError("cli/cancelled", "cancelled at the question; nothing was changed", {
    remedy: "Run the command again.",
  });
}
