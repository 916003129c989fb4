import { load } from "js-yaml";
import { describe, expect, it } from "vitest";
import { withSettings } from "../../src/cli/addons/settings.ts";
import { editAddon } from "../../src/inventory/edit-addons.ts";

const inventory = `# ours
version: 1
addons: # what we want
  # certificates
  certManager:
    version: v1.20.3
    values:
      a: 1

  # balancing
  metallb: { addresses: [192.0.2.200-192.0.2.210] }
# tools
tools: { rke: rke }
`;

describe("an addon in the text of an inventory", () => {
  it("is added below the others, and nothing else changes", () => {
    const edited = editAddon(inventory, "rancher", { hostname: "r.example.com", tls: { source: "rancher" } });
    const added = "  rancher:\n    hostname: r.example.com\n    tls:\n      source: rancher\n";
    expect(edited).toBe(inventory.replace("# tools\n", `${added}# tools\n`));
    expect(load(edited)).toMatchObject({ addons: { rancher: { tls: { source: "rancher" } } }, tools: { rke: "rke" } });
  });

  it("is replaced where it stands; comments of others stay", () => {
    const edited = editAddon(inventory, "certManager", { version: "v1.21.2" });
    expect(edited).toBe(inventory.replace("version: v1.20.3\n    values:\n      a: 1\n", "version: v1.21.2\n"));
  });

  it("is taken away with its block, and not the comments of the next one", () => {
    expect(editAddon(inventory, "certManager", undefined)).toBe(
      inventory.replace("  certManager:\n    version: v1.20.3\n    values:\n      a: 1\n", ""),
    );
    expect(load(editAddon(inventory, "metallb", undefined))).not.toHaveProperty("addons.metallb");
    expect(editAddon(inventory, "rancher", undefined)).toBe(inventory);
  });

  it("that was the last one leaves an empty mapping", () => {
    const one = "version: 1\naddons:\n  certManager: {}\ntools: {}\n";
    expect(editAddon(one, "certManager", undefined)).toBe("version: 1\naddons: {}\ntools: {}\n");
  });

  it("that is the first one brings the key along", () => {
    expect(editAddon("version: 1\n", "traefik", {})).toBe("version: 1\naddons:\n  traefik: {}\n");
    expect(editAddon("version: 1", "traefik", undefined)).toBe("version: 1");
  });

  it("follows the indentation of its neighbours", () => {
    expect(editAddon("addons:\n    certManager: {}\n", "traefik", {})).toBe(
      "addons:\n    certManager: {}\n    traefik: {}\n",
    );
  });

  it("goes where Drover took the last one away", () => {
    expect(editAddon("addons: {} # ours\nproxy: {}\n", "kueue", {})).toBe("addons: # ours\n  kueue: {}\nproxy: {}\n");
  });

  it("is not edited on a line of its own making", () => {
    for (const text of ["addons: { certManager: {} }\n", "addons: []\n", "addons: &anchor\n  a: 1\n"]) {
      expect(() => editAddon(text, "traefik", {})).toThrow(/`addons` is written on one line/);
    }
  });
});

describe("--set", () => {
  it.each<[readonly string[], object]>([
    [["hostname=r.example.com"], { hostname: "r.example.com", old: 1 }],
    [["values.a.b=2", "values.a.c=x"], { values: { a: { b: 2, c: "x" } }, old: 1 }],
    [["addresses=[192.0.2.1-192.0.2.9]"], { addresses: ["192.0.2.1-192.0.2.9"], old: 1 }],
    [["adopt=true"], { adopt: true, old: 1 }],
    [["old=null"], {}],
    [["a="], { a: "", old: 1 }],
    [["a=b=c"], { a: "b=c", old: 1 }],
  ])("%j", (assignments, settings) => {
    expect(withSettings({ old: 1 }, assignments)).toEqual(settings);
  });

  it.each(["hostname", "=x", "1a=x", "a=[", "a b=c"])("refuses %s", (assignment) => {
    expect(() => withSettings({}, [assignment])).toThrow(/not of the form|not YAML/);
  });
});
