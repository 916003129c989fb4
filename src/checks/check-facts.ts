import type { Cluster, Host } from "../core/cluster.ts";
import type { Answers } from "../core/decide.ts";
import { noProxy } from "../core/proxy.ts";
import type { Sh } from "../core/shell.ts";
import { factQuestions, type HostFacts, readFacts } from "../facts/host-facts.ts";
import { type Lookup, lookupsFact } from "../facts/lookups.ts";
import { type Endpoint, type Reached, reachFact } from "../facts/reach.ts";
import { type SyncLatency, syncLatencyFact } from "../facts/sync-latency.ts";
import { contains, parseCidr } from "../inventory/cidr.ts";

/** A host's facts, and what is measured for a check alone. */
export interface CheckFacts extends HostFacts {
  /** Whether the host reaches what it must fetch from; undefined also where it needs nothing. */
  readonly reach: readonly Reached[] | undefined;
  /** The names that must be found everywhere, looked up on the host. */
  readonly lookups: readonly Lookup[] | undefined;
  /** Of etcd's disk, on etcd hosts. */
  readonly syncLatency: SyncLatency | undefined;
}

/** The name of a fact that a check can need. */
export type CheckFactName = keyof CheckFacts;

/** What to ask a host for all checks, in one batch. The latency is a measured wait: at most 3 s. */
export function checkQuestions(host: Host, cluster: Cluster): readonly Sh[] {
  const sync = host.roles.includes("etcd") ? [syncLatencyFact.sh] : [];
  return [...factQuestions(host), reachFact(endpoints(cluster)).sh, lookupsFact(sharedNames(cluster)).sh, ...sync];
}

/** The facts from the answers to those questions. */
export function readCheckFacts(host: Host, cluster: Cluster, answers: Answers): CheckFacts {
  const reach = reachFact(endpoints(cluster));
  const lookups = lookupsFact(sharedNames(cluster));
  const [reachAnswer, syncAnswer] = [answers.get(reach.sh.text), answers.get(syncLatencyFact.sh.text)];
  const lookupAnswer = answers.get(lookups.sh.text);
  return {
    ...readFacts(host, answers),
    reach: reachAnswer === undefined ? undefined : reach.parse(reachAnswer),
    lookups: lookupAnswer === undefined ? undefined : lookups.parse(lookupAnswer),
    syncLatency: syncAnswer === undefined ? undefined : syncLatencyFact.parse(syncAnswer),
  };
}

/** Where a host knocks for the inventory's registries: there, or at the proxy that leads to them. */
export function registryEndpoints(cluster: Cluster): readonly Endpoint[] {
  return cluster.registries.map(({ url, insecure }) => {
    const own = endpoint(url, insecure ? 80 : 443);
    return isPassedBy(own.name, noProxy(cluster, "hosts")) ? own : byProxy(cluster, own, !insecure);
  });
}

/** Where it knocks for Docker Hub; undefined where images come from a registry of the inventory. */
export function hubEndpoint(cluster: Cluster): Endpoint | undefined {
  if (cluster.registries.some((registry) => registry.default)) return undefined;
  const own = { name: "registry-1.docker.io", port: 443 };
  return isPassedBy(own.name, noProxy(cluster, "hosts")) ? own : byProxy(cluster, own, true);
}

/** Where it knocks for Docker's packages, Docker's own or the inventory's mirror of them; undefined where they come from elsewhere. */
export function packagesEndpoint(cluster: Cluster): Endpoint | undefined {
  const { docker, proxy } = cluster;
  if (docker.source !== "docker-ce") return undefined;
  const { protocol, host } = new URL(docker.repository?.url ?? "https://download.docker.com");
  const own = endpoint(host, protocol === "http:" ? 80 : 443);
  // apt passes a proxy by for hosts that are named in full alone.
  return proxy?.no.includes(own.name) === true ? own : byProxy(cluster, own, protocol === "https:");
}

/** Where the hosts fetch images and packages from, each once. */
export function endpoints(cluster: Cluster): readonly Endpoint[] {
  const all = [...registryEndpoints(cluster), hubEndpoint(cluster), packagesEndpoint(cluster)];
  const known = all.filter((one) => one !== undefined);
  return known.filter((one, index) => known.findIndex(isSame(one)) === index);
}

/** Whether another one is the same place. */
export const isSame = (one: Endpoint) => (other: Endpoint) => one.name === other.name && one.port === other.port;

/** The proxy of the inventory for this kind of address; the place itself where there is none. */
function byProxy({ proxy }: Cluster, own: Endpoint, secure: boolean): Endpoint {
  const url = URL.parse((secure ? proxy?.https : undefined) ?? proxy?.http ?? "");
  if (url === null) return own;
  const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
  return { name: url.hostname.replace(/^\[|\]$/g, ""), port };
}

/** Whether Docker reaches this name without its proxy: NO_PROXY as Go reads it (golang.org/x/net/http/httpproxy). */
export function isPassedBy(name: string, words: readonly string[]): boolean {
  return words.some((word) => {
    const range = parseCidr(word);
    if (range !== undefined) return contains(range, name);
    const domain = word.replace(/^\*(?=\.)/, "").toLowerCase();
    return word === "*" || name === domain || name.endsWith(domain.startsWith(".") ? domain : `.${domain}`);
  });
}

/** Names that hosts and pods must find, besides those that `up` writes into /etc/hosts. */
export function sharedNames(cluster: Cluster): readonly string[] {
  const names = [cluster.addons.rancher?.hostname].filter((name) => name !== undefined);
  return names.filter((name) => cluster.extraHosts[name] === undefined);
}

function endpoint(url: string, port: number): Endpoint {
  const [authority = ""] = url.split("/");
  const [, name = authority, given] = /^(.*):(\d{1,5})$/.exec(authority) ?? [];
  return { name, port: given === undefined ? port : Number(given) };
}
