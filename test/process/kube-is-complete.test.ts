import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { completeFields, incompleteInAwk, isComplete } from "../../src/kube/is-complete.ts";
import { at, type KubeObject } from "../../src/kube/kube-object.ts";

/** An object as it is while nothing is rolled out, but for what is said of it. */
const deployment = (status: object, spec: object = {}): KubeObject => ({
  kind: "Deployment",
  metadata: { generation: 2 },
  spec: { replicas: 2, ...spec },
  status: { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2, ...status },
});
const daemonSet = (status: object, type = "RollingUpdate"): KubeObject => ({
  kind: "DaemonSet",
  metadata: { generation: 1 },
  spec: { updateStrategy: { type } },
  status: {
    ...{ observedGeneration: 1, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 },
    ...status,
  },
});
const statefulSet = (status: object, partition = 0): KubeObject => ({
  kind: "StatefulSet",
  metadata: { generation: 1 },
  spec: { replicas: 3, updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition } } },
  status: { observedGeneration: 1, replicas: 3, updatedReplicas: 3, availableReplicas: 3, ...status },
});

/** The line that kubectl prints of an object by the jsonpath of the fields: what is not there is empty. */
function lineOf(object: KubeObject): string {
  const value = (path: string): string => String(at(object, ...path.split(".")) ?? "");
  return `part|name|${completeFields.replaceAll(/\{\.([^}]+)\}/g, (_, path: string) => value(path))}`;
}

/** What the scripts that wait think of it. */
function completeInAwk(object: KubeObject): boolean {
  const program = `${incompleteInAwk.text} { print "incomplete" }`;
  return execFileSync("/usr/bin/awk", ["-F|", program], { input: `${lineOf(object)}\n`, encoding: "utf8" }) === "";
}

describe.each<[string, KubeObject, boolean]>([
  ["a deployment whose pods are all there, and new", deployment({}), true],
  [
    "one that was told to have none",
    deployment({ replicas: 0, updatedReplicas: 0, availableReplicas: 0 }, { replicas: 0 }),
    true,
  ],
  ["one that lacks a pod", deployment({ availableReplicas: 1 }), false],
  ["one whose new form nobody has looked at yet", deployment({ observedGeneration: 1 }), false],
  ["one whose old pods still do the work", deployment({ updatedReplicas: 1, replicas: 3 }), false],
  ["one whose new pods are made, and an old one is still there", deployment({ replicas: 3 }), false],
  ["one that is paused on the way", deployment({ updatedReplicas: 1 }, { paused: true }), true],
  ["a daemon set that is on all nodes", daemonSet({}), true],
  ["one for no node", daemonSet({ desiredNumberScheduled: 0, updatedNumberScheduled: 0, numberAvailable: 0 }), true],
  ["one that is not on all", daemonSet({ numberAvailable: 2 }), false],
  ["one whose old pods are not replaced yet", daemonSet({ updatedNumberScheduled: 0 }), false],
  ["one that is updated by hand", daemonSet({ updatedNumberScheduled: 0 }, "OnDelete"), true],
  ["a stateful set that is whole", statefulSet({}), true],
  ["one that is being rolled out", statefulSet({ updatedReplicas: 1 }), false],
  ["one of which a part is kept back", statefulSet({ updatedReplicas: 1 }, 2), true],
  ["one that is kept back and lacks a pod", statefulSet({ updatedReplicas: 1, availableReplicas: 2 }, 2), false],
])("%s", (_, object, complete) => {
  test(`is ${complete ? "" : "not "}complete, and so it is for the scripts that wait`, () => {
    expect([isComplete(object), completeInAwk(object)]).toEqual([complete, complete]);
  });
});
