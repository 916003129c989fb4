/** The text with some of its lines (counted from 1) behind a marker that says who did it; all else as it was. */
export function commentOut(text: string, numbers: ReadonlySet<number>, why: string): string {
  const marker = `# drover: ${why} # `;
  return text
    .split("\n")
    .map((line, index) => (numbers.has(index + 1) ? marker + line : line))
    .join("\n");
}
