import { type Paint, paint } from "./paint.ts";
import { table } from "./table.ts";

/** One addon of a list. */
export interface AddonLine {
  readonly key: string;
  readonly about: string;
  readonly wanted: string | undefined;
  readonly installed:
    | { readonly version: string; readonly status: string; readonly ours: boolean; readonly asWanted: boolean }
    | undefined;
}

interface Shape {
  readonly color: boolean;
  readonly width: number;
}

/** All addons that there are, and which of them the inventory asks for. Ends with a newline. Pure. */
export function renderAddons(lines: readonly AddonLine[], { color, width }: Shape): string {
  const rows = lines.map(({ key, wanted, about }) => [key, wanted ?? "", about]);
  return draw([["ADDON", "VERSION", "WHAT IT IS"], ...rows], width, paint(color), () => true);
}

/** The addons of the inventory, and what the cluster has of them. Ends with a newline. Pure. */
export function renderAddonStatus(lines: readonly AddonLine[], { color, width }: Shape): string {
  if (lines.length === 0) return "The inventory asks for no addons. `drover addons list` shows what there is.\n";
  const rows = lines.map((line) => [line.key, stateOf(line), line.installed?.version ?? "", line.wanted ?? ""]);
  return draw(
    [["ADDON", "STATE", "IN THE CLUSTER", "IN THE INVENTORY"], ...rows],
    width,
    paint(color),
    (cells) => cells[1] === "deployed",
  );
}

/** One word of helm's, or why there is none. */
export function stateOf({ installed }: Pick<AddonLine, "installed">): string {
  if (installed === undefined) return "missing";
  if (!installed.ours) return `${installed.status}, not by Drover`;
  return installed.asWanted ? installed.status : `${installed.status}, another version`;
}

function draw(
  rows: readonly (readonly string[])[],
  width: number,
  color: Paint,
  isWell: (cells: readonly string[]) => boolean,
): string {
  const row = (line: string, cells: readonly string[]) => (isWell(cells) ? line : color.red(line));
  return `${table(rows, { width, head: color.dim, row }).slice(1).join("\n")}\n`;
}
