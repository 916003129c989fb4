/** A name and the address it must resolve to. */
export interface NameEntry {
  readonly name: string;
  readonly address: string;
}

const begin = "# BEGIN drover";
const end = "# END drover";

/** What stands between the two marks: the number of lines before, and after, or why that cannot be told. */
type Block = { readonly from: number; readonly to: number } | "none" | "broken";

function findBlock(rows: readonly string[]): Block {
  const begins = rows.flatMap((row, index) => (row.trim() === begin ? [index] : []));
  const ends = rows.flatMap((row, index) => (row.trim() === end ? [index] : []));
  const [from] = begins;
  const [to] = ends;
  if (from === undefined && to === undefined) return "none";
  if (begins.length !== 1 || ends.length !== 1 || from === undefined || to === undefined || to < from) return "broken";
  return { from, to };
}

/** The file with our block in it, in its place or at the end; undefined if the marks in it do not fit together. */
export function withBlock(text: string, entries: readonly NameEntry[]): string | undefined {
  const rows = text.split("\n");
  const block = findBlock(rows);
  if (block === "broken") return undefined;
  const ours = [begin, ...entries.map(({ name, address }) => `${address} ${name}`), end];
  if (block !== "none") return [...rows.slice(0, block.from), ...ours, ...rows.slice(block.to + 1)].join("\n");
  const open = text === "" || text.endsWith("\n") ? text : `${text}\n`;
  return `${open}${ours.join("\n")}\n`;
}

/** The old hostname replaced on lines of 127.0.1.1, where Debian's installer puts it; also in `name.domain`. */
export function renameLoopback(text: string, oldName: string, newName: string): string {
  if (oldName === "" || oldName === newName) return text;
  const renamed = (word: string) =>
    word === oldName ? newName : word.startsWith(`${oldName}.`) ? newName + word.slice(oldName.length) : word;
  return text.replace(/^([ \t]*127\.0\.1\.1)([ \t][^\n#]*)/gm, (_, address: string, names: string) => {
    return address + names.replace(/[^ \t\r]+/g, renamed);
  });
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
  const wanted = new Map(entries.map(({ name, address }) => [name, address]));
  for (const [index, row] of rows.entries()) {
    if (typeof block === "object" && index >= block.from && index <= block.to) continue;
    const [address = "", ...names] = row.replace(/#.*/, "").trim().split(/\s+/);
    const loopback = address.startsWith("127.") || address === "::1";
    const name = names.find((word) => wanted.has(word) && wanted.get(word) !== address && !(loopback && word === own));
    // A name may have one address of each family.
    if (name !== undefined && address.includes(":") === wanted.get(name)?.includes(":")) {
      return { name, address, line: index + 1 };
    }
  }
  return undefined;
}
