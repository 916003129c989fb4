import type { AnyAuthMethod, AuthenticationType, AuthHandlerMiddleware, Prompt } from "ssh2";
import type { Offer } from "./credentials.ts";

/** Answers a question of sshd's, such as for a one-time code; undefined where nobody can be asked. */
export type AnswerPrompt = (prompt: string, echo: boolean) => Promise<string | undefined>;

/** What a login is made with. */
export interface AuthPlan {
  readonly username: string;
  readonly offers: readonly Offer[];
  readonly answer: AnswerPrompt | undefined;
}

/** Answers each question: the first hidden one with the password, if there is one, the others by a person. */
function keyboard(plan: AuthPlan, password: string | undefined): AnyAuthMethod {
  let unused = password;
  const reply = async ({ prompt, echo }: Prompt): Promise<string | undefined> => {
    const own = echo === true ? undefined : unused;
    if (own !== undefined) unused = undefined;
    return own ?? (await plan.answer?.(prompt, echo === true));
  };
  const prompt = async (prompts: readonly Prompt[], finish: (answers: string[]) => void) => {
    const answers: string[] = [];
    for (const question of prompts) {
      const answer = await reply(question);
      // Fewer answers than questions: sshd takes that for a refusal.
      if (answer === undefined) break;
      answers.push(answer);
    }
    finish(answers);
  };
  return {
    type: "keyboard-interactive",
    username: plan.username,
    // A person who pressed Ctrl-C at the question gives no answer; the program has heard it by itself.
    prompt: (_name, _instructions, _language, prompts, finish) => void prompt(prompts, finish).catch(() => finish([])),
  };
}

function methodFor(offer: Offer, left: readonly AuthenticationType[], plan: AuthPlan): AnyAuthMethod | undefined {
  const { username } = plan;
  if (offer.kind === "password") {
    // One of the two: both would count a wrong password twice, and lock accounts sooner.
    if (left.includes("password")) return { type: "password", username, password: offer.password };
    return left.includes("keyboard-interactive") ? keyboard(plan, offer.password) : undefined;
  }
  if (!left.includes("publickey")) return undefined;
  return offer.kind === "key"
    ? { type: "publickey", username, key: offer.key }
    : { type: "agent", username, agent: offer.agent };
}

/**
 * Offers one thing after the other, of those methods that sshd still takes. Where a key was right but is not enough
 * (two factors), the questions that follow go to a person.
 */
export function authHandler(plan: AuthPlan): AuthHandlerMiddleware {
  const waiting = [...plan.offers];
  const everything: readonly AuthenticationType[] = ["publickey", "password", "keyboard-interactive"];
  let begun = false;
  let challenged = false;
  return (left: readonly AuthenticationType[] | null, partial, next) => {
    const first = !begun;
    begun = true;
    // Which password method there is, sshd says in its answer to "none" only; keys save that round trip.
    if (first && waiting[0]?.kind !== "key" && waiting[0]?.kind !== "agent") {
      return next({ type: "none", username: plan.username });
    }
    for (let offer = waiting.shift(); offer !== undefined; offer = waiting.shift()) {
      const method = methodFor(offer, left ?? everything, plan);
      if (method !== undefined) return next(method);
    }
    if (
      partial === true &&
      !challenged &&
      plan.answer !== undefined &&
      left?.includes("keyboard-interactive") === true
    ) {
      challenged = true;
      return next(keyboard(plan, undefined));
    }
    // ssh2 takes false for "nothing is left"; its types do not know.
    return next(false as unknown as AuthenticationType);
  };
}
