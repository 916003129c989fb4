import type * as z from "zod";
import { DroverError } from "../core/errors.ts";
import type { Document, LocatedMistake } from "./document.ts";
import { type Draft, draftOf } from "./draft.ts";
import { explainIssue } from "./explain.ts";
import { expandHosts } from "./hosts/expand-hosts.ts";
import { noSshConfig, type Reach, type SshWorld } from "./hosts/reach.ts";
import { reachHosts, withReach } from "./hosts/said.ts";
import { type Mistake, type Path, pathText } from "./mistake.ts";
import { rules } from "./rules/rules.ts";
import { completeHost } from "./schema/hosts.ts";
import { type Inventory, type InventoryHost, inventorySchema } from "./schema/inventory.ts";
import { type Place, placesIn } from "./yaml/line-column.ts";
import type { SourceFile } from "./yaml/source-file.ts";
import { spotAt } from "./yaml/spots.ts";

/** An inventory without mistakes, and where in its files its parts are. */
export interface Checked {
  readonly inventory: Inventory;
  readonly document: Document;
  /** Where a path of `inventory.hosts` is written: at the host's entry, or at a group. */
  readonly locate: (path: Path) => Path;
  /** The ways to `inventory.hosts`, one for each. */
  readonly reached: readonly Reach[];
}

/** All mistakes as lines `inventory.yaml:12:5 hosts[1].roles: ...`, file by file, in the order of the files. */
function describe(mistakes: readonly LocatedMistake[]): readonly string[] {
  const files = new Map<SourceFile, (offset: number) => Place>();
  for (const { spot } of mistakes) if (!files.has(spot.file)) files.set(spot.file, placesIn(spot.file.text));
  const lines = [...files].flatMap(([file, placeIn]) =>
    mistakes
      .filter(({ spot }) => spot.file === file)
      .map((mistake) => ({ ...mistake, place: placeIn(mistake.spot.offset) }))
      .sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column)
      .map(({ path, message, place }) => {
        const where = `${file.name}:${place.line}:${place.column}`;
        return path.length === 0 ? `${where}: ${message}` : `${where} ${pathText(path)}: ${message}`;
      }),
  );
  // A range of hosts makes one mistake as often as it has hosts.
  return [...new Set(lines)];
}

/** The error that tells these mistakes. `name` is the inventory's own file. */
export function invalid(name: string, mistakes: readonly LocatedMistake[]): DroverError {
  const details = describe(mistakes);
  const count = details.length === 1 ? "1 mistake" : `${details.length} mistakes`;
  return new DroverError("inventory/invalid", `${name} has ${count}`, {
    remedy: "Correct these lines; inventory.example.yaml explains every key.",
    details,
  });
}

/** Ways that Drover cannot take, each at the address that leads there. */
function dead(reached: readonly (Reach | undefined)[]): readonly Mistake[] {
  return reached.flatMap((way, index): Mistake[] =>
    way?.problem === undefined ? [] : [{ path: ["hosts", index, "address"], message: `${way.alias} ${way.problem}` }],
  );
}

/** zod would make and compile a function for each object of the schema, which takes longer than checking an inventory. */
const asItIs = { jitless: true };

function completed(hosts: Draft["hosts"]): readonly InventoryHost[] {
  return (hosts ?? []).map((host) => completeHost.parse(host, asItIs));
}

/** Without how long something is that is of the wrong kind: zod counts the letters of a text where a list should be. */
function withoutLengths(issues: readonly z.core.$ZodIssue[]): readonly z.core.$ZodIssue[] {
  const place = ({ path }: z.core.$ZodIssue) => JSON.stringify(path);
  const misfits = new Set(issues.flatMap((issue) => (issue.code === "invalid_type" ? [place(issue)] : [])));
  return issues.filter((issue) => issue.code === "invalid_type" || !misfits.has(place(issue)));
}

/**
 * Holds an inventory against schema and rules, with what ~/.ssh/config says of its hosts. References to secrets stay references.
 * @throws DroverError inventory/invalid with every mistake as a detail, each with its file and line
 */
export function checkInventory(document: Document, world: SshWorld = noSshConfig): Checked {
  const parsed = inventorySchema.safeParse(document.value, asItIs);
  const issues = parsed.error?.issues ?? [];
  const refused = issues.filter((issue) => issue.code !== "unrecognized_keys");
  const draft = draftOf(
    document.value,
    refused.map((issue) => issue.path.map((part) => (typeof part === "symbol" ? String(part) : part))),
  );
  const { hosts, locate, mistakes } = expandHosts(draft);
  const expanded = { ...draft, hosts };
  const reached = reachHosts(expanded, world);
  const judged = withReach(expanded, reached);
  const found: readonly Mistake[] = [
    ...withoutLengths(issues).flatMap((issue) => explainIssue(issue, document.value)),
    ...mistakes,
    ...[...dead(reached), ...rules.flatMap((rule) => rule(judged, locate))].map((mistake) => ({
      ...mistake,
      path: locate(mistake.path),
    })),
  ];
  const located = found.map((mistake) => ({ ...mistake, spot: spotAt(document.root, mistake.path) }));
  const all = [...document.mistakes, ...located];
  if (!parsed.success || all.length > 0) throw invalid(document.root.file.name, all);
  const { groups: _, ...settings } = parsed.data;
  const ways = reached.filter((way) => way !== undefined);
  return { inventory: { ...settings, hosts: completed(hosts) }, document, locate, reached: ways };
}
