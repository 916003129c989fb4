import type { WriteStream } from "node:tty";

/** The sequences that a live view uses: CSI, its parameters, its final letter. */
const sequence = /\u001b\[([?0-9;]*)([A-Za-z])/y;

/**
 * A double of a terminal, as small as the live view's vocabulary: it keeps the lines that a person would see, scrolls,
 * and counts what it does not understand. Real ones were looked at by hand.
 */
export class FakeTerminal {
  columns: number;
  rows: number;
  readonly isTTY = true;
  /** All that was written, as it came. */
  raw = "";
  readonly unknown: string[] = [];
  /** Called at every write, before it is drawn. */
  onWrite: (text: string) => void = () => undefined;
  cursorHidden = false;
  /** The most lines there ever were: more than `rows` means that something scrolled out. */
  tallest = 1;
  #lines: string[] = [""];
  #row = 0;
  #column = 0;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
  }

  /** The stream to give to a view: only write, columns, rows and isTTY of it are real. */
  get stream(): WriteStream {
    // Safe: listr2 and log-update use no more of a stream than what this class has.
    return this as unknown as WriteStream;
  }

  write = (chunk: string | Uint8Array): boolean => {
    const text = String(chunk);
    this.onWrite(text);
    this.raw += text;
    for (let index = 0; index < text.length; ) index += this.#consume(text, index);
    return true;
  };

  /** Everything from the first line on, scrolled out or not, without the blanks at line ends and below. */
  get text(): string {
    return this.#lines
      .map((line) => line.trimEnd())
      .join("\n")
      .trimEnd();
  }

  #consume(text: string, index: number): number {
    sequence.lastIndex = index;
    const match = sequence.exec(text);
    if (match !== null) {
      this.#obey(match[1] ?? "", match[2] ?? "");
      return match[0].length;
    }
    const character = String.fromCodePoint(text.codePointAt(index) ?? 0);
    if (character === "\n") this.#newline();
    else if (character === "\u001b") this.unknown.push(text.slice(index, index + 10));
    else this.#put(character);
    return character.length;
  }

  #newline(): void {
    this.#row += 1;
    this.#column = 0;
    if (this.#row === this.#lines.length) this.#lines.push("");
    this.tallest = Math.max(this.tallest, this.#lines.length);
  }

  #put(character: string): void {
    if (this.#column === this.columns) this.#newline();
    const line = (this.#lines[this.#row] ?? "").padEnd(this.#column);
    this.#lines[this.#row] = line.slice(0, this.#column) + character + line.slice(this.#column + 1);
    this.#column += 1;
  }

  #obey(parameters: string, letter: string): void {
    const amount = Number(parameters === "" ? 1 : parameters);
    const top = Math.max(0, this.#lines.length - this.rows);
    if (letter === "A") this.#row = Math.max(top, this.#row - amount);
    else if (letter === "B") this.#row = Math.min(this.#lines.length - 1, this.#row + amount);
    else if (letter === "G") this.#column = amount - 1;
    else if (letter === "K" && parameters === "2") this.#lines[this.#row] = "";
    else if (letter === "K") this.#lines[this.#row] = (this.#lines[this.#row] ?? "").slice(0, this.#column);
    else if (parameters === "?25") this.cursorHidden = letter === "l";
    else if (letter !== "m" && parameters !== "?2026") this.unknown.push(`${parameters}${letter}`);
  }
}
