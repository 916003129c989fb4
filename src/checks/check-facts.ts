import type { Cluster, Host } from "../core/cluster.ts";
import type { Answers } from "../core/decide.ts";
import type { Sh } from "../core/shell.ts";
import { factQuestions, type HostFacts, readFacts } from "../facts/host-facts.ts";
import { type Lookup, lookupsFact } from "../facts/lookups.ts";
import { type Endpoint, type Reached, reachFact } from "../facts/reach.ts";
import { type SyncLatency, syncLatencyFact } from "../facts/sync-latency.ts";

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

/** Where the inventory's registries are. */
export function registryEndpoints({ registries }: Cluster): readonly Endpoint[] {
  return registries.map(({ url, insecure }) => endpoint(url, insecure ? 80 : 443));
}

/** Where Docker's packages come from: Docker, or the inventory's mirror; undefined where they come from elsewhere. */
export function packagesEndpoint({ docker }: Cluster): Endpoint | undefined {
  if (docker.source !== "docker-ce") return undefined;
  const { protocol, host } = new URL(docker.repository?.url ?? "https://download.docker.com");
  return endpoint(host, protocol === "http:" ? 80 : 443);
}

/** Where the hosts fetch images and packages from. */
export function endpoints(cluster: Cluster): readonly Endpoint[] {
  const hub = cluster.registries.some((registry) => registry.default)
    ? []
    : [{ name: "registry-1.docker.io", port: 443 }];
  const packages = packagesEndpoint(cluster);
  return [...registryEndpoints(cluster), ...hub, ...(packages === undefined ? [] : [packages])];
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
