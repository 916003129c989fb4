import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clusterDocument } from "../../src/engines/rke/cluster-yml.ts";
import { loadInventory } from "../../src/inventory/load.ts";
import { minimal } from "./inventory-support.ts";
import { templates } from "./support/rke-world.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "drover-kube-vip-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Where clients find the API, and what its certificate is for, with these parts in the inventory. */
async function apiOf(more: object) {
  const path = join(folder, "inventory.yaml");
  await writeFile(path, JSON.stringify({ ...minimal, ...more }));
  const readText = (file: string): Promise<string> => readFile(file, "utf8");
  const resolveSecret = async () => "";
  const cluster = await loadInventory({ path, readFile: readText, home: "/home/me", resolveSecret });
  const { authentication } = clusterDocument(cluster, templates);
  return { address: cluster.rke.api.address, authentication };
}

const addons = { kubeVip: { address: "192.0.2.100" } };

describe("the API's virtual address", () => {
  it("is where clients find it, and is in its certificate", async () => {
    expect(await apiOf({ addons })).toEqual({
      address: "192.0.2.100",
      authentication: expect.objectContaining({ sans: ["192.0.2.100"] }),
    });
  });

  it("is in the certificate beside the name that clients are given for it", async () => {
    const rke = { api: { address: "api.example.org:443", sans: ["api.lan", "192.0.2.100"] } };
    expect(await apiOf({ addons, rke })).toEqual({
      address: "api.example.org:443",
      authentication: expect.objectContaining({ sans: ["api.example.org", "192.0.2.100", "api.lan"] }),
    });
  });

  it("is nowhere without the addon", async () => {
    const { address, authentication } = await apiOf({});
    expect(address).toBeUndefined();
    expect(JSON.stringify(authentication ?? {})).not.toContain("192.0.2.100");
  });
});
