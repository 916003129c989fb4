import { type BoundPort, isReachable } from "../facts/ports.ts";
import { portsOn } from "../mesh/flows.ts";
import { listenerName } from "../mesh/listener.ts";
import { type AnyCheck, type Finding, hostCheck, type Known } from "./check.ts";

/** Programs of the cluster itself. */
const own = /^(etcd|kube-|kubelet|kubectl|nginx-ingress|flanneld|calico|bird|felix|typha)/;

/** Docker's program for a port that a container publishes. */
const publisher = "docker-proxy";

/** RKE's port check, which takes the ports of the roles for a moment; where it was cut, RKE takes its containers away next time. */
const isListener = (container: string) => /^rke-\w+-port-listener$/.test(container);

function taken(
  { ports, docker }: Known<"ports" | "docker">,
  wanted: readonly { readonly protocol: string; readonly port: number; readonly use: string }[],
): Finding | undefined {
  const listens = docker.containers.some(isListener);
  // The kernel itself, where no program is named: VXLAN of a running cluster.
  const isForeign = ({ process = "" }: BoundPort) =>
    process !== "" && process !== listenerName && !own.test(process) && !(process === publisher && listens);
  const found = wanted.flatMap(({ protocol, port, use }) => {
    const by = ports.find(
      (one) => one.protocol === protocol && one.port === port && isReachable(one) && isForeign(one),
    );
    return by === undefined
      ? []
      : [{ by, text: `${port}/${protocol} (${use}) is taken by ${by.process} (pid ${by.pid})` }];
  });
  if (found.length === 0) return undefined;
  const programs = [...new Set(found.flatMap(({ by }) => (by.process === publisher ? [] : [by.process])))].join(", ");
  const published = found.flatMap(({ by }) => (by.process === publisher ? [`--filter publish=${by.port}`] : []));
  return {
    evidence: found.map(({ text }) => text).join(", "),
    fix: [
      ...(programs === ""
        ? []
        : [`Stop ${programs}, also at boot (systemctl disable --now), or let it listen elsewhere.`]),
      ...(published.length === 0
        ? []
        : [`Let the container use another port, or remove it: docker ps ${published.join(" ")} names it.`]),
    ].join(" "),
  };
}

const local = [10_248, 10_256, 10_257, 10_259, 9099].map((port) => ({
  protocol: "tcp",
  port,
  use: "health of Kubernetes",
}));

/** Ports that the cluster needs, and who has them already. */
export const portChecks: readonly AnyCheck[] = [
  hostCheck({
    id: "ports/another-drover",
    title: "No other Drover tries the host's ports",
    // It is over in seconds, long before anything of ours takes a port; two that change hosts wait for each other's locks.
    severity: "warning",
    why: "Two that listen on the same ports at the same time see each other, and not what is free.",
    needs: ["ports"],
    decide: ({ ports }) => {
      const found = ports.filter(({ process }) => process === listenerName);
      if (found.length === 0) return undefined;
      const said = found.slice(0, 3).map(({ port, protocol }) => `${port}/${protocol}`);
      const more = found.length > 3 ? ` and ${found.length - 3} more` : "";
      return {
        evidence: `another Drover is checking this host now: it listens on ${said.join(", ")}${more}`,
        fix: "Wait until that run is over (seconds; its listeners end with it), then run this again.",
      };
    },
  }),
  hostCheck({
    id: "ports/roles",
    title: "The ports of the host's roles are free",
    severity: "blocking",
    why: "A component of Kubernetes that finds its port taken stops at once.",
    needs: ["ports", "docker"],
    appliesTo: (_, { built }) => !built,
    decide: (facts, host, { cluster }) => taken(facts, portsOn(host, cluster)),
  }),
  hostCheck({
    id: "ports/local",
    title: "The ports of Kubernetes' own health checks are free",
    severity: "blocking",
    why: "RKE asks components there whether they are well, and takes any other answer for a failure.",
    needs: ["ports", "docker"],
    appliesTo: (_, { built }) => !built,
    decide: ({ ports, docker }) => taken({ ports: ports.map((one) => ({ ...one, address: "" })), docker }, local),
  }),
  hostCheck({
    id: "ports/proxy",
    title: "Port 6443 is free for the proxy to the API",
    severity: "blocking",
    why: "On hosts without controlplane RKE starts a proxy on 6443, through which the kubelet reaches the API.",
    needs: ["ports", "docker"],
    appliesTo: (host, { built }) => !built && !host.roles.includes("controlplane"),
    decide: (facts) => taken(facts, [{ protocol: "tcp", port: 6443, use: "RKE's nginx-proxy" }]),
  }),
  hostCheck({
    id: "ports/ingress",
    title: "Ports 80 and 443 are free for the ingress",
    severity: "blocking",
    why: "The ingress controller listens on them on every worker; Rancher is reached through it.",
    needs: ["ports", "docker"],
    appliesTo: (host, { built, cluster }) => !built && host.roles.includes("worker") && cluster.rke.ingress === "nginx",
    decide: (facts) =>
      taken(facts, [
        { protocol: "tcp", port: 80, use: "ingress" },
        { protocol: "tcp", port: 443, use: "ingress" },
      ]),
  }),
  hostCheck({
    id: "ports/node-ports",
    title: "Nothing listens in the range of node ports",
    severity: "note",
    why: "A service that is given such a port could not be reached on this host.",
    needs: ["ports"],
    appliesTo: (_, { built }) => !built,
    decide: ({ ports }) => {
      const found = ports.filter(({ port, process }) => port >= 30_000 && port <= 32_767 && process !== undefined);
      if (found.length === 0) return undefined;
      const said = found.map(({ port, protocol, process }) => `${port}/${protocol} by ${process}`);
      return { evidence: said.slice(0, 5).join(", "), fix: "Let these programs use ports outside of 30000 to 32767." };
    },
  }),
];
