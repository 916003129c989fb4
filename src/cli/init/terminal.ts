import { DroverError } from "../../core/errors.ts";
import type { Outcome, Screen } from "../../wizard/screens/screen.ts";
import { type Ended, show } from "../../wizard/screens/show.ts";
import type { Stage } from "../../wizard/screens/stage.ts";

/** How the interview was left, as what is thrown at Ctrl-C and when the terminal goes. */
function leaving(kept: string, keep: () => Promise<void>): (thrown: unknown) => Promise<never> {
  return async (thrown) => {
    const left = thrown instanceof Error && ["ExitPromptError", "AbortPromptError"].includes(thrown.name);
    if (!left) throw thrown;
    await keep();
    throw new DroverError("cli/cancelled", `left; your answers are kept in ${kept}`, {
      remedy: "Run drover init again: it goes on from them.",
    });
  };
}

/** The two ways to ask on a terminal. `kept` names the file with the answers, for whoever leaves; `keep` ends once it holds them all. */
export function askOn(stage: Stage, kept: string, keep: () => Promise<void>) {
  return {
    ask: async <S, A>(screen: Screen<S, A>): Promise<Outcome<A>> => {
      const outcome = await show(screen, stage).catch(leaving(kept, keep));
      return outcome.kind === "happened" ? { kind: "back" } : outcome;
    },
    askUntil: <S, A>(screen: Screen<S, A>, happened: Promise<void>): Promise<Outcome<A> | Ended> =>
      show(screen, stage, happened).catch(leaving(kept, keep)),
  };
}

/** Where nobody can be asked, nothing is: reaching this is our mistake. */
export const nobodyToAsk = {
  ask: (): Promise<never> => Promise.reject(new Error("a question was asked without a terminal")),
  askUntil: (): Promise<never> => Promise.reject(new Error("a question was asked without a terminal")),
};
