import type { Seen } from "../../../src/wizard/seen.ts";

/** A machine as it might be found, with what a test is about said by it. */
export function seen(more: Partial<Seen> = {}): Seen {
  return {
    hostname: "ubuntu",
    machineId: undefined,
    bootId: undefined,
    os: "Ubuntu 24.04",
    cpus: 16,
    memoryMiB: 65_536,
    freeMiB: 200_000,
    nics: [],
    routes: [],
    defaultNic: undefined,
    gpus: [],
    docker: undefined,
    leftovers: [],
    ...more,
  };
}

/** A network card. */
export function nic(name: string, cidr: string, speedMbit?: number) {
  return { name, virtual: false, speedMbit, cidrs: [cidr] };
}
