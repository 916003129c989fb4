import { constants } from "node:fs";
import { access, readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { hostsLines, type OutsideName, outsideNames } from "../../addons/outside-names.ts";
import type { Cluster } from "../../core/cluster.ts";
import { DroverError } from "../../core/errors.ts";
import { oneSpelling } from "../../core/one-spelling.ts";
import { inOneLine } from "../../core/printable.ts";
import { type Marks, withBlock, withoutBlock } from "../../steps/os/hosts-file.ts";
import { renderDiff } from "../../view/diff.ts";
import { paint } from "../../view/paint.ts";
import { createAsk } from "../ask.ts";
import { type Context, canAsk, wantsColor } from "../context.ts";
import { writeHostsFile } from "./hosts-file.ts";

/** What is to be done about the names, and where. */
export interface NamesOptions {
  readonly write?: boolean;
  readonly remove?: boolean;
  readonly file: string;
  readonly yes?: boolean;
}

/** What a person reads, in the form of a hosts file. */
export function renderNames(names: readonly OutsideName[]): string {
  if (names.length === 0) return "# The inventory asks for nothing that is reached by a name from outside.\n";
  const blocks = names.map((one) => {
    const lines = hostsLines([one]).map(({ address, name }) => `${address} ${name}`);
    const others = one.leadsTo.filter((target) => !lines.some((line) => line.startsWith(`${target} `)));
    const aliases = others.map((target) => `# in your DNS: ${one.name} as a CNAME of ${target}`);
    return [`# ${one.use}`, ...lines, ...aliases].join("\n");
  });
  return `${blocks.join("\n")}\n`;
}

/**
 * Puts the names into this machine's hosts file, as a block of this cluster's, or takes that block out; shows the change and
 * asks before. Says whether that was agreed to.
 * @throws DroverError `names/file-unusable`, `cli/usage`, `cli/no-terminal`
 */
export async function changeNames(cluster: Cluster, options: NamesOptions, context: Context): Promise<boolean> {
  const file = resolve(context.cwd, options.file);
  const before = await readFile(file, "utf8").catch((cause: unknown) => {
    throw unusable(`${file} cannot be read`, "Name another file with --file.", cause);
  });
  const after = options.remove === true ? withoutBlock(before, marksOf(cluster)) : withNames(before, cluster, file);
  if (after === undefined) throw unusable(`the marks of Drover in ${file} do not fit together`, brokenRemedy(cluster));
  if (after === before) {
    context.stdout.write(`${file} is as wanted already.\n`);
    return true;
  }
  context.stdout.write(
    `${renderDiff(before, after, { paint: paint(wantsColor(context, context.stdout)), limit: 200 }).join("\n")}\n`,
  );
  const ask = createAsk(context, () => Promise.resolve());
  if (options.yes !== true && !(await ask.confirm(`Change ${file} like this?`, "Pass --yes."))) return false;
  const mayWrite = await access(file, constants.W_OK).then(
    () => true,
    () => false,
  );
  await writeHostsFile({ file, text: after, mayWrite, canAsk: canAsk(context) });
  context.stdout.write(`${file} is changed.\n`);
  return true;
}

function withNames(before: string, cluster: Cluster, file: string): string | undefined {
  const names = outsideNames(cluster);
  const lines = hostsLines(names);
  if (lines.length === 0) throw nothingToWrite(names);
  const rest = withoutBlock(before, marksOf(cluster));
  const conflict = rest === undefined ? undefined : otherAddress(rest, lines);
  if (conflict === undefined) return withBlock(before, lines, marksOf(cluster));
  throw unusable(
    `${file} leads ${conflict.name} to ${inOneLine(conflict.address)} already`,
    "Take that line out of it.",
  );
}

/** A line of somebody else's that gives a name another address: the first line of a hosts file counts, in whatever case. */
function otherAddress(text: string, lines: ReturnType<typeof hostsLines>) {
  for (const row of text.split("\n")) {
    const [address = "", ...words] = row.replace(/#.*/, "").trim().split(/\s+/);
    const known = new Set(words.map((word) => word.toLowerCase()));
    const wanted = lines.filter(({ name }) => known.has(name.toLowerCase()));
    const [first] = wanted;
    const isWanted = wanted.some((line) => oneSpelling(line.address) === oneSpelling(address));
    if (first !== undefined && !isWanted) return { name: first.name, address };
  }
  return undefined;
}

function marksOf({ name }: Cluster): Marks {
  return { begin: `# BEGIN drover names of ${name}`, end: `# END drover names of ${name}` };
}

function brokenRemedy(cluster: Cluster): string {
  const { begin, end } = marksOf(cluster);
  return `Leave one "${begin}" and one "${end}" after it in the file, or remove both.`;
}

function nothingToWrite([first]: readonly OutsideName[]): DroverError {
  if (first === undefined)
    return new DroverError("cli/usage", "the inventory asks for nothing that is reached by a name from outside", {
      remedy: "`drover addons enable rancher` does. To take names out of the file again, pass --remove.",
    });
  return new DroverError("cli/usage", "the workers are known by name alone, and a hosts file knows addresses", {
    remedy: `Have your DNS know ${first.name} as a CNAME of ${first.leadsTo.join(" or ")}.`,
  });
}

function unusable(message: string, remedy: string, cause?: unknown): DroverError {
  return new DroverError("names/file-unusable", message, { remedy, cause });
}
