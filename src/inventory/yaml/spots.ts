import { EVENT_ID, type Event, getScalarValue, SCALAR_STYLE, type ScalarEvent } from "js-yaml";
import type { Mistake, Path } from "../mistake.ts";
import type { SourceFile } from "./source-file.ts";

/** What a node of the file holds, with the place at which each child begins; empty for scalars. */
type Children = Map<string | number, Spot>;

/** One place in a file. For an entry of a mapping it is its key's, for an item of a list the item's. */
export interface Spot {
  readonly file: SourceFile;
  /** In characters, from the beginning of the file. */
  readonly offset: number;
  readonly children: ReadonlyMap<string | number, Spot>;
}

/** The places of everything in one document, and the keys that break it. */
export interface Spots {
  readonly root: Spot;
  /** Keys that are given twice, and `__proto__`, which JavaScript objects cannot hold safely. */
  readonly mistakes: readonly Mistake[];
}

/** js-yaml makes values without places; its events have both, so the places are read from them. */
class SpotReader {
  readonly mistakes: Mistake[] = [];
  readonly #anchors = new Map<string, Children>();
  readonly #events: readonly Event[];
  readonly #file: SourceFile;
  readonly #source: string;
  #next = 1;
  /** Offset up to which the text is accounted for. */
  #reached = 0;

  /** `events` of one document; the first one opens it. */
  constructor(events: readonly Event[], file: SourceFile) {
    this.#events = events;
    this.#file = file;
    this.#source = file.text;
  }

  /** Reads the node that begins at the next event. `before` is its offset if it is an empty scalar, which has none. */
  read(path: Path, before: number): Spot & { readonly children: Children } {
    const file = this.#file;
    const event = this.#events[this.#next++];
    if (event === undefined || event.type === EVENT_ID.DOCUMENT || event.type === EVENT_ID.POP) {
      return { file, offset: before, children: new Map() };
    }
    if (event.type === EVENT_ID.ALIAS) return this.#alias(event);
    const children: Children = new Map();
    if (event.anchorStart >= 0) this.#anchors.set(this.#source.slice(event.anchorStart, event.anchorEnd), children);
    this.#reached = Math.max(this.#reached, event.type === EVENT_ID.SCALAR ? event.valueEnd : event.start);
    if (event.type === EVENT_ID.SCALAR) return { file, offset: scalarOffset(event, before), children };
    if (event.type === EVENT_ID.MAPPING) this.#entries(path, event.start, children);
    else this.#items(path, event.start, children);
    return { file, offset: event.start, children };
  }

  /** An alias stands where it is written and holds what its anchor holds. */
  #alias(event: { readonly anchorStart: number; readonly anchorEnd: number }): Spot & { readonly children: Children } {
    this.#reached = event.anchorEnd;
    const children = this.#anchors.get(this.#source.slice(event.anchorStart, event.anchorEnd));
    return { file: this.#file, offset: event.anchorStart - 1, children: children ?? new Map() };
  }

  #entries(path: Path, start: number, children: Children): void {
    while (this.#more()) {
      const key = this.#peekText();
      const spot = this.read(path, start);
      const value = this.read([...path, key], spot.offset);
      if (children.has(key)) this.mistakes.push({ path: [...path, key], message: "is given twice" });
      if (key === "__proto__") this.mistakes.push({ path: [...path, key], message: "is not a key that can be used" });
      children.set(key, { file: this.#file, offset: spot.offset, children: value.children });
    }
  }

  #items(path: Path, start: number, children: Children): void {
    this.#reached = Math.max(this.#reached, start);
    while (this.#more()) {
      const index = children.size;
      children.set(index, this.read([...path, index], this.#isEmpty() ? this.#nextDash(start) : start));
    }
  }

  #isEmpty(): boolean {
    const event = this.#events[this.#next];
    return event?.type === EVENT_ID.SCALAR && event.valueStart < 0;
  }

  /** Where the dash of an empty item is; in a flow list (`[a, , b]`) there is none, and its start must do. */
  #nextDash(start: number): number {
    const distance = this.#source.slice(this.#reached).search(/-(?=\s|$)/);
    if (distance < 0) return start;
    this.#reached += distance + 1;
    return this.#reached - 1;
  }

  /** Whether the collection goes on; its end is stepped over. */
  #more(): boolean {
    const event = this.#events[this.#next];
    if (event !== undefined && event.type !== EVENT_ID.POP) return true;
    this.#next += 1;
    return false;
  }

  #peekText(): string {
    const event = this.#events[this.#next];
    return event?.type === EVENT_ID.SCALAR && event.valueStart >= 0 ? getScalarValue(this.#source, event) : "";
  }
}

function scalarOffset(event: ScalarEvent, before: number): number {
  if (event.valueStart < 0) return before;
  const inQuotes = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
  return inQuotes ? event.valueStart - 1 : event.valueStart;
}

/** The places of one document's events. A key that is given twice is found at its second place, where it is wrong. */
export function readSpots(events: readonly Event[], file: SourceFile): Spots {
  const reader = new SpotReader(events, file);
  const root = reader.read([], 0);
  return { root, mistakes: reader.mistakes };
}

/** The place of the deepest part of this path that is there. */
export function spotAt(root: Spot, path: Path): Spot {
  let spot = root;
  for (const part of path) {
    const child = spot.children.get(part);
    if (child === undefined) return spot;
    spot = child;
  }
  return spot;
}
