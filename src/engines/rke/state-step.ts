import type { Cluster, ClusterPaths } from "../../core/cluster.ts";
import { type Probe, succeeds } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import { type AnyStep, type Change, type Decision, defineStep, ok } from "../../core/step.ts";
import { isMapping } from "../../templates/yaml.ts";
import { backupScript } from "./backup.ts";
import { isHalfMade } from "./half-made.ts";
import { type RkeState, stateProbe, withoutCurrent } from "./rke-state.ts";
import type { RkeSetup } from "./setup.ts";
import { snapshotProbe } from "./snapshot.ts";

/** Whether a kubeconfig lies where RKE puts it: then there is, or was, a cluster. */
export function kubeconfigProbe(path: string): Probe<boolean> {
  return succeeds(sh`test -s ${path}`);
}

/**
 * Guards RKE's own state. Without it, or with that of another cluster, `rke up` would make new certificates and break what
 * runs; and a cluster that was left half-made would never be completed.
 */
export function stateStep(setup: RkeSetup): AnyStep {
  const { cluster, paths, document } = setup;
  const plugin = isMapping(document["network"]) ? String(document["network"]["plugin"]) : "";
  return defineStep({
    id: "rke/state",
    title: "Keep RKE's state whole and of this cluster",
    probes: () => ({
      state: stateProbe(paths.state),
      kubeconfig: kubeconfigProbe(paths.kubeconfig),
      snapshot: snapshotProbe(setup),
    }),
    decide: ({ state, kubeconfig, snapshot }) => {
      if (state.kind === "missing") return kubeconfig ? stateMissing(paths, snapshot !== undefined) : ok;
      if (state.kind === "corrupt") return stateCorrupt(paths);
      if (isForeign(cluster, state)) return stateForeign(paths, state.addresses);
      return isHalfMade(cluster, plugin, state, snapshot) ? { kind: "change", changes: [restart(paths, state)] } : ok;
    },
  });
}

type KnownState = Extract<RkeState, { kind: "known" }>;

function isForeign(cluster: Cluster, state: KnownState): boolean {
  const ours = new Set(cluster.hosts.map((host) => host.address));
  return state.addresses.length > 0 && !state.addresses.some((address) => ours.has(address));
}

function restart(paths: ClusterPaths, state: KnownState): Change {
  return {
    summary: "let RKE complete the cluster that an earlier run left half-made (its certificates are kept)",
    actions: [
      { kind: "run", sh: backupScript(paths), timeoutMs: 60_000 },
      {
        kind: "write",
        path: paths.state,
        content: withoutCurrent(state.content),
        mode: 0o600,
        owner: "",
        sensitive: true,
      },
    ],
  };
}

function stateMissing(paths: ClusterPaths, answers: boolean): Decision {
  const cluster = answers ? "the cluster answers" : "there is a kubeconfig";
  return {
    kind: "blocked",
    code: "cluster/state-missing",
    because: `${cluster}, but RKE's state ${paths.state} is missing; rke would make new certificates and break the cluster`,
    remedy: `Copy the newest *-cluster.rkestate of ${paths.backups} there. If there is none, and the cluster answers: \`rke util get-state-file\`. If the cluster is gone: \`drover reset\`.`,
  };
}

function stateCorrupt(paths: ClusterPaths): Decision {
  return {
    kind: "blocked",
    code: "cluster/state-corrupt",
    because: `RKE's state ${paths.state} cannot be read; rke would take it for an empty one and make new certificates`,
    remedy: `Copy the newest *-cluster.rkestate of ${paths.backups} over it. If there is none, no cluster was ever completed: \`drover reset\`, then \`drover up\`.`,
  };
}

function stateForeign(paths: ClusterPaths, addresses: readonly string[]): Decision {
  return {
    kind: "blocked",
    code: "cluster/state-foreign",
    because: `RKE's state ${paths.state} belongs to other hosts: ${addresses.join(", ")}`,
    remedy: "Give this cluster a name of its own in the inventory, or put the addresses right.",
  };
}
