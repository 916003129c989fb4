import { isMapping } from "../core/mapping.ts";
import { sh } from "../core/shell.ts";
import { kubectl } from "../kube/kubectl.ts";
import type { MakeAddon } from "./addon.ts";
import { chartRelease } from "./chart-addon.ts";
import { metricsServerFits } from "./fits.ts";
import { gateStep } from "./gate.ts";
import { helmRelease } from "./helm-release.ts";
import type { Refusal } from "./release.ts";

/** metrics-server, and the proof that it tells what nodes use. */
export const metricsServer: MakeAddon = (input) => {
  const settings = input.cluster.addons.metricsServer;
  if (settings === undefined) return undefined;
  const name = "metrics-server";
  const chart = chartRelease(input, settings, { name, called: name, namespace: name, fits: metricsServerFits });
  const own = input.cluster.rke.clusterYml["monitoring"];
  const off = isMapping(own) && own["provider"] === "none";
  const release = { ...chart, refusal: off ? chart.refusal : thereAlready };
  const answers = gateStep(input, {
    id: "metrics-server/answers",
    title: "metrics-server tells what the nodes use",
    release,
    needs: [release.id],
    // It has figures only once it has asked every kubelet twice.
    check: sh`${kubectl(input, sh`top nodes --no-headers`)} 2>&1`,
    seconds: 180,
    remedy: "Look at `kubectl get apiservice v1beta1.metrics.k8s.io` and at the log of metrics-server.",
  });
  return { key: "metricsServer", release, steps: [helmRelease(input, release), answers] };
};

/** Both would claim the API's v1beta1.metrics.k8s.io. */
const thereAlready: Refusal = {
  because: "is not needed: RKE brings one of its own",
  remedy:
    "Take addons.metricsServer from the inventory; or switch RKE's off with `rke: { clusterYml: { monitoring: { provider: none } } }`.",
};
