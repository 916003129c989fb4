import { isMapping } from "../../../core/mapping.ts";
import type { Probe } from "../../../core/probe.ts";
import { sh } from "../../../core/shell.ts";
import type { Stage } from "../../../core/step.ts";
import { at } from "../../../kube/kube-object.ts";
import { imagesKnown } from "../images.ts";
import { imagesStep } from "../images-step.ts";
import { readyStep } from "../ready-step.ts";
import { readState } from "../rke-state.ts";
import type { RkeSetup } from "../setup.ts";
import { stateStep } from "../state-step.ts";
import { readListed } from "../tools.ts";
import { upStep } from "../up-step.ts";
import { healthyStep } from "./healthy-step.ts";
import { settledStep } from "./quorum-step.ts";
import { saveStages } from "./snapshot-save.ts";

/** One step of an upgrade. */
export interface Hop {
  /** The cluster as it is. */
  readonly from: RkeSetup;
  /** The same with the next version, and nothing else changed. */
  readonly to: RkeSetup;
  /** The name of the snapshot that is taken before. */
  readonly snapshot: string;
  readonly token: string;
}

/**
 * One version to the next: a healthy cluster, a snapshot of it, the new images on all hosts, then rke, which takes etcd first,
 * then the control plane, then the workers; and at the end a cluster that is ready again.
 */
export function hopStages({ from, to, snapshot, token }: Hop): readonly Stage[] {
  const members = from.cluster.hosts.filter(({ roles }) => roles.includes("etcd"));
  const [tools, ...save] = saveStages(from, snapshot, token);
  const stages: readonly (Stage | undefined)[] = [
    tools,
    { id: "healthy", title: "The cluster before", on: "control", steps: [healthyStep(from)] },
    { id: "settled", title: "etcd's members", on: "hosts", steps: [settledStep(members)] },
    ...save,
    imagesKnown(to.document)
      ? { id: "images", title: "The new version's images", on: "hosts", steps: [imagesStep(to.cluster, to.document)] }
      : undefined,
    { id: "state", title: "RKE's state", on: "control", steps: [stateStep(to)] },
    { id: "cluster", title: `Kubernetes ${to.version}`, on: "control", steps: [upStep(to)] },
    { id: "ready", title: "The cluster is ready", on: "control", steps: [readyStep(to)] },
  ];
  return stages.filter((stage) => stage !== undefined);
}

/** The Kubernetes versions that this rke can make. */
export function listedVersions({ cluster }: Pick<RkeSetup, "cluster">): Probe<readonly string[]> {
  return {
    sh: sh`${cluster.tools.rke} config --list-version --all`,
    parse: readListed,
  };
}

/** The version that rke last completed, from the text of its state; undefined if it completed none. */
export function completedVersion(stateText: string): string | undefined {
  const state = readState(stateText);
  if (state.kind !== "known") return undefined;
  const version = at(state.content, "currentState", "rkeConfig", "kubernetesVersion");
  return typeof version === "string" ? version : undefined;
}

/** Images that are pinned in cluster.yml, which win over those of any version; empty if none is. */
export function pinnedImages({ document }: Pick<RkeSetup, "document">): readonly string[] {
  const pinned = document["system_images"];
  return isMapping(pinned) ? Object.keys(pinned) : [];
}
