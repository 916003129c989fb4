import { wrap } from "../view/wrap.ts";

/** `  drover up --yes        what it does`: a line of examples, its comment set off by two blanks or more. */
const example = /^( +\S.*?\S)( {2,})(\S.*)$/;

/**
 * Help in so many columns. What commander writes fits already; a comment beside an example that does not goes below it, and
 * prose is broken between words. A command is left whole, so that it can be copied.
 */
export function fitHelp(text: string, columns: number | undefined): string {
  if (columns === undefined || columns < 20) return text;
  const fitted = text.split("\n").flatMap((line) => (line.length <= columns ? [line] : fitLine(line, columns)));
  return fitted.join("\n");
}

function fitLine(line: string, columns: number): readonly string[] {
  const [, command, , comment] = example.exec(line) ?? [];
  if (command !== undefined && comment !== undefined)
    return [command, ...wrap(comment, { width: columns, first: " ".repeat(6) })];
  return line.startsWith(" ") ? [line] : wrap(line, { width: columns, first: "" });
}
