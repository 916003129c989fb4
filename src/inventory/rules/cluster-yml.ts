import { type Complaint, complaintsAbout } from "../../engines/rke/cluster-yml-check.ts";
import { objectionsTo } from "../../engines/rke/cluster-yml-patch.ts";
import { type Mistake, quoted } from "../mistake.ts";
import { suggest } from "../suggest.ts";
import type { Rule } from "./rule.ts";

/** So many keys are listed where none is near. */
const listed = 12;

/** RKE ignores a key that it does not know, and a wrong kind of value stops it with a line number of another file. */
export const clusterYmlIsKnownToRke: Rule = (draft) =>
  complaintsAbout(draft.rke?.clusterYml).map((complaint): Mistake => {
    const path = ["rke", "clusterYml", ...complaint.path];
    return { path, message: complaint.kind === "wrong" ? `must be ${complaint.wanted}` : unknown(complaint) };
  });

/** What the inventory says, the patch may not say otherwise; and what RKE cannot do, nobody should ask of it. */
export const clusterYmlFitsTheInventory: Rule = (draft) =>
  objectionsTo(draft.rke?.clusterYml).map(({ path, message }) => ({ path: ["rke", "clusterYml", ...path], message }));

function unknown({ path, known, elsewhere }: Extract<Complaint, { kind: "unknown" }>): string {
  const start = "is not a key that RKE knows";
  const key = String(path.at(-1));
  if (elsewhere !== undefined) return `${start} here; it has ${elsewhere}`;
  const meant = suggest(key, known);
  if (meant !== undefined) return `${start}; did you mean ${quoted(meant)}?`;
  const some = known.slice(0, listed).join(", ");
  return `${start} here; it knows ${some}${known.length > listed ? ", ..." : ""}`;
}
