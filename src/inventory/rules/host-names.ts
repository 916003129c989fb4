import type { Draft } from "../draft.ts";

/** The names of the hosts, as far as they are known. */
export function namesOf({ hosts = [] }: Draft): readonly string[] {
  return hosts.flatMap((host) => host?.name ?? []);
}

/** Whether every host is known by its name, so that any other name is nobody's. */
export function areAllNamed({ hosts }: Draft): boolean {
  return hosts?.every((host) => host?.name !== undefined) === true;
}
