import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { commandLinesDuring } from "../unit/support/command-lines.ts";
import type { PracticeCluster } from "./practice-cluster.ts";

const chart = resolve(import.meta.dirname, "../stand-ins/object-storage");
const namespace = "seaweedfs";

/**
 * The store of objects: the proof, its Job and its keys are the real ones, on a volume of the real local-path-provisioner; the
 * store itself is a stand-in for SeaweedFS. Each test goes on from the one before it.
 */
export function objectStorageTests(place: PracticeCluster): void {
  const registry = `${place.settings.net}.1:5000`;
  const tools = `${registry}/rancher/rke-tools`;
  const addons = (...args: readonly string[]) => place.drover("addons", ...args, "--yes");
  const enable = (name: string, ...settings: readonly string[]) =>
    addons("enable", name, ...settings.flatMap((one) => ["--set", one]));
  const up = () => place.drover("up", "--yes", "--only", "addons");
  const kept = async () =>
    (await place.onHosts("find /srv/store -mindepth 2 2>/dev/null || true")).join("").trim().split("\n");

  it("is proven with an object on a volume that the same run brings, by a Job that is gone afterwards", async () => {
    await enable(
      "localPath",
      "version=0.0.30",
      `chart=${join(place.settings.cache, "charts", "local-path-provisioner")}`,
      "path=/srv/store",
      `values={image: {repository: ${registry}/rancher/local-path-provisioner}, helperImage: {repository: ${tools}, tag: v0.1.111}}`,
    );
    await enable("objectStorage", `chart=${chart}`, "size=64Mi", `values={standIn: {image: "${tools}:v0.1.111"}}`);
    expect((await up()).code).toBe(0);
    const done = place.lastRun().filter((event) => event.kind === "change-finished");
    expect(done.map((event) => event.step)).toContain("seaweedfs/keeps");
    const claim = ["get", "pvc", "-n", namespace, "-o", "jsonpath={.items[*].status.phase}"];
    expect(await place.kubectl(claim)).toBe("Bound");
    expect(await place.kubectl(["get", "jobs", "-n", namespace, "-o", "name"])).toBe("");
    expect(await kept()).toEqual([""]);
    expect((await place.drover("plan", "--exit-code", "--only", "addons")).code).toBe(0);
  });

  it("is told with what it answers where it keeps nothing, and proven again once it does", async () => {
    const secret = ["get", "secret", "seaweedfs-s3-secret", "-n", namespace, "-o"];
    const key = Buffer.from(await place.kubectl([...secret, "jsonpath={.data.admin_secret_access_key}"]), "base64");
    await addons("configure", "objectStorage", "--set", "values.standIn.isFull=true");
    const { result, found } = await commandLinesDuring([key.toString()], up);
    expect([result.code, result.stderr]).toEqual([1, expect.stringContaining("addon/gate-closed")]);
    expect(result.stderr).toMatch(/writing\s+an\s+object:\s+it\s+answers\s+507/);
    expect(found).toEqual([]);
    expect(await place.kubectl(["get", "jobs", "-n", namespace, "-o", "name"])).toBe("");
    await addons("configure", "objectStorage", "--set", "values.standIn.isFull=false");
    expect((await up()).code).toBe(0);
    expect((await place.drover("plan", "--exit-code", "--only", "addons")).code).toBe(0);
  });

  it("goes with its volume and all that it kept, and leaves what made the volume", async () => {
    expect((await addons("disable", "objectStorage")).code).toBe(0);
    await expect(place.kubectl(["get", "namespace", namespace])).rejects.toThrow("not found");
    await expect.poll(() => place.kubectl(["get", "pv", "-o", "name"]), { timeout: 60_000 }).toBe("");
    expect(await place.kubectl(["get", "storageclass", "-o", "name"])).toContain("local-path");
    expect((await addons("disable", "localPath")).code).toBe(0);
  });
}
