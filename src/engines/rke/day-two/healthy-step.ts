import { type AnyStep, type Decision, defineStep, ok } from "../../../core/step.ts";
import { nameOf, textAt } from "../../../kube/kube-object.ts";
import { nodeName } from "../../../kube/node-name.ts";
import { type Snapshot, snapshotProbe } from "../../../kube/snapshot.ts";
import { kubeletVersion, lacking } from "../readiness.ts";
import type { RkeSetup } from "../setup.ts";

/**
 * The cluster is well before it is upgraded. One that an upgrade left in the middle, some nodes on another version already, is
 * let through: going on is the way to make it well.
 */
export function healthyStep(setup: RkeSetup): AnyStep {
  return defineStep({
    id: "upgrade/healthy",
    title: "Begin with a cluster that is well",
    probes: () => ({ snapshot: snapshotProbe(setup) }),
    decide: ({ snapshot }) => decide(setup, snapshot),
  });
}

function decide(setup: RkeSetup, snapshot: Snapshot | undefined): Decision {
  if (snapshot === undefined) return unwell("the cluster does not answer");
  const wanted = kubeletVersion(setup.version);
  const names = setup.cluster.hosts.map(nodeName);
  const nodes = snapshot.nodes.filter((node) => names.includes(nameOf(node)));
  const runs = nodes.map((node) => textAt(node, "status", "nodeInfo", "kubeletVersion"));
  if (runs.some((version) => version !== wanted)) return ok;
  const lacks = lacking(setup.cluster, snapshot);
  return lacks.length === 0 ? ok : unwell(`not ready: ${lacks.join(", ")}`);
}

function unwell(because: string): Decision {
  return {
    kind: "blocked",
    code: "cluster/not-ready",
    because,
    remedy: "An upgrade of a cluster that is not well makes it worse. `drover status` says more; put it right first.",
  };
}
