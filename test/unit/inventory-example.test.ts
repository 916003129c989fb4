import { readFileSync } from "node:fs";
import { load } from "js-yaml";
import { describe, expect, it } from "vitest";
import { inventoryJsonSchema, renderJsonSchema } from "../../src/inventory/json-schema.ts";
import { parseInventory } from "../../src/inventory/parse.ts";

const file = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const example = file("inventory.example.yaml");

/** The example with its switched-off settings switched on: `#key: value`, with nothing between the # and the key. */
const switchedOn = example.replaceAll(/^(\s*)#(?=[^\s#])/gm, "$1");

/** The same without one addon, which another one does not suffer beside it. */
const switchedOnBut = (addon: string) => switchedOn.replace(new RegExp(`^  ${addon}:\n(?: {3,}.*\n)+`, "m"), "");

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly description?: string;
}

/** Every key of a schema with its path; `[]` for the items of a list. */
function keysOf(node: Node, path = ""): readonly { readonly path: string; readonly node: Node }[] {
  const own = Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const childPath = path === "" ? key : `${path}.${key}`;
    return [{ path: childPath, node: child }, ...keysOf(child, childPath)];
  });
  return node.items === undefined ? own : [...own, ...keysOf(node.items, `${path}[]`)];
}

/** Every key of a parsed file, in the same spelling. */
function pathsIn(value: unknown, path = ""): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => pathsIn(item, `${path}[]`));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => {
    const childPath = path === "" ? key : `${path}.${key}`;
    return [childPath, ...pathsIn(child, childPath)];
  });
}

const schema = JSON.parse(renderJsonSchema());

describe("the example inventory", () => {
  it("has no mistakes as it is", () => {
    expect(() => parseInventory(example, "inventory.example.yaml")).not.toThrow();
  });

  it("has no mistakes with everything switched on that may be together", () => {
    expect(switchedOn).not.toBe(example);
    for (const addon of ["kubeflow", "kubeflowPipelines"]) {
      expect(switchedOnBut(addon)).not.toBe(switchedOn);
      expect(() => parseInventory(switchedOnBut(addon), "inventory.example.yaml")).not.toThrow();
    }
  });

  it("names every key of the schema", () => {
    const named = new Set(pathsIn(load(switchedOn)));
    // Jump hosts are explained once, under ssh.
    const explained = (path: string) => named.has(path) || named.has(path.replace(/^hosts\[\]\.jump/, "ssh.jump"));
    const missing = keysOf(schema).flatMap(({ path }) => (explained(path) ? [] : [path]));
    expect(keysOf(schema).length).toBeGreaterThan(60);
    expect(missing).toEqual([]);
  });

  it("shows the defaults of everything that is not about the sample cluster", () => {
    const { hosts: _, ...minimal } = { version: 1, cluster: { name: "sample" }, ssh: { user: "ubuntu" }, hosts: [] };
    const one = [{ name: "a", address: "a", roles: ["controlplane", "etcd", "worker"] }];
    const addons = { certManager: {} };
    const defaults = parseInventory(JSON.stringify({ ...minimal, hosts: one, addons }), "i.yaml");
    const shown = parseInventory(example, "i.yaml");
    expect(shown.tools).toEqual(defaults.tools);
    expect(shown.dns).toEqual(defaults.dns);
    expect(shown.addons).toEqual(defaults.addons);
    expect(shown.docker.source).toBe(defaults.docker.source);
    expect({ ...shown.rke, extraArgs: {}, clusterYml: {} }).toEqual(defaults.rke);
  });
});

describe("the JSON Schema", () => {
  it("in docs is the one that the code makes (npm run schema writes it)", () => {
    expect(file("docs/inventory.schema.json")).toBe(renderJsonSchema());
  });

  it("describes every key in a sentence", () => {
    const silent = keysOf(schema).flatMap(({ path, node }) =>
      /\w.*[.:)]$/.test(node.description ?? "") ? [] : [path],
    );
    expect(silent).toEqual([]);
  });

  it("asks only for what has no default", () => {
    expect(inventoryJsonSchema().required).toEqual(["version", "cluster", "hosts"]);
  });
});
