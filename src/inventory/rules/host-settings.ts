import type { Mistake } from "../mistake.ts";
import type { Rule } from "./rule.ts";

/** Only Docker's own repository holds several versions to choose from. */
export const dockerVersionNeedsDockerCe: Rule = (draft) => {
  const source = draft.docker?.source;
  if (draft.docker?.version === undefined || source === undefined || source === "docker-ce") return [];
  const message =
    source === "none"
      ? "has no effect with `source: none`, where Drover leaves Docker alone; remove it"
      : "can be chosen with `source: docker-ce` only: a distribution offers one version";
  return [{ path: ["docker", "version"], message }];
};

/** Drover itself maps the hosts' names to their addresses in /etc/hosts. */
export const extraHostsAreOthers: Rule = (draft) => {
  const own = new Set(["localhost", ...(draft.hosts ?? []).flatMap((host) => host?.name ?? [])]);
  return Object.keys(draft.extraHosts ?? {}).flatMap((name): Mistake[] => {
    if (!own.has(name)) return [];
    const what = name === "localhost" ? "has an address of its own" : "is a host of this inventory, with an address";
    return [{ path: ["extraHosts", name], message: `${name} ${what}; remove it here` }];
  });
};

/** Servers are for the client that Drover sees to. */
export const timeServersNeedManaging: Rule = (draft) => {
  if (draft.time?.manage !== false || (draft.time.servers ?? []).length === 0) return [];
  return [{ path: ["time", "servers"], message: "has no effect with `manage: false`; remove one of the two" }];
};

/** What Kubernetes' network cannot do without, and Drover sets on every host. */
const reserved: Readonly<Record<string, string>> = {
  "net.ipv4.ip_forward": "1",
  "net.ipv4.conf.all.forwarding": "1",
  "net.bridge.bridge-nf-call-iptables": "1",
  "net.bridge.bridge-nf-call-ip6tables": "1",
};

/** A setting that would cut the pods off is refused; saying what holds anyway is not. */
export const sysctlKeepsTheNetwork: Rule = (draft) =>
  Object.entries(draft.kernel?.sysctl ?? {}).flatMap(([key, value]): Mistake[] => {
    const must = reserved[key];
    if (must === undefined || value === undefined || String(value) === must) return [];
    return [{ path: ["kernel", "sysctl", key], message: `must be ${must}, or pods cannot reach each other` }];
  });
