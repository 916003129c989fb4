/** SGR codes (colour, bold) that tools print even into a pipe: worth nothing to the reader, so they go without a trace. */
const colour = /\u001b\[[0-9;:]*m/g;

/**
 * What a terminal may obey or hide instead of showing: controls (C0 but tab, DEL, C1), formats (bidi overrides,
 * zero-width characters, tags), lone surrogates, line and paragraph separators.
 */
const harmful = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const harmfulRun = new RegExp(`${harmful.source}+`, "gu");

/** The longest that a host's words may be within a sentence. */
const longest = 200;

function escapeOne(character: string): string {
  if (character === "\t") return character;
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code <= 0xff) return `\\x${hex.padStart(2, "0")}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\u{${hex}}`;
}

/** One line that any terminal shows harmlessly, whatever a host put into it. Newlines are escaped too. */
export function printable(text: string): string {
  return text.replace(/\r$/, "").replaceAll(colour, "").replaceAll(harmful, escapeOne);
}

/** The same for text of several lines: its lines, each of them printable, without the empty one after a final newline. */
export function printableLines(text: string): readonly string[] {
  return text
    .replace(/\r?\n$/, "")
    .split("\n")
    .map(printable);
}

/** Text from a host, fit for the middle of a sentence: on one line, without anything harmful, at most 200 characters. */
export function inOneLine(text: string): string {
  const line = text.replaceAll(colour, "").replaceAll(harmfulRun, " ").trim();
  // Not in the middle of a character: half of one is harmful again.
  return line.length > longest ? `${line.slice(0, longest - 1).replace(/\p{Cs}$/u, "")}…` : line;
}

/** A line in which every character keeps its column: what is harmful becomes a box, and a tab an arrow, so that it is seen. */
export function inColumns(line: string): string {
  return line.replaceAll("\t", "→").replaceAll(harmful, "\ufffd");
}
