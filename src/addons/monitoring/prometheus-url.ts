import { serviceUrl } from "../answers-proof.ts";
import type { Release } from "../release.ts";

/**
 * The path by which the API server asks the Prometheus of kube-prometheus-stack a question in PromQL. Where there is something to
 * tell, the answer holds `"value":[<time>,"<figure>"]` (prometheus.io/docs/prometheus/latest/querying/api).
 */
export function prometheusUrl({ name, namespace }: Pick<Release, "name" | "namespace">, question: string): string {
  return serviceUrl(namespace, `${name}-prometheus`, 9090, `/api/v1/query?query=${encodeURIComponent(question)}`);
}
