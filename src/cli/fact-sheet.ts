import type { Gpu } from "../facts/gpus.ts";
import type { HostFacts } from "../facts/host-facts.ts";
import { defaultRoutes, type NetworkFact } from "../facts/network.ts";
import type { FactSheet } from "../view/facts.ts";
import type { HostLook } from "./ask-facts.ts";

/** What a person wants to know of a host first. What the host did not tell is left out. */
export function factSheet(look: HostLook): FactSheet {
  const host = `${look.host.name} (${look.host.address})`;
  if (look.kind === "failed") return { host, rows: [["not asked", `${look.failure.message}. ${look.failure.remedy}`]] };
  return { host, rows: factRows(look.facts) };
}

/** Label and text of what the host did tell. */
export function factRows(facts: HostFacts): FactSheet["rows"] {
  const rows = Object.entries(summaries).map(([label, tell]) => [label, tell(facts)] as const);
  return rows.flatMap(([label, text]) => (text === undefined || text === "" ? [] : [[label, text] as const]));
}

const summaries: Readonly<Record<string, (facts: HostFacts) => string | undefined>> = {
  system: ({ os }) => os && `${os.prettyName}, ${os.architecture}, kernel ${os.kernel}`,
  machine: ({ machine }) =>
    machine &&
    `${[machine.model, machine.cpuModel, `${machine.cpus} CPUs`, gib(machine.memoryMiB)].filter(Boolean).join(", ")}, virtualisation: ${machine.virtualisation}`,
  disks: ({ disks }) =>
    disks
      ?.filter(({ sizeMiB }) => sizeMiB !== undefined)
      .map(
        ({ mount, fstype, sizeMiB = 0, freeMiB = 0 }) => `${mount} ${gib(freeMiB)} free of ${gib(sizeMiB)} (${fstype})`,
      )
      .join("; "),
  network: ({ network }) => network && networkText(network),
  names: ({ resolver }) => resolver && `nameservers ${resolver.nameservers.join(", ") || "none"}`,
  clock: ({ clock }) => clock && `${inStep(clock.synchronised)}, kept by ${clock.clients.join(", ") || "nobody"}`,
  docker: ({ docker }) =>
    docker &&
    `${docker.installed ?? "not installed"}${docker.daemon ? `, ${docker.daemon.containers} containers` : ""}`,
  gpus: ({ gpus }) => gpus && gpuText(realGpus(gpus)),
  swap: ({ swap }) => swap && (swap.active.map(({ name, sizeMiB }) => `${name} ${gib(sizeMiB)}`).join(", ") || "none"),
  leftovers: ({ leftovers }) => leftovers && Object.keys(leftovers.paths).join(", "),
  reboot: ({ upkeep }) =>
    upkeep?.rebootRequired ? `required by ${upkeep.rebootBecause.join(", ") || "an upgrade"}` : undefined,
};

function inStep(synchronised: boolean | undefined): string {
  if (synchronised === undefined) return "not known to be in step";
  return synchronised ? "in step" : "not in step";
}

function networkText(network: NetworkFact): string {
  const cards = network.nics
    .filter(({ up, addresses }) => up && addresses.length > 0)
    .map(({ name, mtu, speedMbit, addresses }) => {
      const speed = speedMbit === undefined ? "" : `, ${speedMbit} Mbit/s`;
      return `${name} ${addresses.map(({ cidr }) => cidr).join(" ")} (MTU ${mtu}${speed})`;
    });
  const [route] = defaultRoutes(network);
  return [...cards, ...(route?.via === undefined ? [] : [`gateway ${route.via}`])].join("; ");
}

function gpuText(gpus: readonly Gpu[]): string {
  return gpuCounts(gpus)
    .map(({ model, count }) => `${count} x ${model}`)
    .join(", ");
}

/** How many there are of each model, in the order of the bus. */
export function gpuCounts(gpus: readonly Gpu[]): readonly { readonly model: string; readonly count: number }[] {
  return [...Map.groupBy(gpus, ({ model }) => model)].map(([model, same]) => ({ model, count: same.length }));
}

/** GPUs only: NVSwitches stand in the same list. */
export function realGpus(gpus: readonly Gpu[]): readonly Gpu[] {
  return gpus.filter(({ kind }) => kind === "gpu");
}

function gib(mib: number): string {
  return mib < 1024 ? `${mib} MiB` : `${(mib / 1024).toFixed(1)} GiB`;
}
