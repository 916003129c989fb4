import { oneSpelling } from "../../core/one-spelling.ts";

/** A name and the address it must resolve to. */
export interface NameEntry {
  readonly name: string;
  readonly address: string;
  /** Longer names of the same machine, `h1.example.com`: the first one is what `hostname -f` says. */
  readonly aliases?: readonly string[];
}

/** The two lines between which a block of ours stands. */
export interface Marks {
  readonly begin: string;
  readonly end: string;
}

const hostMarks: Marks = { begin: "# BEGIN drover", end: "# END drover" };

/** What stands between the two marks: the number of lines before, and after, or why that cannot be told. */
type Block = { readonly from: number; readonly to: number } | "none" | "broken";

function findBlock(rows: readonly string[], { begin, end }: Marks = hostMarks): Block {
  const begins = rows.flatMap((row, index) => (row.trim() === begin ? [index] : []));
  const ends = rows.flatMap((row, index) => (row.trim() === end ? [index] : []));
  const [from] = begins;
  const [to] = ends;
  if (from === undefined && to === undefined) return "none";
  if (begins.length !== 1 || ends.length !== 1 || from === undefined || to === undefined || to < from) return "broken";
  return { from, to };
}

function lineOf({ name, address, aliases = [] }: NameEntry): string {
  return [address, ...aliases, name].join(" ");
}

/** The file with our block in it, in its place or at the end; undefined if the marks in it do not fit together. */
export function withBlock(text: string, entries: readonly NameEntry[], marks: Marks = hostMarks): string | undefined {
  const rows = text.split("\n");
  const block = findBlock(rows, marks);
  if (block === "broken") return undefined;
  const ours = [marks.begin, ...entries.map(lineOf), marks.end];
  if (block !== "none") return [...rows.slice(0, block.from), ...ours, ...rows.slice(block.to + 1)].join("\n");
  const open = text === "" || text.endsWith("\n") ? text : `${text}\n`;
  return `${open}${ours.join("\n")}\n`;
}

/** The file without the block between these marks; undefined if they do not fit together. */
export function withoutBlock(text: string, marks: Marks): string | undefined {
  const rows = text.split("\n");
  const block = findBlock(rows, marks);
  if (block === "broken") return undefined;
  return block === "none" ? text : [...rows.slice(0, block.from), ...rows.slice(block.to + 1)].join("\n");
}

// The C library knows no capital letters in names.
function isOwn(word: string, own: string): boolean {
  const name = word.toLowerCase();
  return name === own || name.startsWith(`${own}.`);
}

/** The old hostname replaced on lines of 127.0.1.1, where Debian's installer puts it; also in `name.domain`. */
export function renameLoopback(text: string, oldName: string, newName: string): string {
  if (oldName === "" || oldName === newName) return text;
  const renamed = (word: string) => (isOwn(word, oldName.toLowerCase()) ? newName + word.slice(oldName.length) : word);
  return text.replace(/^([ \t]*127\.0\.1\.1)([ \t][^\n#]*)/gm, (_, address: string, names: string) => {
    return address + names.replace(/[^ \t\r]+/g, renamed);
  });
}

const loopbackLine = /^([ \t]*(?:127\.\d+\.\d+\.\d+|::1)(?=[ \t]))([^\n#]*)(.*)$/gm;

/**
 * The host's own name taken off loopback addresses, where installers and cloud-init put it (127.0.1.1): programs that look
 * themselves up would otherwise listen on, and tell others, an address that nobody else can reach. A line that held nothing
 * else stays as a comment.
 */
export function offLoopback(text: string, own: string): string {
  return text.replace(loopbackLine, (line, address: string, names: string, rest: string) => {
    const words = names.trim().split(/\s+/);
    const kept = words.filter((word) => !isOwn(word, own));
    if (kept.length === words.length) return line;
    return kept.length === 0
      ? `# drover: its address is below # ${line}`
      : `${address} ${kept.join(" ")}${/\s*$/.exec(names)?.[0] ?? ""}${rest}`;
  });
}

/** The longer names of the host, as loopback lines or our own block have them, in small letters. */
export function longNames(text: string, own: string): readonly string[] {
  const words = text.split("\n").flatMap((row) => {
    const [address = "", ...names] = row.replace(/#.*/, "").trim().toLowerCase().split(/\s+/);
    return address.startsWith("127.") || address === "::1" || names.includes(own) ? names : [];
  });
  const valid = words.filter((word) => word.startsWith(`${own}.`) && /^[a-z0-9.-]{1,253}$/.test(word));
  return [...new Set(valid)].slice(0, 5);
}

/** A line outside our block that gives one of the names another address. */
export interface Conflict extends NameEntry {
  /** Counted from 1. */
  readonly line: number;
}

/** The first such line. `own` may point to a loopback address: so installers do it, and RKE does not mind. */
export function findConflict(text: string, entries: readonly NameEntry[], own: string): Conflict | undefined {
  const rows = text.split("\n");
  const block = findBlock(rows);
  const wanted = new Map(entries.map(({ name, address }) => [name, oneSpelling(address)]));
  for (const [index, row] of rows.entries()) {
    if (typeof block === "object" && index >= block.from && index <= block.to) continue;
    const [address = "", ...names] = row.replace(/#.*/, "").trim().split(/\s+/);
    const loopback = address.startsWith("127.") || address === "::1";
    const isOther = (word: string) => wanted.has(word) && wanted.get(word) !== oneSpelling(address);
    const name = names.map((word) => word.toLowerCase()).find((word) => isOther(word) && !(loopback && word === own));
    // A name may have one address of each family.
    if (name !== undefined && address.includes(":") === wanted.get(name)?.includes(":")) {
      return { name, address, line: index + 1 };
    }
  }
  return undefined;
}
