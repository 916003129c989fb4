import type { Cluster, ClusterPaths } from "../../core/cluster.ts";
import { isMapping } from "../../core/mapping.ts";
import type { Probe } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import { type AnyStep, type Change, defineStep, ok } from "../../core/step.ts";
import { type Snapshot, snapshotProbe } from "../../kube/snapshot.ts";
import { apiAnswers } from "./api-answers.ts";
import { backupScript } from "./backup.ts";
import { noKubelet, stayedAway } from "./emptied-hosts.ts";
import { isHalfMade } from "./half-made.ts";
import { type RkeState, stateProbe, withoutCurrent } from "./rke-state.ts";
import type { RkeSetup } from "./setup.ts";
import { movedOn } from "./state-age.ts";
import { newestCopy } from "./state-copies.ts";
import { kubeconfigForeign, stateCorrupt, stateForeign, stateMissing, stateOld } from "./state-refusals.ts";

/** A kubeconfig where RKE puts it. */
export interface Kubeconfig {
  /** The authority that it trusts, as PEM; empty if it names none. */
  readonly authority: string;
}

/** The kubeconfig; undefined if there is none. If there is one, then there is, or was, a cluster. */
export function kubeconfigProbe(path: string): Probe<Kubeconfig | undefined> {
  return {
    sh: sh`test -s ${path} && sed -n 's/^ *certificate-authority-data: *"\{0,1\}\([A-Za-z0-9+/=]*\).*/\1/p' ${path} | head -n 1`,
    parse: ({ code, stdout }) =>
      code === 0 ? { authority: Buffer.from(stdout.trim(), "base64").toString("utf8") } : undefined,
  };
}

/**
 * Guards RKE's own state. Without it, with an older one, or with that of another cluster, `rke up` would make new certificates
 * and break what runs; and a cluster that was left half-made would never be completed.
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
      copy: newestCopy(paths),
      api: apiAnswers(setup),
      emptied: noKubelet(setup),
    }),
    decide: ({ state, kubeconfig, snapshot, copy, api, emptied }) => {
      const there = whatIsThere(kubeconfig, snapshot, api);
      const found = { copy, answers: snapshot !== undefined };
      if (state.kind === "missing") return there === undefined ? ok : stateMissing(setup, there, found);
      if (state.kind === "corrupt") return stateCorrupt(setup, there, found);
      if (isForeign(cluster, state)) return stateForeign(paths, state.addresses);
      if (isOfAnother(kubeconfig, state)) return kubeconfigForeign(paths);
      const moved = snapshot === undefined ? undefined : movedOn(snapshot, state);
      if (moved !== undefined) return stateOld(setup, moved);
      if (snapshot === undefined && state.hasCurrent && emptied)
        return { kind: "change", changes: [anew(setup, state)] };
      return isHalfMade(cluster, plugin, state, snapshot) ? { kind: "change", changes: [complete(paths, state)] } : ok;
    },
  });
}

/** What there is of a cluster besides the state; undefined if nothing. */
function whatIsThere(kubeconfig: Kubeconfig | undefined, snapshot: Snapshot | undefined, api: string | undefined) {
  if (kubeconfig !== undefined) return snapshot === undefined ? "there is a kubeconfig" : "the cluster answers";
  return api === undefined ? undefined : `a Kubernetes API answers on ${api}`;
}

type KnownState = Extract<RkeState, { kind: "known" }>;

function isForeign(cluster: Cluster, state: KnownState): boolean {
  const ours = new Set(cluster.hosts.map((host) => host.address));
  return state.addresses.length > 0 && !state.addresses.some((address) => ours.has(address));
}

function complete(paths: ClusterPaths, state: KnownState): Change {
  return {
    summary: "let RKE complete the cluster that an earlier run left half-made (its certificates are kept)",
    actions: forget(paths, state),
  };
}

function anew(setup: RkeSetup, state: KnownState): Change {
  const { cluster, paths } = setup;
  return {
    summary: `let RKE begin the cluster ${cluster.name} anew, without what was in it: no host runs a kubelet, as after installing them anew (its certificates are kept)`,
    disrupts: "cluster",
    actions: [{ kind: "run", sh: stayedAway(setup), timeoutMs: 30 * 60_000 }, ...forget(paths, state)],
  };
}

/** Has RKE take the cluster for one that it has not made yet. */
function forget(paths: ClusterPaths, state: KnownState): Change["actions"] {
  const content = withoutCurrent(state.content);
  return [
    { kind: "run", sh: backupScript(paths), timeoutMs: 60_000 },
    { kind: "write", path: paths.state, content, mode: 0o600, owner: "", sensitive: true },
  ];
}

function isOfAnother(kubeconfig: Kubeconfig | undefined, { authorities }: KnownState): boolean {
  const trusted = kubeconfig?.authority.trim() ?? "";
  return trusted !== "" && authorities.length > 0 && !authorities.some((one) => one.trim() === trusted);
}
