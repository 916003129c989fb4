/** A program on some pods that answers on one port, with a Service before them. */
export interface Answering {
  readonly name: string;
  readonly namespace: string;
  /** With bash and nc. */
  readonly image: string;
  /** Text for bash, which has the connection as its stdin and stdout. */
  readonly answer: string;
  readonly port: number;
  /** The Service's port, where it is another. */
  readonly servicePort?: number;
  readonly replicas?: number;
}

/** Kubernetes objects of pods that answer, fit for a namespace in which nothing may be root. */
export function answeringPods(answering: Answering): readonly object[] {
  const { name, namespace, image, answer, port, servicePort = port, replicas = 1 } = answering;
  const metadata = { name, namespace };
  const labels = { app: name };
  const container = {
    name,
    image,
    command: ["nc", "-kl", "-p", String(port), "-e", "/answer/answer"],
    readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
    volumeMounts: [{ name: "answer", mountPath: "/answer" }],
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
  };
  const spec = {
    terminationGracePeriodSeconds: 0,
    securityContext: { runAsNonRoot: true, runAsUser: 65_534, seccompProfile: { type: "RuntimeDefault" } },
    containers: [container],
    volumes: [{ name: "answer", configMap: { name, defaultMode: 0o555 } }],
  };
  return [
    { apiVersion: "v1", kind: "ConfigMap", metadata, data: { answer: `#!/bin/bash\n${answer}` } },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: { selector: labels, ports: [{ port: servicePort, targetPort: port }] },
    },
  ];
}
