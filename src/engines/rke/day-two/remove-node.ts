import type { Cluster, Host } from "../../../core/cluster.ts";
import { type AnyStep, defineStep, ok, type Stage } from "../../../core/step.ts";
import type { EngineInput } from "../../engine.ts";
import { containerSteps, leftoverSteps } from "../leftovers.ts";
import { readyStep } from "../ready-step.ts";
import { type RkeSetup, rkeSetup } from "../setup.ts";
import { stateStep } from "../state-step.ts";
import { upStep } from "../up-step.ts";
import { clusterThere } from "./cluster-there.ts";
import { type DrainOptions, drainStep, nodeProbe } from "./drain-step.ts";
import { quorumStep, settledStep } from "./quorum-step.ts";

/** A host that is to leave the cluster. */
export interface Leaving {
  readonly host: Host;
  readonly drain: DrainOptions;
  /** The machine that was the node is still there, and is to be cleaned. */
  readonly clean: boolean;
}

/**
 * Takes one host out of the cluster: its pods first, then the node, its member of etcd and its containers by rke, then what
 * rke leaves on it. `input` is the cluster that stays.
 */
export function removeNodeStages(input: EngineInput, leaving: Leaving): readonly Stage[] {
  const setup = rkeSetup(input);
  const { host } = leaving;
  const members = host.roles.includes("etcd");
  const etcdHosts = input.cluster.hosts.filter(({ roles }) => roles.includes("etcd"));
  const stages: readonly (Stage | undefined)[] = [
    clusterThere(setup),
    members ? { id: "quorum", title: "etcd's quorum", on: "hosts", steps: [quorumStep(host)] } : undefined,
    { id: "drain", title: "The pods of the host", on: "control", steps: [drainStep(setup, host, leaving.drain)] },
    ...removal(setup, host),
    members ? { id: "settled", title: "etcd's members", on: "hosts", steps: [settledStep(etcdHosts)] } : undefined,
    ...(leaving.clean ? cleaning(host) : []),
  ];
  return stages.filter((stage) => stage !== undefined);
}

function removal(setup: RkeSetup, host: Host): readonly Stage[] {
  return [
    { id: "state", title: "RKE's state", on: "control", steps: [stateStep(setup)] },
    { id: "cluster", title: "The cluster without the host", on: "control", steps: [upStep(setup)] },
    { id: "ready", title: "The cluster is ready", on: "control", steps: [readyStep(setup)] },
    { id: "gone", title: "The node is gone", on: "control", steps: [goneStep(setup, host)] },
  ];
}

/** rke deletes the node; where it did not, something is wrong that it did not tell. */
function goneStep(setup: RkeSetup, host: Host): AnyStep {
  return defineStep({
    id: "node/gone",
    title: `The cluster has no node ${host.name}`,
    probes: () => ({ node: nodeProbe(setup, host) }),
    decide: ({ node }) =>
      node === "absent" ? ok : { kind: "later", after: "rke/up", because: `${host.name} is still a node` },
  });
}

function cleaning(host: Host): readonly Stage[] {
  const there = (step: AnyStep): AnyStep => ({ ...step, appliesTo: ({ name }) => name === host.name });
  return [
    { id: "containers", title: "The host's containers", on: "hosts", steps: containerSteps.map(there) },
    { id: "leftovers", title: "What else is left on the host", on: "hosts", steps: leftoverSteps.map(there) },
  ];
}

/** The hosts that such a pipeline logs in to: etcd's members, and the one that leaves. */
export function hostsConcerned({ hosts }: Cluster, { host, clean }: Leaving): readonly Host[] {
  const members = host.roles.includes("etcd") ? hosts.filter(({ roles }) => roles.includes("etcd")) : [];
  return [...members, ...(clean ? [host] : [])];
}
