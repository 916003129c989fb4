import { breakTo } from "./cut.ts";
import { isEnter, type Screen } from "./screen.ts";

/** A question that is answered by typing. */
export interface TextQuestion {
  readonly title: string;
  readonly help: readonly string[];
  /** What Enter alone answers; undefined if it must be typed. */
  readonly proposal: string | undefined;
  /** Why it is proposed. */
  readonly because: string | undefined;
  /** What is wrong with an answer, in a sentence; undefined: nothing. */
  readonly complaint: (answer: string) => string | undefined;
  readonly secret?: boolean;
  /** The answer may be empty, and Enter alone means that. */
  readonly optional?: boolean;
}

/** The question as a screen. Its state is what was wrong with the last try. */
export function textScreen(question: TextQuestion): Screen<string | undefined, string> {
  const { proposal, because } = question;
  return {
    title: question.title,
    help: question.help,
    keys: proposal === undefined || proposal === "" ? "enter accept" : "enter takes it, or type another",
    typing: question.secret === true ? "secret" : "text",
    start: undefined,
    press: (state, key, text) => {
      if (!isEnter(key)) return { state: text === "" ? state : undefined };
      const answer = question.secret === true ? text : text.trim() || (proposal ?? "");
      if (answer === "" && question.optional !== true) return { state: "Please type an answer.", text };
      const wrong = question.complaint(answer);
      return wrong === undefined ? { answer } : { state: wrong, text };
    },
    draw: (state, text, { paint, columns }) => [
      ...(state === undefined ? [] : breakTo(state, columns).map(paint.red)),
      ...(text === "" && proposal !== undefined && proposal !== ""
        ? [`  ${paint.dim("enter:")} ${proposal}${because === undefined ? "" : paint.dim(`  (${because})`)}`]
        : []),
    ],
    summary: (answer) => (question.secret === true ? "•".repeat(8) : answer),
  };
}
