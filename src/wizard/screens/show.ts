import { createPrompt, useEffect, useKeypress, useRef, useState } from "@inquirer/core";
import { closingLine, cutTo } from "./cut.ts";
import { frame } from "./frame.ts";
import { isEnter, type Key, type Outcome, type Screen } from "./screen.ts";
import type { Stage } from "./stage.ts";

/** Readline's interface, as far as it is used here. */
interface Line {
  readonly line: string;
  escapeCodeTimeout?: number;
  clearLine(direction: 0): void;
  write(text: string): void;
}

interface View {
  readonly state: unknown;
  readonly text: string;
  readonly help: boolean;
  /** A text is being pasted: its line breaks are part of it. */
  readonly pasting: boolean;
  readonly outcome?: Outcome<unknown>;
}

/** Ms between keys below which no person types. */
const quickMs = 8;

/** Ms after which a lone Esc is one; readline's own half second feels broken. */
const escapeMs = 60;

function retype(rl: Line, text: string): void {
  rl.clearLine(0);
  rl.write(text);
}

/** Keys that belong to every question: the way back, and help. */
function common(view: View, key: Key, typed: string, typing: boolean): View | undefined {
  if (key.name === "escape" || (key.name === "tab" && key.shift)) return { ...view, outcome: { kind: "back" } };
  const asksHelp = typed.endsWith("?") && (!typing || typed === "?");
  return asksHelp ? { ...view, text: "", help: !view.help } : undefined;
}

function afterKey(view: View, key: Key, typed: string, screen: Screen<unknown, unknown>): View {
  if (key.name === "paste-start") return { ...view, pasting: true };
  if (key.name === "paste-end") return afterOwnKey({ ...view, pasting: false }, key, typed, screen);
  const own = view.pasting ? undefined : common(view, key, typed, screen.typing !== "none");
  if (own !== undefined) return own;
  return afterOwnKey(view, view.pasting ? { ...key, name: "paste-line" } : key, typed, screen);
}

function afterOwnKey(view: View, key: Key, text: string, screen: Screen<unknown, unknown>): View {
  const pressed = screen.press(view.state, key, text);
  if ("answer" in pressed) return { ...view, text, outcome: { kind: "answer", answer: pressed.answer } };
  return { ...view, state: pressed.state, text: screen.typing === "none" ? "" : (pressed.text ?? text) };
}

interface Shown {
  readonly screen: Screen<unknown, unknown>;
  readonly stage: Stage;
  /** The input has ended, by Ctrl-D or because the terminal was closed. */
  readonly gone: () => void;
}

const prompt = createPrompt<Outcome<unknown>, Shown>(({ screen, stage, gone }, done) => {
  const [view, setView] = useState<View>({
    state: screen.start,
    text: screen.text ?? "",
    help: false,
    pasting: false,
  });
  const [, redraw] = useState(0);
  useEffect((rl) => {
    (rl as Line).escapeCodeTimeout = escapeMs;
    if (view.text !== "") rl.write(view.text);
    let count = 0;
    rl.on("close", gone);
    return stage.onChange(() => redraw(++count));
  }, []);
  const last = useRef(0);
  const line = useRef(screen.text ?? "");
  useKeypress((event, rl) => {
    const quick = stage.now() - last.current < quickMs;
    last.current = stage.now();
    const shift = "shift" in event && event.shift === true;
    const key = { name: event.name ?? "", ctrl: event.ctrl === true, shift, quick };
    // Readline has emptied its line at Enter; what was there before is what is answered.
    const isOther = isEnter(key) || key.name === "up" || key.name === "down" || key.name === "tab";
    const typed = isOther ? line.current : rl.line;
    line.current = typed;
    // A pasted text is drawn line by line, not letter by letter.
    if (view.pasting && !isEnter(key) && key.name !== "paste-end") return;
    const next = afterKey(view, key, typed, screen);
    if (rl.line !== next.text && next.outcome === undefined) retype(rl, next.text);
    line.current = next.text;
    setView(next);
    if (next.outcome !== undefined) done(next.outcome);
  });
  return view.outcome === undefined ? picture(view, screen, stage) : closing(view.outcome, screen, stage);
});

function picture(view: View, screen: Screen<unknown, unknown>, stage: Stage): [string, string] {
  const size = stage.size();
  const typed = screen.typing === "secret" ? "•".repeat(view.text.length) : view.text;
  const { content, below } = frame(
    {
      title: screen.title,
      progress: stage.progress,
      typed: screen.typing === "none" ? undefined : typed,
      help: view.help ? screen.help : [],
      keys: `${screen.keys} · esc back · ? help · ctrl-c leave`,
      body: (rows) => screen.draw(view.state, view.text, { columns: size.columns - 1, rows, paint: stage.paint }),
      board: screen.alone === true ? () => [] : stage.board,
    },
    { ...size, paint: stage.paint },
  );
  return [content, below];
}

/** The one line that stays of a question. */
function closing(outcome: Outcome<unknown>, screen: Screen<unknown, unknown>, { paint, size }: Stage): string {
  const room = size().columns - 1;
  if (outcome.kind === "back") return paint.dim(cutTo(`‹ ${screen.title}`, room));
  const { title, answer } = closingLine(screen.title, screen.summary(outcome.answer), room);
  return `${paint.green("✔")} ${paint.bold(title)} ${answer}`;
}

/** Why a question ended without an answer: what was waited for happened, or the terminal is gone. */
export type Ended = { readonly kind: "happened" };

/**
 * Asks one question on the terminal, or shows it until something has happened.
 * @throws what Inquirer throws at Ctrl-C (`ExitPromptError`), and when the terminal is gone (`AbortPromptError`)
 */
export async function show<S, A>(
  screen: Screen<S, A>,
  stage: Stage,
  happened?: Promise<void>,
): Promise<Outcome<A> | Ended> {
  // Safe: the machine's own states and answers go back into the machine that made them.
  const machine = screen as unknown as Screen<unknown, unknown>;
  const over = new AbortController();
  let hasHappened = false;
  void happened?.then(() => {
    hasHappened = true;
    over.abort();
  });
  const streams = {
    input: stage.input,
    output: stage.output,
    signal: over.signal,
    clearPromptOnDone: happened !== undefined,
  };
  // A multi-line paste then arrives as one, between two marks: xterm's "bracketed paste".
  stage.output.write("\u001b[?2004h");
  try {
    return (await prompt({ screen: machine, stage, gone: () => over.abort() }, streams)) as Outcome<A>;
  } catch (thrown) {
    if (hasHappened && thrown instanceof Error && thrown.name === "AbortPromptError") return { kind: "happened" };
    throw thrown;
  } finally {
    stage.output.write("\u001b[?2004l");
  }
}
