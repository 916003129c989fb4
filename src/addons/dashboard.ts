import type { MakeAddon } from "./addon.ts";
import { answersProof, serviceUrl } from "./answers-proof.ts";
import { chartRelease } from "./chart-addon.ts";
import { helmRelease } from "./helm-release.ts";

/**
 * Headlamp: what is in the cluster, with the logs of its pods, in a browser. It is of Kubernetes' own SIG UI, which put the
 * Kubernetes Dashboard to rest in January 2026 and names it as the one to take (README of kubernetes-retired/dashboard). A
 * cluster with Rancher has all that in Rancher.
 */
export const dashboard: MakeAddon = (input) => {
  const settings = input.cluster.addons.dashboard;
  if (settings === undefined) return undefined;
  const release = chartRelease(input, settings, { name: "headlamp", called: "Headlamp", namespace: "headlamp" });
  const answers = answersProof(input, {
    id: "headlamp/answers",
    title: "Headlamp answers",
    release,
    asked: [{ url: serviceUrl(release.namespace, "headlamp", 80, "/"), holds: "<html" }],
    seconds: 120,
    remedy: "Look at `kubectl -n headlamp logs deploy/headlamp`. Then run `drover up` again.",
  });
  return { key: "dashboard", release, steps: [helmRelease(input, release), answers] };
};
