import { type Paint, paint } from "./paint.ts";
import { wrap } from "./wrap.ts";

/** What docs/errors.md says of one code. Prose is one paragraph an element, without line breaks. */
export interface ErrorEntry {
  readonly code: string;
  readonly cause: readonly string[];
  readonly remedy: readonly string[];
  /** Lines as they are shown; the first one begins with `Error CODE: `. */
  readonly example: readonly string[];
}

/** The entries of docs/errors.md, in their order. What is missing in one is empty in it. Pure. */
export function readErrorEntries(markdown: string): readonly ErrorEntry[] {
  return markdown
    .split(/^## /m)
    .slice(1)
    .flatMap((section) => {
      const code = /^`([^`\n]+)`/.exec(section)?.[1];
      return code === undefined ? [] : [readEntry(code, section.slice(section.indexOf("\n") + 1))];
    });
}

function readEntry(code: string, body: string): ErrorEntry {
  const [explained = "", shown = ""] = body.split(/^\*\*For example:\*\*$/m);
  const [cause = "", remedy = ""] = explained.split("**What to do:**");
  const example = shown.split("\n").filter((line) => line.startsWith("    "));
  return {
    code,
    cause: paragraphs(cause),
    remedy: paragraphs(remedy),
    example: example.map((line) => line.slice(4).trimEnd()),
  };
}

function paragraphs(text: string): readonly string[] {
  return text
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replaceAll(/\s+/g, " ").trim())
    .filter((paragraph) => paragraph !== "");
}

/** How entries are shown. */
export interface EntryOptions {
  readonly color: boolean;
  readonly width: number;
}

/** An entry for a person. Ends with a newline. Pure. */
export function renderErrorEntry({ code, cause, remedy, example }: ErrorEntry, options: EntryOptions): string {
  const colors = paint(options.color);
  const prose = (paragraph: string): string => text(wrap(paragraph, { width: options.width, first: "" }), colors);
  const under = (title: string, lines: readonly string[]): readonly string[] =>
    lines.length === 0 ? [] : [`${colors.bold(title)}\n${lines.join("\n")}`];
  const blocks = [
    colors.bold(code),
    ...cause.map(prose),
    ...under("What to do", remedy.map(prose)),
    ...under(
      "For example",
      example.map((line) => colors.dim(`  ${line}`)),
    ),
  ];
  return `${blocks.join("\n\n")}\n`;
}

/** Every code with the first sentence of what it means. Ends with a newline. Pure. */
export function renderErrorList(entries: readonly ErrorEntry[], { color, width }: EntryOptions): string {
  const colors = paint(color);
  const widest = Math.max(0, ...entries.map(({ code }) => code.length));
  const lines = entries.flatMap(({ code, cause }) => {
    const [first = "", ...more] = wrap(firstSentence(cause[0] ?? ""), { width, first: " ".repeat(widest + 2) });
    return [
      `${colors.cyan(code)}${first.slice(code.length).replaceAll("`", "")}`,
      ...more.map((line) => text([line], colors)),
    ];
  });
  return `${lines.join("\n")}\n`;
}

function firstSentence(paragraph: string): string {
  // What stands in backticks is one word: `gpu: true` ends nothing.
  return /^(?:`[^`]*`|[^`])*?[.:;](?= |$)/.exec(paragraph)?.[0].replace(/[:;]$/, ".") ?? paragraph;
}

/** Markdown's backticks become nothing in a terminal; what stood in them is painted. */
function text(lines: readonly string[], { cyan }: Paint): string {
  return lines.join("\n").replaceAll(/`([^`]*)`/g, (_, code: string) => cyan(code));
}
