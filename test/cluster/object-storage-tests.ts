import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { commandLinesDuring } from "../unit/support/command-lines.ts";
import { addonCommands } from "./addon-commands.ts";
import type { PracticeCluster } from "./practice-cluster.ts";

const chart = resolve(import.meta.dirname, "../stand-ins/object-storage");
const namespace = "seaweedfs";

/**
 * The store of objects: the proof, its Job and its keys are the real ones, on a volume of the real local-path-provisioner. In
 * SeaweedFS's place is a stand-in: another real server of the S3 protocol, which checks signatures and fails on a full disk. Each
 * test goes on from the one before it.
 */
export function objectStorageTests(place: PracticeCluster): void {
  const { addons, enable, up, changed, nothingToDo } = addonCommands(place);
  const registry = `${place.settings.net}.1:5000`;
  const tools = `${registry}/rancher/rke-tools`;
  /** Each upgrade is proven anew; this one changes no object. */
  const upgrade = (note: string) => addons("configure", "objectStorage", "--set", `values.standIn.note=${note}`);
  /** What is left of the proof in the volumes, in whichever folder of the server. */
  const left = async () =>
    (await place.onHosts("find /srv/store -name '*drover-proof*' 2>/dev/null || true")).join("").trim();
  const secret = ["secret", "seaweedfs-s3-secret", "-n", namespace];
  const storedKey = async () => {
    const stored = await place.kubectl(["get", ...secret, "-o", "jsonpath={.data.admin_secret_access_key}"]);
    return Buffer.from(stored, "base64").toString();
  };
  const jobs = () => place.kubectl(["get", "jobs", "-n", namespace, "-o", "name"]);

  it("is proven with an object on a volume that the same run brings, by a Job that is gone afterwards", async () => {
    // A small disk of its own, which can become full.
    await place.onHosts("mkdir -p /srv/store && mount -t tmpfs -o size=16m store /srv/store");
    await enable(
      "localPath",
      "version=0.0.30",
      `chart=${join(place.settings.cache, "charts", "local-path-provisioner")}`,
      "path=/srv/store",
      `values={image: {repository: ${registry}/rancher/local-path-provisioner}, helperImage: {repository: ${tools}, tag: v0.1.111}}`,
    );
    const image = `${registry}/drover/object-store-stand-in:v1.8.0`;
    await enable("objectStorage", `chart=${chart}`, "size=64Mi", `values={standIn: {image: "${image}"}}`);
    expect((await up()).code).toBe(0);
    expect(changed()).toContain("seaweedfs/keeps");
    const claim = ["get", "pvc", "-n", namespace, "-o", "jsonpath={.items[*].status.phase}"];
    expect(await place.kubectl(claim)).toBe("Bound");
    expect(await jobs()).toBe("");
    expect(await left()).toBe("");
    await nothingToDo();
  });

  it("is told with what it answers where its disk is full, and proven again once there is room", async () => {
    await place.onHosts("cat /dev/zero >/srv/store/filler 2>/dev/null; test -s /srv/store/filler");
    await upgrade("full");
    const plan = await place.drover("plan", "--verbose", "--only", "addons");
    expect(plan.stdout).toMatch(/^\s+\+ +note: full$/m);
    // Its keys stay: helm hides Secrets from whom it only shows what it would do.
    expect(plan.stdout).not.toContain("Secret");
    const { result, found } = await commandLinesDuring([await storedKey()], up);
    expect([result.code, result.stderr]).toEqual([1, expect.stringContaining("addon/gate-closed")]);
    expect(result.stderr).toMatch(/writing\s+an\s+object:\s+it\s+answers\s+507/);
    expect(found).toEqual([]);
    expect(await jobs()).toBe("");
    await place.onHosts("rm /srv/store/filler");
    expect((await up()).code).toBe(0);
    expect(await left()).toBe("");
    await nothingToDo();
  });

  it("is told where the key that is written down is not the one that it takes, and proven once it is", async () => {
    const other = JSON.stringify({ stringData: { admin_secret_access_key: `${await storedKey()}x` } });
    await place.kubectl(["patch", ...secret, "-p", other]);
    await upgrade("locked");
    const { code, stderr } = await up();
    expect([code, stderr]).toEqual([1, expect.stringContaining("addon/gate-closed")]);
    expect(stderr).toMatch(/making\s+a\s+bucket:\s+it\s+answers\s+403/);
    const store = "deploy/seaweedfs-all-in-one";
    await place.kubectl(["rollout", "restart", store, "-n", namespace]);
    await place.kubectl(["rollout", "status", store, "-n", namespace, "--timeout", "120s"]);
    expect((await up()).code).toBe(0);
  });

  it("goes with its volume and all that it kept, and leaves what made the volume", async () => {
    expect((await addons("disable", "objectStorage")).code).toBe(0);
    await expect(place.kubectl(["get", "namespace", namespace])).rejects.toThrow("not found");
    await expect.poll(() => place.kubectl(["get", "pv", "-o", "name"]), { timeout: 60_000 }).toBe("");
    expect(await place.kubectl(["get", "storageclass", "-o", "name"])).toContain("local-path");
    expect((await addons("disable", "localPath")).code).toBe(0);
    await place.onHosts("umount /srv/store");
  });
}
