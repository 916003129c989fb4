/** One pod per host that serves its own name, each reachable by a name of its own: Kubernetes objects as JSON. */
export function podsThatTalk(nodes: readonly string[], image: string): string {
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "talk", labels: { app: "talk" } },
    // Named as soon as a pod has an address, so that nobody hears "no such name" and keeps it.
    spec: {
      clusterIP: "None",
      publishNotReadyAddresses: true,
      selector: { app: "talk" },
      ports: [{ port: 8080 }],
    },
  };
  const pods = nodes.map((node) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `talk-${node}`, labels: { app: "talk" } },
    spec: {
      nodeName: node,
      hostname: `talk-${node}`,
      subdomain: "talk",
      tolerations: [{ operator: "Exists" }],
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: "talk",
          image,
          // hostname itself has the connection. Of what a program says to socat instead, now and then nothing came through
          // (14 of 1,700 times on a busy machine).
          command: ["socat", "TCP-LISTEN:8080,fork,reuseaddr", "EXEC:hostname,nofork"],
          readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
        },
      ],
    },
  }));
  return JSON.stringify({ apiVersion: "v1", kind: "List", items: [service, ...pods] });
}
