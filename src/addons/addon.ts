import type { AddonSettings } from "../core/addons.ts";
import type { Sh } from "../core/shell.ts";
import type { AnyStep, Stage, StepId } from "../core/step.ts";
import type { EngineInput } from "../engines/engine.ts";
import type { Release } from "./release.ts";

/** One thing that can be installed on a cluster, as its inventory asks for it. */
export interface Addon {
  /** Its key in the inventory. */
  readonly key: keyof AddonSettings;
  readonly release: Release;
  /** Further releases that use it: removed before it. */
  readonly dependents?: readonly Release[];
  /** Further releases that it uses: removed after it. */
  readonly foundations?: readonly Release[];
  /** What must be true of it, each after those it needs. */
  readonly steps: readonly [AnyStep, ...AnyStep[]];
  /** What its removal takes along, beyond its own objects: a sentence that is shown first. */
  readonly alsoGone?: string;
  /** What must go before any release does: objects that only its programs can let go of. */
  readonly first?: Sh;
  /** What must be undone besides, once the release is gone. */
  readonly undo?: Sh;
  /** Steps on the hosts, before anything is installed. */
  readonly before?: Stage;
  /** Steps on the hosts, once it is there. */
  readonly after?: Stage;
}

/** Makes an addon; undefined if the inventory does not ask for it. */
export type MakeAddon = (input: EngineInput) => Addon | undefined;

/** What every addon waits for: a cluster that is ready. With a network of the customer's own, one that answers. */
export function clusterStep({ cluster }: EngineInput): StepId {
  return cluster.rke.network.plugin === "none" ? "rke/up" : "rke/ready";
}
