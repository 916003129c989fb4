import type { Paint } from "../../view/paint.ts";
import { breakTo, cutLines, cutTo } from "./cut.ts";

/** All that one picture is made of. */
export interface Picture {
  readonly title: string;
  /** `3/12`: where in the interview. */
  readonly progress: string;
  /** What was typed, or what stands for it; undefined where nothing is typed. */
  readonly typed: string | undefined;
  readonly help: readonly string[];
  readonly keys: string;
  /** The question's own lines; it is told how many may be drawn. */
  readonly body: (rows: number) => readonly string[];
  /** The hosts beside it. */
  readonly board: (rows: number, columns: number) => readonly string[];
}

/** Rows that the input line and one to spare take. */
const fixed = 2;

/** A terminal that is at least so high has two lines for the keys, where one is too short for them. */
const roomy = 16;

/** Help as it was written, with lines that go on in the next one joined: it is broken where the terminal ends. */
function paragraphs(lines: readonly string[]): readonly string[] {
  return lines.length === 0
    ? []
    : lines
        .join("\n")
        .replaceAll(/(?<![.:)])\n/g, " ")
        .split("\n");
}

/** The keys on one line, or on two that are broken between them; what fits on neither is cut. */
function keyLines(keys: string, columns: number, rows: number): readonly string[] {
  if (keys.length <= columns || rows < roomy) return [cutTo(keys, columns)];
  const parts = keys.split(" · ");
  const fits = parts.findLastIndex((_, index) => parts.slice(0, index + 1).join(" · ").length <= columns);
  if (fits < 0) return [cutTo(keys, columns)];
  const [first, second] = [parts.slice(0, fits + 1), parts.slice(fits + 1)].map((some) => some.join(" · "));
  // Set off, since "? help" at the beginning of a line would look like a question.
  return [cutTo(first ?? "", columns), cutTo(`  ${second}`, columns)];
}

/** The question on a line, with where it stands if there is room for that; broken where it is wider, or cut where that took more than half the rows. */
function titleLines({ title, progress }: Picture, columns: number, rows: number, paint: Paint): readonly string[] {
  if (`? ${title} ${progress}`.length <= columns)
    return [`${paint.cyan("?")} ${paint.bold(title)} ${paint.dim(progress)}`];
  const broken = breakTo(title, columns, "? ");
  const [first = "", ...rest] = broken.length * 2 > rows ? [cutTo(`? ${title}`, columns)] : broken;
  return [`${paint.cyan("?")} ${paint.bold(first.slice(2))}`, ...rest.map(paint.bold)];
}

/** Lines above and below the input line; together they never take more than the terminal has. */
export function frame(
  picture: Picture,
  size: { readonly columns: number; readonly rows: number; readonly paint: Paint },
) {
  const { paint } = size;
  const columns = Math.max(10, size.columns - 1);
  const keys = keyLines(picture.keys, columns, size.rows);
  const title = titleLines(picture, columns, size.rows - fixed - keys.length, paint);
  const free = Math.max(0, size.rows - fixed - keys.length - title.length);
  const help = cutLines(
    paragraphs(picture.help).flatMap((line) => breakTo(line, columns)),
    free,
    columns,
  );
  const body = cutLines(picture.body(free - help.length), free - help.length, columns);
  const rest = free - help.length - body.length;
  const board = rest < 2 ? [] : cutLines(picture.board(rest - 1, columns), rest - 1, columns);
  const below = [...help, ...body, ...(board.length > 0 ? ["", ...board] : []), ...keys.map(paint.dim)];
  if (picture.typed === undefined) return { content: title.join("\n"), below: below.join("\n") };
  return { content: `${title.join("\n")}\n${paint.cyan("›")} ${picture.typed}`, below: below.join("\n") };
}
