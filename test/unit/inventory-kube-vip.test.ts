import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { clusterDocument } from "../../src/engines/rke/cluster-yml.ts";
import { loadInventory } from "../../src/inventory/load.ts";
import { testFolder } from "../test-folder.ts";
import { minimal } from "./inventory-support.ts";
import { templates } from "./support/rke-world.ts";

const folder = testFolder("kube-vip");

/** What the API's certificate is for, with these parts in the inventory. */
async function certificateOf(more: object) {
  const path = join(folder, "inventory.yaml");
  await writeFile(path, JSON.stringify({ ...minimal, ...more }));
  const readText = (file: string): Promise<string> => readFile(file, "utf8");
  const resolveSecret = async () => "";
  const cluster = await loadInventory({ path, readFile: readText, home: "/home/me", resolveSecret });
  const { authentication } = clusterDocument(cluster, templates);
  return authentication;
}

const addons = { kubeVip: { address: "192.0.2.100" } };

describe("the API's virtual address", () => {
  it("is in its certificate", async () => {
    expect(await certificateOf({ addons })).toMatchObject({ sans: ["192.0.2.100"] });
  });

  it("is there beside the name that clients are given for it, and once", async () => {
    const rke = { api: { address: "api.example.org:443", sans: ["api.lan", "192.0.2.100"] } };
    expect(await certificateOf({ addons, rke })).toMatchObject({
      sans: ["api.example.org", "192.0.2.100", "api.lan"],
    });
    const same = { api: { address: "192.0.2.100:6443" } };
    expect(await certificateOf({ addons, rke: same })).toMatchObject({ sans: ["192.0.2.100"] });
  });

  it("is not there without the addon", async () => {
    expect(JSON.stringify((await certificateOf({})) ?? {})).not.toContain("192.0.2.100");
  });
});
