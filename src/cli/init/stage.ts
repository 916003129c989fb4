import { paint } from "../../view/paint.ts";
import { boardLines } from "../../wizard/board.ts";
import type { Contacts } from "../../wizard/contacts.ts";
import type { Known } from "../../wizard/known.ts";
import type { Stage } from "../../wizard/screens/stage.ts";
import { type Context, wantsColor } from "../context.ts";

/** Ms between two pictures of the board: more often nobody can read it. */
const drawMs = 100;

/** Calls back at most every `drawMs`, and always once more after the last change. */
function seldom(callback: () => void): { readonly soon: () => void; readonly stop: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const soon = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      callback();
    }, drawMs);
  };
  return { soon, stop: () => clearTimeout(timer) };
}

/** The terminal, with the machines beside each question. */
export function createStage(context: Context, contacts: Contacts, known: () => Known): Stage {
  const { stdin, stdout } = context;
  const colours = paint(wantsColor(context, stdout));
  return {
    input: stdin,
    output: stdout,
    paint: colours,
    progress: "",
    // A pty that nobody sized says 0.
    size: () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 }),
    board: (rows, columns) => boardLines(known().answers.hosts ?? [], contacts, colours)(rows, columns),
    now: () => performance.now(),
    onChange: (callback) => {
      const { soon, stop } = seldom(callback);
      const silence = contacts.onChange(soon);
      stdout.on("resize", soon);
      return () => {
        silence();
        stdout.off("resize", soon);
        stop();
      };
    },
  };
}
