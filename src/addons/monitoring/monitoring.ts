import type { MonitoringSettings } from "../../core/addons.ts";
import type { Mapping } from "../../core/mapping.ts";
import type { AnyStep } from "../../core/step.ts";
import type { EngineInput } from "../../engines/engine.ts";
import type { MakeAddon } from "../addon.ts";
import { answersProof, serviceUrl } from "../answers-proof.ts";
import { chartRelease } from "../chart-addon.ts";
import { prometheusFits } from "../fits.ts";
import { helmRelease } from "../helm-release.ts";
import { privileged } from "../namespace.ts";
import { gpuMetrics } from "./gpu-metrics.ts";
import { prometheusUrl } from "./prometheus-url.ts";

const name = "kube-prometheus-stack";
const namespace = "monitoring";
const remedy = `Look at \`kubectl -n ${namespace} get pods\` and their logs. Then run \`drover up\` again.`;

/** Prometheus, Grafana and, where the inventory has GPUs, their figures with a dashboard; the proof that each answers. */
export const monitoring: MakeAddon = (input) => {
  const settings = input.cluster.addons.monitoring;
  if (settings === undefined) return undefined;
  const chart = chartRelease(input, settings, {
    name,
    called: "Prometheus with Grafana",
    namespace,
    computed: disks(settings),
    fits: prometheusFits,
  });
  const release = {
    ...chart,
    crdsApart: true,
    // The node exporter looks at the host itself: its network, its processes, its disks.
    namespaceLabels: privileged,
  } as const;
  const gpus = gpuMetrics(input, settings.gpu, release);
  return {
    key: "monitoring",
    release,
    dependents: [gpus.release],
    alsoGone: "All figures that were gathered so far are lost. Its CRDs stay, as Helm leaves them alone.\n",
    steps: [helmRelease(input, release), answers(input, release), ...gpus.steps],
  };
};

/** Without a size the figures are in a folder that goes with the pod. */
function disks({ storage, retention }: MonitoringSettings): Mapping {
  const requests = { resources: { requests: { storage } } };
  const claim = { volumeClaimTemplate: { spec: { accessModes: ["ReadWriteOnce"], ...requests } } };
  const prometheusSpec = { retention, ...(storage === undefined ? {} : { storageSpec: claim }) };
  return { prometheus: { prometheusSpec } };
}

/** Grafana's own word on its database, and one of Prometheus' own questions: how many of those that it asks for figures answer. */
function answers(input: EngineInput, release: Parameters<typeof answersProof>[1]["release"]): AnyStep {
  return answersProof(input, {
    id: "kube-prometheus-stack/answers",
    title: "Grafana answers, and Prometheus gathers figures",
    release,
    asked: [
      { url: serviceUrl(namespace, `${name}-grafana`, 80, "/api/health"), holds: '"database"' },
      { url: prometheusUrl(release, "count(up == 1)"), holds: '"value":[' },
    ],
    seconds: 240,
    remedy,
  });
}
