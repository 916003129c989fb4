import type { Paint } from "../../view/paint.ts";
import { wrap } from "../../view/wrap.ts";
import { cutLines, cutTo } from "./cut.ts";

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

/** Rows that question, input line and keys take. */
const fixed = 4;

/** Lines above and below the input line; together they never take more than the terminal has. */
export function frame(
  picture: Picture,
  size: { readonly columns: number; readonly rows: number; readonly paint: Paint },
) {
  const { paint } = size;
  const columns = Math.max(10, size.columns - 1);
  const free = Math.max(0, size.rows - fixed);
  const help = cutLines(
    picture.help.flatMap((line) => wrap(line, { width: columns, first: "  " })),
    free,
    columns,
  );
  const body = cutLines(picture.body(free - help.length), free - help.length, columns);
  const rest = free - help.length - body.length;
  const board = rest < 2 ? [] : cutLines(picture.board(rest - 1, columns), rest - 1, columns);
  const title = `${paint.cyan("?")} ${paint.bold(picture.title)} ${paint.dim(picture.progress)}`;
  const below = [
    ...help,
    ...body,
    ...(board.length > 0 ? ["", ...board] : []),
    paint.dim(cutTo(picture.keys, columns)),
  ];
  if (picture.typed === undefined) return { content: cutTo(title, columns), below: below.join("\n") };
  return { content: `${cutTo(title, columns)}\n${paint.cyan("›")} ${picture.typed}`, below: below.join("\n") };
}
