/** A place in a text, both counted from 1, as editors do. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** The place of an offset in this text. */
export function placeOf(source: string, offset: number): Place {
  const before = source.slice(0, Math.max(0, offset));
  const lastBreak = before.lastIndexOf("\n");
  return { line: before.split("\n").length, column: before.length - lastBreak };
}
