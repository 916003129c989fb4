import { diskOf } from "../facts/disks.ts";
import type { HostFacts } from "../facts/host-facts.ts";
import { defaultRoutes } from "../facts/network.ts";
import type { Seen } from "./seen.ts";

/** GPUs by the names that people use: without the maker, who is the same for all. */
function gpuNames(facts: HostFacts): readonly string[] {
  return (facts.gpus ?? []).filter(({ kind }) => kind === "gpu").map(({ model }) => model.replace(/^NVIDIA /, ""));
}

function leftovers({ leftovers: found, docker }: HostFacts): readonly string[] {
  const kubernetes = Object.keys(found?.paths ?? {}).map((name) => `leftovers of ${name}`);
  const snap = docker?.snap === true ? ["Docker as a snap"] : [];
  return [...kubernetes, ...snap];
}

/** What the wizard needs of a host's facts; undefined if not even the machine could be asked. */
export function seenOf(facts: HostFacts): Seen | undefined {
  const { machine, network, os } = facts;
  if (machine === undefined) return undefined;
  return {
    hostname: machine.hostname,
    machineId: machine.machineId,
    bootId: machine.bootId,
    os: (os?.prettyName ?? "an unknown system").replace(/ GNU\/Linux| LTS| \([a-z]+\)/g, ""),
    cpus: machine.cpus,
    memoryMiB: machine.memoryMiB,
    freeMiB: diskOf(facts.disks ?? [], "/var/lib/docker")?.freeMiB,
    nics: (network?.nics ?? []).map(({ name, speedMbit, virtual, addresses }) => ({
      name,
      speedMbit,
      virtual,
      cidrs: addresses.filter(({ family }) => family === 4).map(({ cidr }) => cidr),
    })),
    routes: [...new Set((network?.routes ?? []).map(({ dst }) => dst))],
    defaultNic: network === undefined ? undefined : defaultRoutes(network)[0]?.dev,
    gpus: gpuNames(facts),
    docker: facts.docker?.installed,
    leftovers: leftovers(facts),
  };
}
