import type { Answers } from "./answers.ts";
import { inventoryOf } from "./inventory-of.ts";
import type { Judge, Known } from "./known.ts";
import type { Option } from "./screens/choice.ts";

/** The answers that are one text, or yes and no. */
export type SimpleAnswer = Exclude<keyof Answers, "hosts" | "passwordLogin">;

/** What Enter alone would answer, and why. */
export interface Proposal {
  readonly value: string;
  readonly because?: string;
}

/** One question with one answer. Texts all through: yes and no are `yes` and `no`. */
export interface Question {
  readonly id: SimpleAnswer;
  readonly title: string;
  /** On the command line, without `--`. */
  readonly flag: string;
  readonly about: string;
  readonly help: readonly string[];
  /** Where mistakes about it are found in the inventory, as a beginning: `rke.clusterCidr`. */
  readonly place: string;
  readonly relevant?: (known: Known) => boolean;
  readonly propose: (known: Known) => Proposal | undefined;
  /** A choice instead of a typed text. */
  readonly options?: (known: Known) => readonly Option<string>[];
  /** It may be left empty. */
  readonly optional?: boolean;
  /** What the schema and the rules do not see. */
  readonly complaint?: (answer: string, known: Known) => string | undefined;
}

const yesOrNo: ReadonlySet<string> = new Set(["gpu", "certManager", "rancher"]);

/** Whether the answer is yes or no, and no text. */
export function isYesOrNo(id: SimpleAnswer): boolean {
  return yesOrNo.has(id);
}

/** An answer's text as the answers keep it. */
export function toAnswer(id: SimpleAnswer, text: string): Partial<Answers> {
  return { [id]: isYesOrNo(id) ? text === "yes" : text };
}

/** An answer as a text. */
export function toText(answer: string | boolean | undefined): string | undefined {
  return typeof answer === "boolean" ? (answer ? "yes" : "no") : answer;
}

/** What is wrong with an answer: by the question itself, then by the inventory that it would make. */
export function complaintAbout(question: Question, answer: string, known: Known, judge: Judge): string | undefined {
  const own = question.complaint?.(answer, known);
  if (own !== undefined) return own;
  if (question.options !== undefined) {
    const options = question.options(known).map(({ value }) => value);
    return options.includes(answer) ? undefined : `must be one of ${options.join(", ")}`;
  }
  if (answer === "" && question.optional === true) return undefined;
  if (/[\r\n\0]/.test(answer)) return "It must be one line.";
  const value = inventoryOf({ ...known.answers, ...toAnswer(question.id, answer) }, known.base);
  const found = judge(value).find(({ place }) => question.place !== "" && place.startsWith(question.place));
  return found === undefined ? undefined : asSentence(found.message);
}

/** A mistake's message continues the place where it is; where that place is not shown, it needs a subject. */
export function asSentence(message: string): string {
  const continues = /^(must|is|has|lies|names|says|lists|holds|stands|belongs|ends|overlaps|needs) /.test(message);
  return continues ? `It ${message}.` : `${message.slice(0, 1).toUpperCase()}${message.slice(1)}.`;
}
