import type { Reached } from "../facts/reach.ts";
import { type AnyCheck, type Finding, hostCheck } from "./check.ts";
import { hubEndpoint, isSame, packagesEndpoint, registryEndpoints } from "./check-facts.ts";

const words: Readonly<Record<Reached["outcome"], string>> = {
  open: "answers",
  unnamed: "has no address: the name is not found",
  refused: "refuses the connection",
  silent: "does not answer within 4 s",
};

function unreached(reach: readonly Reached[], isMine: (one: Reached) => boolean, fix: string): Finding | undefined {
  const failed = reach.filter((one) => one.outcome !== "open" && isMine(one));
  if (failed.length === 0) return undefined;
  return { evidence: failed.map(({ name, port, outcome }) => `${name}:${port} ${words[outcome]}`).join(", "), fix };
}

/** What the hosts fetch from. */
export const registryChecks: readonly AnyCheck[] = [
  hostCheck({
    id: "registries/reachable",
    title: "The inventory's registries answer",
    severity: "blocking",
    why: "Images come from there; RKE notices only when it pulls the first one, minutes later.",
    needs: ["reach"],
    appliesTo: (_, { cluster }) => cluster.registries.length > 0,
    decide: ({ reach }, _, { cluster }) =>
      unreached(
        reach,
        (one) => registryEndpoints(cluster).some(isSame(one)),
        "Start the registry, correct its url in the inventory, or open the way to it.",
      ),
  }),
  hostCheck({
    id: "registries/hub",
    title: "Docker Hub answers",
    severity: "blocking",
    why: "Without a default registry, all of Kubernetes' own images come from Docker Hub.",
    needs: ["reach"],
    appliesTo: (_, { cluster }) => !cluster.registries.some((registry) => registry.default),
    decide: ({ reach }, _, { cluster }) => {
      const hub = hubEndpoint(cluster);
      if (hub === undefined) return undefined;
      const fix = `Open the way to it (${hub.port}/tcp), or name a registry of your own with default: true.`;
      return unreached(reach, isSame(hub), fix);
    },
  }),
  hostCheck({
    id: "registries/docker-packages",
    title: "Docker's package repository answers",
    severity: "warning",
    why: "Docker CE is installed from there.",
    needs: ["reach", "docker"],
    appliesTo: (_, { cluster }) => cluster.docker.source === "docker-ce",
    decide: ({ reach, docker }, _, { cluster }) => {
      const packages = packagesEndpoint(cluster);
      if (docker.installed !== undefined || packages === undefined) return undefined;
      return unreached(
        reach,
        isSame(packages),
        `Open the way to it (${packages.port}/tcp), give apt a proxy, or name a mirror (docker.repository).`,
      );
    },
  }),
];
