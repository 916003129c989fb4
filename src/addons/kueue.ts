import type { MakeAddon } from "./addon.ts";
import { chartRelease } from "./chart-addon.ts";
import { stopAndDeleteKinds } from "./delete-objects.ts";
import { isOfLine, kueueFits } from "./fits.ts";
import { helmRelease } from "./helm-release.ts";
import { objectsProof } from "./objects-proof.ts";

/** 0.15 brought v1beta2, and a later one will be without v1beta1: it is called deprecated (the charts' kinds, 0.13.10 to 0.19.2). */
const older = ["0.12", "0.13", "0.14"];
const metadata = { name: "drover-proof" };

/** Without GPUs and for no namespace: nothing is ever queued in it. */
const queue = {
  namespaceSelector: { matchLabels: { "drover.test/proof": "none" } },
  resourceGroups: [
    { coveredResources: ["cpu"], flavors: [{ ...metadata, resources: [{ name: "cpu", nominalQuota: 0 }] }] },
  ],
};

/** Kueue, and the proof that it takes up a queue. */
export const kueue: MakeAddon = (input) => {
  const settings = input.cluster.addons.kueue;
  if (settings === undefined) return undefined;
  const namespace = "kueue-system";
  const apiVersion = `kueue.x-k8s.io/${older.some((line) => isOfLine(settings.version, line)) ? "v1beta1" : "v1beta2"}`;
  const release = chartRelease(input, settings, { name: "kueue", called: "Kueue", namespace, fits: kueueFits });
  const proof = objectsProof(input, {
    id: "kueue/queue",
    title: "Kueue takes up a queue",
    release,
    summary: "have an empty queue taken up, as a proof",
    objects: [
      { apiVersion, kind: "ResourceFlavor", metadata },
      { apiVersion, kind: "ClusterQueue", metadata, spec: queue },
    ],
    state: { path: '{.status.conditions[?(@.type=="Active")].status}', is: "True" },
    seconds: 180,
    remedy:
      "Look at `kubectl -n kueue-system logs deploy/kueue-controller-manager` and at its webhook. Then run `drover up` again.",
  });
  return {
    key: "kueue",
    release,
    // It makes a Workload anew for each job that waits, and suspends each that runs without one (jobframework/reconciler.go).
    first: stopAndDeleteKinds(input, release, { finalizers: "kueue.x-k8s.io/", pods: "kueue.x-k8s.io/managed=true" }),
    alsoGone:
      "Jobs that run go on. Queues go with their kinds, and nobody starts the jobs that wait in one: they stay suspended, until you change `spec.suspend` of each.\n",
    steps: [helmRelease(input, release), proof],
  };
};
