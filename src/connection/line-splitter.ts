import { StringDecoder } from "node:string_decoder";

/** Cuts a stream of bytes into lines, wherever the chunks begin and end, also in the middle of a character. */
export class LineSplitter {
  readonly #decoder = new StringDecoder("utf8");
  readonly #onLine: (line: string) => void;
  #begun: string[] = [];

  /** @param onLine gets each line without its newline */
  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  /** The next bytes. */
  push(chunk: Buffer): void {
    this.#take(this.#decoder.write(chunk));
  }

  /** No more bytes: a last line without a newline is a line too. */
  end(): void {
    this.#take(this.#decoder.end());
    const last = this.#begun.join("");
    this.#begun = [];
    if (last !== "") this.#onLine(last);
  }

  #take(text: string): void {
    const [first = "", ...rest] = text.split("\n");
    this.#begun.push(first);
    for (const next of rest) {
      const line = this.#begun.join("");
      this.#begun = [next];
      this.#onLine(line);
    }
  }
}
