import { isMapping } from "../../core/mapping.ts";
import type { Stage } from "../../core/step.ts";
import type { Engine, EngineInput } from "../engine.ts";
import { containersStep } from "./containers-step.ts";
import { rkeHealth } from "./day-two/cluster-health.ts";
import { joinStages } from "./day-two/join-stages.ts";
import { memberStep } from "./day-two/member-step.ts";
import { drainAround } from "./drain.ts";
import { imagesKnown } from "./images.ts";
import { imagesStep } from "./images-step.ts";
import { readyStep } from "./ready-step.ts";
import { resetStages } from "./reset.ts";
import { idleStep } from "./rke-lock.ts";
import { rkeSetup } from "./setup.ts";
import { stateStep } from "./state-step.ts";
import { toolsStep } from "./tools-step.ts";
import { upStep } from "./up-step.ts";

/**
 * Each step on the control machine has a stage of its own where what it changes is what the next asks.
 * @throws DroverError `template/mismatch` if the skeleton of cluster.yml is missing
 */
function stages(input: EngineInput): readonly Stage[] {
  const setup = rkeSetup(input);
  const { cluster, paths, document } = setup;
  const network = document["network"];
  const ownNetwork = isMapping(network) && network["plugin"] === "none";
  const all: readonly (Stage | undefined)[] = [
    { id: "tools", title: "The programs on this machine", on: "control", steps: [toolsStep(setup), idleStep(paths)] },
    {
      id: "images",
      title: "The cluster's images and containers",
      on: "hosts",
      alone: true,
      steps: [containersStep(), ...(imagesKnown(document) ? [imagesStep(cluster, document)] : [])],
    },
    { id: "state", title: "RKE's state", on: "control", steps: [stateStep(setup)] },
    { id: "cluster", title: "The Kubernetes cluster", on: "control", steps: [upStep(setup)] },
    { id: "etcd", title: "The members of etcd", on: "hosts", steps: [memberStep()] },
    // Without a network of RKE's, nodes are Ready only once the customer has brought one.
    ownNetwork ? undefined : { id: "ready", title: "The cluster is ready", on: "control", steps: [readyStep(setup)] },
  ];
  return all.filter((stage) => stage !== undefined);
}

/** Kubernetes by RKE1. */
export const rkeEngine: Engine = {
  stages,
  reset: resetStages,
  around: drainAround,
  joining: joinStages,
  health: rkeHealth,
};
