import { answeringPods } from "./answering-pods.ts";

/** A customer's web site: its name, an image with bash and nc, its certificate. */
export interface Shop {
  readonly host: string;
  readonly image: string;
  readonly certificate: string;
  readonly key: string;
}

const name = "shop";
const metadata = { name, namespace: name };
const port = 8080;
const answer = "printf 'HTTP/1.0 200 OK\\r\\nConnection: close\\r\\n\\r\\nhello from the shop\\n'\n";

/** Two pods that say hello, a Service before them, and an Ingress with a certificate that somebody brought. */
export function shopObjects({ host, image, certificate, key }: Shop): string {
  const backend = { service: { name, port: { number: port } } };
  const rule = { host, http: { paths: [{ path: "/", pathType: "Prefix", backend }] } };
  const items = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name } },
    {
      apiVersion: "v1",
      kind: "Secret",
      type: "kubernetes.io/tls",
      metadata,
      stringData: { "tls.crt": certificate, "tls.key": key },
    },
    ...answeringPods({ name, namespace: name, image, answer, port, replicas: 2 }),
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata,
      spec: { tls: [{ hosts: [host], secretName: name }], rules: [rule] },
    },
  ];
  return JSON.stringify({ apiVersion: "v1", kind: "List", items });
}
