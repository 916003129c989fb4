import type { MakeAddon } from "./addon.ts";
import { chartRelease } from "./chart-addon.ts";
import { deleteKinds } from "./delete-objects.ts";
import { kueueFits } from "./fits.ts";
import { helmRelease } from "./helm-release.ts";
import { objectsProof } from "./objects-proof.ts";

const apiVersion = "kueue.x-k8s.io/v1beta1";
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
    // It makes a Workload anew for each Job that waits.
    first: deleteKinds(input, release),
    alsoGone: "Queues go with their kinds, and jobs that wait in one are no longer started.\n",
    steps: [helmRelease(input, release), proof],
  };
};
