import type { Mapping } from "../../core/mapping.ts";
import { madeByDrover } from "../namespace.ts";

/** The namespace of all proofs: there only while they run. */
export const proveNamespace = "drover-prove";

/** The port of the server in the pods. */
export const provePort = 8080;

/** The name that the ingress is asked for; RFC 6761 keeps it free. */
export const proveHost = "prove.drover.test";

/**
 * Answers an HTTP request with the node's name, in the bash of RKE's own tools, whose image every node of the cluster has
 * already: so proofs need no image of their own, also without a way out.
 */
const answer = `#!/bin/bash
while read -r line && [ -n "\${line%$'\\r'}" ]; do :; done
printf 'HTTP/1.0 200 OK\\r\\nContent-Type: text/plain\\r\\nConnection: close\\r\\n\\r\\n%s %s\\n' "$NODE" "$TURN"
`;

/** Asks servers of the proofs by name or address, and prints `who node turn` of each; only `who` if it does not answer. */
const ask = `#!/bin/bash
for who in "$@"; do
  said=$(timeout 10 bash -c 'exec 3<>"/dev/tcp/$0/${provePort}" && printf "GET / HTTP/1.0\\r\\n\\r\\n" >&3 && tail -n 1 <&3' "$who" 2>/dev/null)
  echo "$who $said"
done
`;

const mounted = { name: "answer", mountPath: "/prove" };

function server(image: string): Mapping {
  return {
    name: "server",
    image,
    // As RKE itself calls it for its port checks.
    command: ["nc", "-kl", "-p", String(provePort), "-e", "/prove/answer"],
    env: [
      { name: "NODE", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
      { name: "TURN", value: "1" },
    ],
    readinessProbe: { tcpSocket: { port: provePort }, periodSeconds: 1 },
    volumeMounts: [mounted],
  };
}

function podSpec(image: string, more: Mapping): Mapping {
  return {
    terminationGracePeriodSeconds: 0,
    containers: [server(image)],
    volumes: [{ name: "answer", configMap: { name: "answer", defaultMode: 0o555 } }],
    ...more,
  };
}

function template(app: string, spec: Mapping): Mapping {
  return { metadata: { labels: { app } }, spec };
}

function service(name: string, app: string, more: Mapping = {}): Mapping {
  const spec = { selector: { app }, ports: [{ port: provePort }], ...more };
  return { apiVersion: "v1", kind: "Service", metadata: { name }, spec };
}

function list(...items: readonly Mapping[]): string {
  const placed = items.map((item) => {
    const metadata = typeof item["metadata"] === "object" ? item["metadata"] : {};
    return { ...item, metadata: { ...metadata, namespace: proveNamespace } };
  });
  return JSON.stringify({ apiVersion: "v1", kind: "List", items: placed });
}

/** The namespace, for kubectl. */
export const namespaceJson = JSON.stringify({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: proveNamespace, labels: madeByDrover },
});

/** A server on every node, whatever keeps other pods off it, with a service inside and one on a port of the nodes. */
export function everywhereJson(image: string): string {
  const everywhere = podSpec(image, { tolerations: [{ operator: "Exists" }] });
  return list(
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "answer" }, data: { answer, ask } },
    {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: { name: "everywhere" },
      spec: { selector: { matchLabels: { app: "everywhere" } }, template: template("everywhere", everywhere) },
    },
    service("everywhere", "everywhere"),
    service("node-port", "everywhere", { type: "NodePort" }),
  );
}

/** A deployment of one pod behind an address of the LAN. */
export function balancedJson(image: string): string {
  return list(
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "balanced" },
      spec: {
        replicas: 1,
        selector: { matchLabels: { app: "balanced" } },
        template: template("balanced", podSpec(image, {})),
      },
    },
    service("balanced", "balanced", { type: "LoadBalancer" }),
  );
}

/** A claim of the default class, and a pod that has written into it once it is ready. */
export function volumeJson(image: string): string {
  const keeper = {
    name: "keeper",
    image,
    command: ["bash", "-c", "grep -qs kept /kept/file || echo kept >/kept/file; exec sleep 3600"],
    readinessProbe: { exec: { command: ["grep", "-q", "kept", "/kept/file"] }, periodSeconds: 1 },
    volumeMounts: [{ name: "kept", mountPath: "/kept" }],
  };
  const volumes = [{ name: "kept", persistentVolumeClaim: { claimName: "kept" } }];
  return list(
    {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "kept" },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "16Mi" } } },
    },
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "keeper" },
      spec: { terminationGracePeriodSeconds: 0, containers: [keeper], volumes },
    },
  );
}

/**
 * An ingress of the default class with a certificate that cert-manager issues itself. Its common name makes its issuer's, too:
 * without one that is empty, and curl with OpenSSL refuses such a certificate ("couldn't get X509-issuer name").
 */
export const ingressJson = list(
  { apiVersion: "cert-manager.io/v1", kind: "Issuer", metadata: { name: "prove" }, spec: { selfSigned: {} } },
  {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { name: "prove" },
    spec: { secretName: "prove-tls", commonName: proveHost, dnsNames: [proveHost], issuerRef: { name: "prove" } },
  },
  {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name: "prove" },
    spec: {
      tls: [{ hosts: [proveHost], secretName: "prove-tls" }],
      rules: [
        {
          host: proveHost,
          http: {
            paths: [
              {
                path: "/",
                pathType: "Prefix",
                backend: { service: { name: "everywhere", port: { number: provePort } } },
              },
            ],
          },
        },
      ],
    },
  },
);

/** A pod on one node that asks for one of a resource. */
export function gpuPodJson(image: string): string {
  const container = {
    name: "gpu",
    image,
    command: ["sleep", "3600"],
    resources: { limits: { RESOURCE: 1 } },
  };
  const spec = { nodeName: "NODE", terminationGracePeriodSeconds: 0, tolerations: [{ operator: "Exists" }] };
  return list({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "gpu-NODE", labels: { app: "gpu" } },
    spec: { ...spec, containers: [container] },
  });
}
