/** A piece of POSIX shell text. Made by the `sh` tag alone, so that nothing enters it unquoted by accident. */
export class Sh {
  readonly text: string;

  private constructor(text: string) {
    this.text = text;
  }

  /** For the `sh` tag and for constants of this program; never for text that came from outside. */
  static trusted(text: string): Sh {
    return new Sh(text);
  }
}

/** What may stand in a `sh` template: values are quoted, arrays become quoted words, Sh stays as it is. */
export type ShValue = string | number | Sh | readonly (string | number)[];

/**
 * One word that any POSIX shell reads back as exactly this string.
 * Single quotes only: zx's `$'...'` is a bash-ism that dash does not know.
 * @throws RangeError on a NUL byte, which no argument can carry.
 */
export function quote(word: string): string {
  if (word.includes("\0")) throw new RangeError("a shell word cannot hold a NUL byte");
  if (/^[A-Za-z0-9_\-+=:,./@]+$/.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function render(value: ShValue): string {
  if (value instanceof Sh) return value.text;
  if (typeof value === "string" || typeof value === "number") return quote(String(value));
  return value.map((word) => quote(String(word))).join(" ");
}

/**
 * The only way to write shell text: sh`cat ${path}`. The text is taken raw (`\n` stays two characters, for printf and awk),
 * values are quoted.
 */
export function sh(text: TemplateStringsArray, ...values: readonly ShValue[]): Sh {
  const parts = text.raw.map((part, index) => {
    const value = values[index];
    return value === undefined ? part : part + render(value);
  });
  return Sh.trusted(parts.join(""));
}

/** Several commands, one after the other, whatever each returns; `glue` may be " && ", to stop at the first failure. */
export function joinSh(commands: readonly Sh[], glue = "\n"): Sh {
  return Sh.trusted(commands.map((command) => command.text).join(glue));
}

/**
 * Does this once when the shell ends, also where a signal ends it: dash runs no EXIT trap by itself then. A host that shuts down
 * sends TERM, a line that is gone PIPE to what prints. Nothing helps against KILL.
 */
export function atExit(cleanup: Sh): Sh {
  return sh`trap ${cleanup.text} EXIT && trap 'exit 143' HUP INT PIPE TERM`;
}
