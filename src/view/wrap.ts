/**
 * Prose broken at blanks into lines of at most `width` columns; a word that is longer stays whole, so that a path or a
 * command can still be copied. The first line begins with `first`, the others with as many blanks.
 */
export function wrap(text: string, { width, first }: { readonly width: number; readonly first: string }): string[] {
  const indent = " ".repeat(first.length);
  const room = Math.max(8, width - first.length);
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ").filter((part) => part !== "")) {
    if (line !== "" && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  if (line !== "" || lines.length === 0) lines.push(line);
  return lines.map((each, index) => `${index === 0 ? first : indent}${each}`.trimEnd());
}

/** `1 host`, `3 hosts`. */
export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? "" : "s"}`;
}
