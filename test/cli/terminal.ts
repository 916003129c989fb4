import { type ChildProcess, execFileSync, type SpawnOptions, spawn } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { resolve } from "node:path";
import headless from "@xterm/headless";
import { quote } from "../../src/core/shell.ts";

const main = resolve(import.meta.dirname, "../../src/cli/main.ts");
const slowPty = resolve(import.meta.dirname, "slow-pty.py");

/** Keys that send more than their letter. */
export const keys = {
  enter: "\r",
  escape: "\u001b",
  up: "\u001b[A",
  down: "\u001b[B",
  right: "\u001b[C",
  shiftTab: "\u001b[Z",
  tab: "\t",
  space: " ",
  ctrlC: "\u0003",
  ctrlD: "\u0004",
  ctrlZ: "\u001a",
} as const;

/** How a program in a terminal is started. */
export interface TerminalOptions {
  readonly cwd: string;
  readonly home: string;
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Starts it from an interactive bash, which can stop it and go on with it. */
  readonly fromShell?: boolean;
  /** It takes no more bytes a second than this, as at the end of a slow line; what is too much waits in the kernel. */
  readonly rate?: number;
}

/**
 * The program in a real pseudo-terminal, which script(1) of util-linux gives it, drawn by a real terminal emulator
 * (xterm's): what `screen` says is what a person would see.
 */
export class Terminal {
  readonly #screen: InstanceType<typeof headless.Terminal>;
  readonly #child: ChildProcess;
  readonly ended: Promise<number | null>;
  /** Whether the program ever moved the cursor or erased anything. */
  moved = false;
  /** All that was ever written to the terminal, codes and what was erased since too. */
  written = "";

  constructor(
    args: readonly string[],
    { cwd, home, columns = 80, rows = 24, env = {}, fromShell = false, rate }: TerminalOptions,
  ) {
    this.#screen = new headless.Terminal({ cols: columns, rows, scrollback: 5000, allowProposedApi: true });
    const words = [process.execPath, main, ...args].map(quote).join(" ");
    const first = fromShell ? "bash --norc --noprofile -i" : words;
    const command = `stty rows ${rows} cols ${columns}; exec ${first}`;
    const options: SpawnOptions = {
      cwd,
      env: { PATH: process.env["PATH"] ?? "", TERM: "xterm-256color", HOME: home, SHELL: "/bin/sh", TZ: "UTC", ...env },
      stdio: ["pipe", "pipe", "ignore"],
    };
    this.#child =
      rate === undefined
        ? spawn("script", ["-qfec", command, "/dev/null"], options)
        : spawn("python3", [slowPty, `${rate}`, `${rows}`, `${columns}`, command], options);
    this.#child.stdout?.on("data", (chunk: Buffer) => {
      this.moved ||= /\u001b\[[0-9;?]*[A-HJKfhl]/.test(chunk.toString("latin1"));
      this.written += chunk.toString("latin1");
      this.#screen.write(chunk);
    });
    if (fromShell) this.type(`${words}\r`);
    // What is typed at a program that has just ended is lost.
    this.#child.stdin?.on("error", () => {});
    // The emulator reads what it got a little later, and calls back once it has.
    this.ended = new Promise((done) => {
      this.#child.once("close", (code) => this.#screen.write("", () => done(code)));
    });
  }

  /** What the terminal shows, from its first line to the cursor's screen, without blanks at the ends of lines. */
  screen(): string {
    const { active } = this.#screen.buffer;
    const lines = Array.from(
      { length: active.length },
      (_, index) => active.getLine(index)?.translateToString(true) ?? "",
    );
    return lines.join("\n").trimEnd();
  }

  /** The rows that are seen without scrolling back. */
  visible(): readonly string[] {
    const { active } = this.#screen.buffer;
    return Array.from(
      { length: this.#screen.rows },
      (_, row) => active.getLine(active.baseY + row)?.translateToString(true) ?? "",
    );
  }

  /** The colours in which something is written, as numbers of the palette. */
  colours(): readonly number[] {
    const { active } = this.#screen.buffer;
    const found = new Set<number>();
    for (let row = 0; row < active.length; row += 1) {
      const line = active.getLine(row);
      for (let column = 0; column < this.#screen.cols; column += 1) {
        const cell = line?.getCell(column);
        if (cell !== undefined && !cell.isFgDefault() && cell.getChars().trim() !== "") found.add(cell.getFgColor());
      }
    }
    return [...found].sort((a, b) => a - b);
  }

  /** The letters and digits seen in green, yellow or cyan, which many palettes have too pale to be read on white. */
  pale(): string {
    const { active } = this.#screen.buffer;
    const pale = [2, 3, 6, 10, 11, 14];
    const rows = Array.from({ length: active.length }, (_, row) => active.getLine(row));
    return rows
      .flatMap((line) => Array.from({ length: this.#screen.cols }, (_, column) => line?.getCell(column)))
      .filter((cell) => cell !== undefined && !cell.isFgDefault() && pale.includes(cell.getFgColor()))
      .map((cell) => cell?.getChars() ?? "")
      .filter((letter) => /[\p{L}\p{N}]/u.test(letter))
      .join("");
  }

  /** Sends keys as they are. */
  type(text: string): void {
    this.#child.stdin?.write(text);
  }

  /** Sends a text as terminals send what was pasted. */
  paste(text: string): void {
    this.type(`\u001b[200~${text.replaceAll("\n", "\r")}\u001b[201~`);
  }

  /** Waits until the last question on the screen is this one. */
  async question(title: string): Promise<void> {
    await this.until((screen) => screen.slice(screen.lastIndexOf("\n? ") + 1).startsWith(`? ${title}`), title);
  }

  /** Waits until the screen shows this text. */
  async shows(text: string): Promise<void> {
    await this.until((screen) => screen.includes(text), text);
  }

  async until(isSo: (screen: string) => boolean, what: string): Promise<void> {
    const deadline = performance.now() + 120_000;
    while (!isSo(`\n${this.screen()}`)) {
      if (performance.now() > deadline) throw new Error(`never seen: ${what}. The screen:\n${this.screen()}`);
      await new Promise((done) => setTimeout(done, 20));
    }
  }

  /**
   * Presses Enter on an empty line, as a person does who has looked at the screen first: one that comes within milliseconds of
   * the key before it is the end of a pasted line, and is left alone (`quick` in src/wizard/screens/screen.ts).
   */
  async enter(): Promise<void> {
    await new Promise((done) => setTimeout(done, 50));
    this.type(keys.enter);
  }

  /** Waits for a question and answers it. */
  async answer(title: string, text: string = keys.enter): Promise<void> {
    await this.question(title);
    this.type(text);
  }

  /** The window is drawn larger or smaller: the program gets SIGWINCH. */
  resize(columns: number, rows: number): void {
    const tty = readlinkSync(`/proc/${this.#program()}/fd/0`);
    this.#screen.resize(columns, rows);
    execFileSync("stty", ["-F", tty, "rows", String(rows), "cols", String(columns)]);
  }

  /** Closes the terminal, and waits until the program is gone too: then it writes nothing more. */
  async gone(): Promise<void> {
    const program = this.#program();
    this.close();
    await this.ended;
    const state = (): string => {
      try {
        return readFileSync(`/proc/${program}/stat`, "utf8")
          .replace(/^.*\) /s, "")
          .slice(0, 1);
      } catch {
        return "";
      }
    };
    while (program !== undefined && !["", "Z", "X"].includes(state()))
      await new Promise((done) => setTimeout(done, 20));
  }

  /** The process id of the program; undefined once it has ended. */
  #program(): string | undefined {
    const script = this.#child.pid ?? 0;
    try {
      return readFileSync(`/proc/${script}/task/${script}/children`, "utf8").split(" ")[0] || undefined;
    } catch {
      return undefined;
    }
  }

  /** The terminal goes, as when a window is closed: the program gets SIGHUP, and its input ends. */
  close(): void {
    this.#child.kill("SIGKILL");
  }
}
