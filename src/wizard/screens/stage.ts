import type { ReadStream, WriteStream } from "node:tty";
import type { Paint } from "../../view/paint.ts";

/** Where questions are asked: a terminal, and the hosts that are looked at meanwhile. */
export interface Stage {
  readonly input: ReadStream;
  readonly output: WriteStream;
  readonly paint: Paint;
  /** `3/12` */
  readonly progress: string;
  /** Lines about the hosts. */
  readonly board: (rows: number, columns: number) => readonly string[];
  /** The terminal as it is now. */
  readonly size: () => { readonly columns: number; readonly rows: number };
  /** Milliseconds, of any clock that only goes on. */
  readonly now: () => number;
  /** Calls back when the board or the terminal's size changed; gives the function that ends it. */
  readonly onChange: (callback: () => void) => () => void;
}
