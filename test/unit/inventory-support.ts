import { DroverError } from "../../src/core/errors.ts";
import { parseInventory } from "../../src/inventory/parse.ts";

/** A host of a good inventory. */
export const host = { name: "h1", address: "192.0.2.1", roles: ["controlplane", "etcd", "worker"] };

/** The smallest good inventory. */
export const minimal = { version: 1, cluster: { name: "sample" }, ssh: { user: "ubuntu" }, hosts: [host] };

/** The smallest good inventory with this many hosts: h1 on 192.0.2.1 and so on. */
export function hosts(count: number, roles: readonly string[] = ["controlplane", "etcd", "worker"]) {
  return Array.from({ length: count }, (_, index) => ({
    name: `h${index + 1}`,
    address: `192.0.2.${index + 1}`,
    roles,
  }));
}

/** What a call throws, which must be a DroverError. */
export function thrownBy(call: () => unknown): DroverError {
  try {
    call();
  } catch (thrown) {
    if (thrown instanceof DroverError) return thrown;
    throw new Error("threw something else than a DroverError", { cause: thrown });
  }
  throw new Error("did not throw");
}

/** The mistakes of an inventory's text, with their places; none if it is good. */
export function mistakesOfText(source: string): readonly string[] {
  try {
    parseInventory(source, "i.yaml");
    return [];
  } catch (thrown) {
    if (thrown instanceof DroverError && thrown.code === "inventory/invalid") return thrown.details;
    throw thrown;
  }
}

/** The mistakes of an inventory that is given as a value (JSON is YAML), without their places. */
export function mistakesOf(inventory: unknown): readonly string[] {
  return mistakesOfText(JSON.stringify(inventory)).map((line) => line.replace(/^i\.yaml:\d+:\d+:? /, ""));
}
