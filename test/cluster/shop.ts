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

/** Two pods that say hello, a Service before them, and an Ingress with a certificate that somebody brought. */
export function shopObjects({ host, image, certificate, key }: Shop): string {
  const answer = "#!/bin/bash\nprintf 'HTTP/1.0 200 OK\\r\\nConnection: close\\r\\n\\r\\nhello from the shop\\n'\n";
  const container = {
    name,
    image,
    command: ["nc", "-kl", "-p", String(port), "-e", "/answer/answer"],
    readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
    volumeMounts: [{ name: "answer", mountPath: "/answer" }],
  };
  const spec = {
    terminationGracePeriodSeconds: 0,
    containers: [container],
    volumes: [{ name: "answer", configMap: { name, defaultMode: 0o555 } }],
  };
  const labels = { app: name };
  const backend = { service: { name, port: { number: port } } };
  const rule = { host, http: { paths: [{ path: "/", pathType: "Prefix", backend }] } };
  const items = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name } },
    { apiVersion: "v1", kind: "ConfigMap", metadata, data: { answer } },
    {
      apiVersion: "v1",
      kind: "Secret",
      type: "kubernetes.io/tls",
      metadata,
      stringData: { "tls.crt": certificate, "tls.key": key },
    },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
    },
    { apiVersion: "v1", kind: "Service", metadata, spec: { selector: labels, ports: [{ port }] } },
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata,
      spec: { tls: [{ hosts: [host], secretName: name }], rules: [rule] },
    },
  ];
  return JSON.stringify({ apiVersion: "v1", kind: "List", items });
}
