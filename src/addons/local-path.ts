import type { LocalPathSettings } from "../core/addons.ts";
import { type AnyStep, type Decision, defineStep, ok } from "../core/step.ts";
import type { EngineInput } from "../engines/engine.ts";
import { nameOf } from "../kube/kube-object.ts";
import { clusterStep, type MakeAddon } from "./addon.ts";
import { chartRelease } from "./chart-addon.ts";
import { helmRelease } from "./helm-release.ts";
import { privileged } from "./namespace.ts";
import { isDefaultClass, othersProbe } from "./others-probe.ts";

const className = "local-path";

/** local-path-provisioner: volumes that are folders of the host which the pod runs on. */
export const localPath: MakeAddon = (input) => {
  const settings = input.cluster.addons.localPath;
  if (settings === undefined) return undefined;
  const rivals = rivalClassStep(input, settings);
  const chart = chartRelease(input, settings, {
    name: "local-path-provisioner",
    called: "local-path-provisioner",
    namespace: "local-path-storage",
    computed: {
      nodePathMap: [{ node: "DEFAULT_PATH_FOR_NON_LISTED_NODES", paths: [settings.path] }],
      storageClass: { defaultClass: settings.defaultClass },
    },
    needs: [rivals.id],
  });
  // The pods that make and remove the folders mount them from the host.
  const release = { ...chart, namespaceLabels: privileged };
  return {
    key: "localPath",
    release,
    alsoGone:
      "No new volumes are made. Folders of the volumes that are there stay on the hosts, also when their claims go.\n",
    steps: [rivals, helmRelease(input, release)],
  };
};

/** Of two default classes the newest wins, whichever that is: nobody could tell where a volume comes from. */
function rivalClassStep(input: EngineInput, { defaultClass }: LocalPathSettings): AnyStep {
  return defineStep({
    id: "local-path-provisioner/default-class",
    title: "No other storage class is the default",
    needs: [clusterStep(input)],
    probes: () => ({ classes: othersProbe(input, "StorageClass") }),
    decide: ({ classes }): Decision => {
      if (classes === undefined)
        return { kind: "later", after: clusterStep(input), because: "the cluster does not answer yet" };
      const rival = classes.filter(isDefaultClass).find((one) => nameOf(one) !== className);
      return !defaultClass || rival === undefined ? ok : anotherDefault(nameOf(rival));
    },
  });
}

function anotherDefault(name: string): Decision {
  return {
    kind: "blocked",
    code: "addon/unfit",
    because: `the storage class ${name} is the default already: with two, nobody could tell where a volume comes from`,
    remedy: "Set `addons.localPath.defaultClass: false`, or take the default from the other class.",
  };
}
