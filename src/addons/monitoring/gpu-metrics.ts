import type { ChartSettings } from "../../core/addons.ts";
import type { AnyStep } from "../../core/step.ts";
import type { EngineInput } from "../../engines/engine.ts";
import { nodeName } from "../../kube/node-name.ts";
import { templateText } from "../../templates/load.ts";
import { answersProof } from "../answers-proof.ts";
import { chartRelease } from "../chart-addon.ts";
import { helmRelease } from "../helm-release.ts";
import { objectsStep } from "../objects-step.ts";
import type { Release } from "../release.ts";
import { prometheusUrl } from "./prometheus-url.ts";

const name = "dcgm-exporter";

/**
 * The figures of the GPUs, and a dashboard of them in Grafana; no steps where the inventory has no GPU. The release is told of all
 * the same: it may be there since it had some, and goes with the rest.
 */
export function gpuMetrics(
  input: EngineInput,
  settings: ChartSettings,
  stack: Pick<Release, "id" | "name" | "namespace">,
): { readonly release: Release; readonly steps: readonly AnyStep[] } {
  const hosts = input.cluster.hosts.filter(({ gpu }) => gpu);
  const release = chartRelease(input, settings, {
    name,
    called: "NVIDIA's DCGM exporter",
    namespace: stack.namespace,
    computed: { affinity: onlyOn(hosts.map(nodeName)) },
    // Its ServiceMonitor is of a kind that comes with the other chart.
    needs: [stack.id],
  });
  if (hosts.length === 0) return { release, steps: [] };
  return {
    release,
    steps: [helmRelease(input, release), dashboardStep(input, release), figures(input, release, stack, hosts.length)],
  };
}

function onlyOn(nodes: readonly string[]) {
  const matchExpressions = [{ key: "kubernetes.io/hostname", operator: "In", values: nodes }];
  return {
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] } },
  };
}

/** Grafana's sidecar takes up every ConfigMap with this label (the chart's `grafana.sidecar.dashboards.label`). */
function dashboardStep(input: EngineInput, { namespace, id }: Release): AnyStep {
  const metadata = { name: "drover-gpu-dashboard", labels: { grafana_dashboard: "1" } };
  const data = { "drover-gpus.json": templateText(input.templates, "gpu-dashboard.json") };
  return objectsStep(input, {
    id: "dcgm-exporter/dashboard",
    title: "Grafana has a dashboard of the GPUs",
    addon: name,
    namespace,
    objects: [{ apiVersion: "v1", kind: "ConfigMap", metadata, data }],
    needs: [id],
  });
}

/** Asks Prometheus, which so has found the exporters of all hosts and heard them, for a figure that GPUs cut by MIG have too. */
function figures(
  input: EngineInput,
  release: Release,
  stack: Pick<Release, "name" | "namespace">,
  count: number,
): AnyStep {
  return answersProof(input, {
    id: "dcgm-exporter/answers",
    title: `The figures of the GPUs of ${count === 1 ? "one host" : `${count} hosts`} are gathered`,
    release,
    asked: [{ url: prometheusUrl(stack, "count(count by (instance) (DCGM_FI_DEV_GPU_TEMP))"), holds: `,"${count}"]` }],
    seconds: 240,
    remedy: `The exporter on each host needs a working driver and the container toolkit: look at \`kubectl -n ${release.namespace} get pods -o wide\` and at \`kubectl -n ${release.namespace} logs daemonset/${name}\`. Then run \`drover up\` again.`,
  });
}
