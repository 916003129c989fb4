import type { Paint } from "../../view/paint.ts";

/** One key press, as readline names it. */
export interface Key {
  readonly name: string;
  readonly shift: boolean;
  readonly ctrl: boolean;
  /** So soon after the one before that no person pressed it: a text is being pasted. */
  readonly quick: boolean;
}

/** What there is to draw on. */
export interface Room {
  readonly columns: number;
  /** Lines that the screen itself may take at most. */
  readonly rows: number;
  readonly paint: Paint;
}

/** What a key press leads to: another state (and perhaps another typed text), or the answer. */
export type Pressed<S, A> = { readonly state: S; readonly text?: string } | { readonly answer: A };

/** One question as a pure machine: keys go in, lines come out. Help and the way back are not its business. */
export interface Screen<S, A> {
  readonly title: string;
  /** Shown at `?`: what the question means, and what follows from the answer. */
  readonly help: readonly string[];
  /** Its own keys, for the last line. */
  readonly keys: string;
  readonly typing: "text" | "secret" | "none";
  /** The machines are its own subject: they are not shown beside it. */
  readonly alone?: boolean;
  readonly start: S;
  /** What stands in the line already. */
  readonly text?: string;
  readonly press: (state: S, key: Key, text: string) => Pressed<S, A>;
  /** The lines below the question; they are cut to the room. */
  readonly draw: (state: S, text: string, room: Room) => readonly string[];
  /** The answer in a few words, for the line that stays. */
  readonly summary: (answer: A) => string;
}

/** An answer, or the wish to go back to the question before. */
export type Outcome<A> = { readonly kind: "answer"; readonly answer: A } | { readonly kind: "back" };

/** Whether a key is Enter, under either of its names. */
export function isEnter({ name }: Key): boolean {
  return name === "return" || name === "enter";
}
