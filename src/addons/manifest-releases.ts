import type { ManifestSettings, releaseNames } from "../core/addons.ts";
import type { StepId } from "../core/step.ts";
import type { EngineInput } from "../engines/engine.ts";
import { clusterStep } from "./addon.ts";
import type { ManifestSource, Release } from "./release.ts";

type Name = (typeof releaseNames)[number];

/** What tells one set of manifests from another. */
export interface ManifestParts {
  readonly name: Name;
  /** The name of the release that holds their kinds. */
  readonly kindsName: Name;
  /** How a person calls it. */
  readonly called: string;
  readonly namespace: string;
  /** URLs, paths of files, or kustomizations. */
  readonly from: ManifestSource["from"];
  readonly timeoutMinutes: number;
}

/** Two releases: the kinds, and everything of them that comes after. Where they are from is among their values. */
export function manifestReleases(
  input: EngineInput,
  { version, adopt }: ManifestSettings,
  parts: ManifestParts,
): { readonly kinds: Release; readonly rest: Release } {
  const { name, kindsName, called, namespace, from, timeoutMinutes } = parts;
  const release = (part: ManifestSource["part"], own: Name, title: string, needs: StepId): Release => ({
    id: `${own}/release`,
    title,
    name: own,
    namespace,
    chart: { kind: "manifests", from, part },
    version,
    values: { from },
    sensitiveValues: {},
    adopt,
    needs: [needs],
    timeoutMinutes,
  });
  const kinds = release("kinds", kindsName, `The kinds of ${called} are there`, clusterStep(input));
  return { kinds, rest: release("rest", name, `${called} is installed`, kinds.id) };
}
