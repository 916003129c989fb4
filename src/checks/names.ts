import type { Cluster } from "../core/cluster.ts";
import { sh } from "../core/shell.ts";
import type { Lookup } from "../facts/lookups.ts";
import { contains, parseRange, type Range } from "../inventory/cidr.ts";
import { type AnyCheck, hostCheck } from "./check.ts";
import { sharedNames } from "./check-facts.ts";

/** Where a name may lead: the workers, and what MetalLB gives away. Undefined where hosts are known by name alone. */
function ownAddresses({ hosts, addons }: Cluster): readonly Range[] | undefined {
  const workers = hosts.filter(({ roles }) => roles.includes("worker"));
  const addresses = workers.flatMap(({ address, internalAddress }) => [address, internalAddress ?? address]);
  const ranges = [...addresses.map((address) => `${address}-${address}`), ...(addons.metallb?.addresses ?? [])];
  const parsed = ranges.flatMap((range) => parseRange(range) ?? []);
  return parsed.length === ranges.length ? parsed : undefined;
}

/** Names with addresses, of which none is a worker's or MetalLB's. Not judged where hosts are known by name alone. */
export function leadsElsewhere(lookups: readonly Lookup[], cluster: Cluster): readonly Lookup[] {
  const own = ownAddresses(cluster);
  if (own === undefined) return [];
  return lookups.filter(({ addresses }) => {
    const outer = addresses.filter((address) => !isLoopback(address));
    return outer.length > 0 && !outer.some((address) => own.some((range) => contains(range, address)));
  });
}

function isLoopback(address: string): boolean {
  return address.startsWith("127.") || address === "::1";
}

/** What the host is called and how it looks up names. */
export const nameChecks: readonly AnyCheck[] = [
  hostCheck({
    id: "names/hostname",
    title: "The host is called as in the inventory",
    severity: "warning",
    why: "Logs, metrics and storage name a host by its hostname: two names for one machine mislead whoever looks for it.",
    needs: ["machine"],
    fixedByUp: "os/names",
    decide: ({ machine: { hostname } }, host) => {
      if (hostname.toLowerCase() === host.name) return undefined;
      return {
        evidence: `it calls itself ${hostname}`,
        fix: "Rename it.",
        commands: [sh`hostnamectl set-hostname ${host.name}`],
      };
    },
  }),
  hostCheck({
    id: "names/localhost",
    title: "localhost is 127.0.0.1",
    severity: "blocking",
    why: "RKE asks Kubernetes' components for their health at localhost, and they listen on 127.0.0.1.",
    needs: ["resolver"],
    decide: ({ resolver: { hosts } }) => {
      const found = hosts.filter(({ names }) => names.includes("localhost"));
      if (found.some(({ address }) => address === "127.0.0.1")) return undefined;
      return {
        evidence: `/etc/hosts gives localhost ${found.map(({ address }) => address).join(", ") || "no address"}`,
        fix: "Add the line.",
        commands: [sh`sed -i '1i 127.0.0.1 localhost' /etc/hosts`],
      };
    },
  }),
  hostCheck({
    id: "names/cloud-init-hosts",
    title: "cloud-init leaves /etc/hosts alone",
    severity: "warning",
    why: "It rewrites the file at each boot: the names that up writes there would be gone.",
    needs: ["resolver"],
    fixedByUp: "os/names",
    decide: ({ resolver: { hostsByCloudInit } }) => {
      if (!hostsByCloudInit) return undefined;
      return {
        evidence: "manage_etc_hosts is on in /etc/cloud",
        fix: "Switch it off.",
        commands: [sh`printf 'manage_etc_hosts: false\n' >/etc/cloud/cloud.cfg.d/99-hosts.cfg`],
      };
    },
  }),
  hostCheck({
    id: "names/rancher",
    title: "Rancher's name is found",
    severity: "warning",
    why: "Rancher's agents, and every cluster that it manages, reach it by that name; a name that leads to the asking host itself leads nowhere.",
    needs: ["lookups"],
    appliesTo: (_, { cluster }) => sharedNames(cluster).length > 0,
    decide: ({ lookups }, host) => {
      const bad = lookups.filter(({ addresses }) => addresses.length === 0 || addresses.some(isLoopback));
      if (bad.length === 0) return undefined;
      const said = bad.map(({ name, addresses }) => `${name} has ${addresses.join(", ") || "no address"}`);
      return {
        evidence: `on ${host.name}, ${said.join("; ")}`,
        fix: "Add it to your nameserver with the address of a worker or of your load balancer, or to extraHosts in the inventory.",
      };
    },
  }),
  hostCheck({
    id: "names/rancher-elsewhere",
    title: "Rancher's name leads to this cluster",
    severity: "note",
    why: "Workers answer for Rancher: a name that leads to another machine shows a browser whatever is there.",
    needs: ["lookups"],
    appliesTo: (_, { cluster }) => sharedNames(cluster).length > 0,
    decide: ({ lookups }, host, { cluster }) => {
      const away = leadsElsewhere(lookups, cluster);
      if (away.length === 0) return undefined;
      const said = away.map(({ name, addresses }) => `${name} is ${addresses.join(", ")}`);
      return {
        evidence: `on ${host.name}, ${said.join("; ")}, which is no worker of this inventory`,
        fix: "Leave it so if your load balancer has that address. Else have the name lead to a worker.",
      };
    },
  }),
  hostCheck({
    id: "dns/nameservers",
    title: "There is a nameserver",
    severity: "blocking",
    why: "Neither packages nor images are found without one, and pods get the host's.",
    needs: ["resolver"],
    decide: ({ resolver }, _, { cluster }) => {
      if (resolver.nameservers.length > 0 || cluster.dns.nameservers.length > 0) return undefined;
      return {
        evidence: "/etc/resolv.conf names none",
        fix: "Name your nameservers in the inventory: dns.nameservers.",
      };
    },
  }),
  hostCheck({
    id: "dns/loopback",
    title: "Pods get nameservers that they can reach",
    severity: "blocking",
    why: "A nameserver at 127.0.0.1 is another one inside a pod: CoreDNS would ask itself for ever and stop with `Loop detected`.",
    needs: ["resolver"],
    decide: ({ resolver: { podNameservers } }, _, { cluster }) => {
      const loops = podNameservers.filter(isLoopback);
      if (loops.length === 0 || cluster.dns.nameservers.length > 0) return undefined;
      return {
        evidence: `pods would be given ${loops.join(", ")}`,
        fix: "Name the real nameservers in the inventory: dns.nameservers.",
      };
    },
  }),
  hostCheck({
    id: "dns/too-many",
    title: "There are at most three nameservers",
    severity: "warning",
    why: "The C library and the kubelet use the first three and ignore the rest (event DNSConfigForming).",
    needs: ["resolver"],
    decide: ({ resolver: { podNameservers } }, _, { cluster }) => {
      if (podNameservers.length <= 3 || cluster.dns.nameservers.length > 0) return undefined;
      return {
        evidence: `${podNameservers.length}: ${podNameservers.join(", ")}`,
        fix: "Keep the three that know most, with dns.nameservers in the inventory.",
      };
    },
  }),
  hostCheck({
    id: "dns/search-list",
    title: "The search list is short",
    severity: "warning",
    why: "The kubelet takes 32 domains and 2048 characters, and every name that a pod asks for is tried with each of them.",
    needs: ["resolver"],
    decide: ({ resolver }, _, { cluster: { dns } }) => {
      // What up puts there, where it puts anything.
      const search = dns.nameservers.length > 0 && dns.search.length > 0 ? dns.search : resolver.search;
      if (search.length <= 6) return undefined;
      return {
        evidence: `${search.length} search domains`,
        fix: "Keep those that people really use, with dns.nameservers and dns.search in the inventory.",
      };
    },
  }),
];
