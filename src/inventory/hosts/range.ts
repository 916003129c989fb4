/** What a text with ranges stands for, or what is wrong with it; the complaint continues "hosts[0].name: ". */
export type Expansion =
  | { readonly kind: "values"; readonly values: readonly string[] }
  | { readonly kind: "wrong"; readonly complaint: string };

const wrong = (complaint: string): Expansion => ({ kind: "wrong", complaint });

/** One or more numbers, first to last; all of them at least `width` digits wide. */
interface Span {
  readonly first: number;
  readonly last: number;
  readonly width: number;
}

/** Reads `1-4` or `07`. More than 9 digits name no host, and would not be exact. */
function readSpan(text: string): Span | undefined {
  const [, first = "", last = first] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(text) ?? [];
  if (first === "") return undefined;
  // `01` is two digits wide, and so are all that follow; `9-10` just counts.
  return { first: Number(first), last: Number(last), width: first.startsWith("0") ? first.length : 1 };
}

function numbersOf({ first, last, width }: Span): readonly string[] {
  return Array.from({ length: last - first + 1 }, (_, index) => String(first + index).padStart(width, "0"));
}

/** The spans of `[1-4,7]`, or undefined if they are none. */
function readSpans(text: string): readonly Span[] | undefined {
  const spans = text.split(",").map((part) => readSpan(part.trim()));
  return spans.every((span) => span !== undefined && span.first <= span.last) ? (spans as Span[]) : undefined;
}

/**
 * Writes out `gpu-[01-16].lan` or `rack[1-2]-[1,3,5-8]`: each bracket holds numbers and ranges of them, leading zeros are
 * kept. A text without brackets stands for itself. Nothing is written out that would be more than `most`.
 */
export function expandRange(text: string, most: number): Expansion {
  const pieces = text.split(/\[([^[\]]*)\]/);
  const texts = pieces.filter((_, index) => index % 2 === 0);
  const groups = pieces.filter((_, index) => index % 2 === 1).map(readSpans);
  if (texts.some((piece) => /[[\]]/.test(piece)) || groups.includes(undefined)) {
    return wrong("holds a range that is none; write gpu-[01-16] or gpu-[1,3,5-8], the lower number first");
  }
  const spans = groups.flatMap((group) => (group === undefined ? [] : [group]));
  const sizes = spans.map((group) => group.reduce((sum, { first, last }) => sum + last - first + 1, 0));
  const count = sizes.reduce((product, size) => product * size, 1);
  if (count > most) return wrong(`stands for ${count} hosts; Drover builds clusters of up to ${most}`);
  const values = spans.reduce<readonly string[]>(
    (begun, group, index) =>
      begun.flatMap((start) => group.flatMap(numbersOf).map((number) => `${start}${number}${texts[index + 1] ?? ""}`)),
    [texts[0] ?? ""],
  );
  return { kind: "values", values };
}

/** Whether a text stands for several. */
export function isRange(text: string): boolean {
  return /[[\]]/.test(text);
}
