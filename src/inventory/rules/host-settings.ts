import { isIP } from "node:net";
import { type Mistake, quoted } from "../mistake.ts";
import { suggest } from "../suggest.ts";
import { areAllNamed, namesOf } from "./host-names.ts";
import type { Rule } from "./rule.ts";

/** Only Docker's own repository holds several versions to choose from, and has mirrors of its own. */
export const dockerVersionNeedsDockerCe: Rule = ({ docker }) => {
  const source = docker?.source;
  if (source === undefined || source === "docker-ce") return [];
  const whys = {
    version: "can be chosen with `source: docker-ce` only: a distribution offers one version",
    repository: "holds Docker CE, for `source: docker-ce`; a distribution's package comes from the hosts' own sources",
  } as const;
  const none = "has no effect with `source: none`, where Drover leaves Docker alone; remove it";
  return (["version", "repository"] as const).flatMap((key): Mistake[] =>
    docker?.[key] === undefined ? [] : [{ path: ["docker", key], message: source === "none" ? none : whys[key] }],
  );
};

/** Said twice, the two could differ. */
export const dockerSettingsSaidOnce: Rule = ({ docker }) => {
  const keys = { "data-root": "dataRoot", "log-opts": "logOptions", "registry-mirrors": "mirrors" } as const;
  return Object.entries(keys).flatMap(([key, own]): Mistake[] =>
    docker?.[own] === undefined || docker.daemon?.[key] === undefined
      ? []
      : [{ path: ["docker", "daemon", key], message: `is docker.${own}, which is given too; say it once` }],
  );
};

/** Without a place there is nowhere to move it to. */
export const moveDataLeadsSomewhere: Rule = ({ docker }) =>
  docker?.moveData === true && !("dataRoot" in docker)
    ? [{ path: ["docker", "moveData"], message: "says that data may be moved, but no dataRoot says where to" }]
    : [];

/** Who looks names up in domains is told by whom to ask. */
export const searchNeedsNameservers: Rule = ({ dns }) =>
  (dns?.search?.length ?? 0) > 0 && (dns?.nameservers?.length ?? 0) === 0
    ? [
        {
          path: ["dns", "search"],
          message: "has no effect without dns.nameservers: name the servers too, or remove it",
        },
      ]
    : [];

/** A name in extraHosts can be that of a host with an IP address, which /etc/hosts needs. */
export const extraHostsLeadSomewhere: Rule = (draft) =>
  Object.entries(draft.extraHosts ?? {}).flatMap(([name, target]): Mistake[] => {
    if (target === undefined || isIP(target) !== 0) return [];
    const path = ["extraHosts", name];
    const host = draft.hosts?.find((one) => one?.name === target);
    if (host === undefined) {
      if (!areAllNamed(draft)) return [];
      const meant = suggest(target, namesOf(draft));
      const hint = meant === undefined ? "" : `; did you mean ${quoted(meant)}?`;
      return [{ path, message: `must be an IP address, or the name of a host${hint}` }];
    }
    const address = "internalAddress" in host ? host.internalAddress : host.address;
    if (address === undefined || isIP(address) !== 0) return [];
    return [
      { path, message: `${target} is found by name (${address}); give its IP address as internalAddress, or here` },
    ];
  });

/** A proxy without an address is none. */
export const proxyIsSomewhere: Rule = ({ proxy }) =>
  proxy === undefined || "http" in proxy || "https" in proxy
    ? []
    : [{ path: ["proxy"], message: "has neither http nor https; give one, or remove it" }];

/** Drover itself maps the hosts' names to their addresses in /etc/hosts. */
export const extraHostsAreOthers: Rule = (draft) => {
  const own = new Set(["localhost", ...namesOf(draft)]);
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
