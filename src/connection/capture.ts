import { LineSplitter } from "./line-splitter.ts";

/** What a Capture is told. */
export interface CaptureOptions {
  /** The line after which the output is ours; undefined: all of it is. */
  readonly mark: string | undefined;
  /** Bytes; more than that and `onOverflow` is called, once. */
  readonly limit: number;
  readonly onOverflow: () => void;
  readonly onLine?: ((line: string) => void) | undefined;
}

/** Keeps one output stream exactly as it came, apart from what stood before the mark. */
export class Capture {
  readonly #options: CaptureOptions;
  readonly #lines: LineSplitter | undefined;
  readonly #mark: Buffer | undefined;
  #before: Buffer[] = [];
  /** The end of that, in which the mark may have begun: a login shell that prints on and on is not read again for each piece. */
  #seam: Buffer = Buffer.alloc(0);
  #chunks: Buffer[] = [];
  #size = 0;
  #begun: boolean;

  constructor(options: CaptureOptions) {
    this.#options = options;
    this.#lines = options.onLine === undefined ? undefined : new LineSplitter(options.onLine);
    this.#mark = options.mark === undefined ? undefined : Buffer.from(`${options.mark}\n`);
    this.#begun = this.#mark === undefined;
  }

  /** Whether the mark was seen: the script's own shell runs. */
  get begun(): boolean {
    return this.#begun;
  }

  /** What came before the mark. */
  get before(): string {
    return Buffer.concat(this.#before).toString("utf8");
  }

  /** What came after the mark, not trimmed. */
  get text(): string {
    return Buffer.concat(this.#chunks).toString("utf8");
  }

  /** The next bytes. */
  push(chunk: Buffer): void {
    if (this.#size > this.#options.limit) return;
    this.#size += chunk.length;
    if (this.#size > this.#options.limit) this.#options.onOverflow();
    else if (this.#begun) this.#keep(chunk);
    else this.#seek(chunk);
  }

  /** No more bytes. */
  end(): void {
    this.#lines?.end();
  }

  #keep(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#lines?.push(chunk);
  }

  #seek(chunk: Buffer): void {
    const mark = this.#mark ?? Buffer.alloc(0);
    const seam = Buffer.concat([this.#seam, chunk]);
    const at = seam.indexOf(mark);
    this.#before.push(chunk);
    this.#seam = seam.subarray(-mark.length);
    if (at === -1) return;
    this.#begun = true;
    const all = Buffer.concat(this.#before);
    const end = all.length - seam.length + at;
    this.#before = [all.subarray(0, end)];
    const ours = all.subarray(end + mark.length);
    if (ours.length > 0) this.#keep(ours);
  }
}
