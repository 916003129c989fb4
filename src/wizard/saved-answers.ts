import { type Answers, answersSchema } from "./answers.ts";

/** The text of the file that keeps answers. */
export function answersText(answers: Answers): string {
  return `${JSON.stringify(answers, null, 2)}\n`;
}

/** Answers from a parsed file, or what is wrong with it in one line per mistake. */
export function readAnswers(value: unknown): { readonly answers: Answers } | { readonly wrong: readonly string[] } {
  const parsed = answersSchema.safeParse(value);
  if (parsed.success) return { answers: parsed.data };
  return {
    wrong: parsed.error.issues.flatMap((issue) => {
      const place = issue.path.map(String).join(".");
      if (issue.code === "unrecognized_keys") return issue.keys.map((key) => `${key}: is no answer that init knows`);
      return [`${place === "" ? "the file" : place}: ${issue.message}`];
    }),
  };
}
