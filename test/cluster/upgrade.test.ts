import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { olderKubernetes } from "../../scripts/parts/older-images.ts";
import { leftOutHere } from "../lab/full-tests.ts";
import { PracticeCluster } from "./practice-cluster.ts";

/** One minor version of Kubernetes to the next, on one practice host that is all of a cluster. */
const why = await leftOutHere();
const place = new PracticeCluster(
  { home: "/var/lib/drover-lab-upgrade", bridge: "drover37", net: "10.137.0", prefix: "u" },
  1,
);
const newer = "v1.32.3-rancher1-1";
const inventory = (): string => readFileSync(place.inventory, "utf8");
const kubelet = () => place.kubectl(["get", "node", "u1", "-o", "jsonpath={.status.nodeInfo.kubeletVersion}"]);
/** Of each part of Kubernetes, the version that the program itself tells. */
const programs = async (): Promise<readonly string[]> => {
  const parts = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy"];
  const said = await place.onHost(1, parts.map((part) => `docker exec ${part} ${part} --version`).join("\n"));
  return [...new Set(said.trim().split("\n"))];
};
const snapshots = async (): Promise<readonly { readonly name: string }[]> =>
  JSON.parse((await place.drover("etcd", "list", "--json")).stdout).snapshots;

describe.skipIf(why !== undefined)(`an upgrade${why === undefined ? "" : ` (left out: ${why})`}`, () => {
  beforeAll(async () => {
    await place.boot();
    const text = inventory()
      .replace(`kubernetesVersion: ${newer}`, `kubernetesVersion: ${olderKubernetes} # as we began`)
      .replace(/\naddons:[\s\S]*/, "\n");
    writeFileSync(place.inventory, text);
    expect((await place.drover("up", "--yes")).code).toBe(0);
  });
  afterAll(() => place.remove());

  it("begins with a cluster that is really of the older version", async () => {
    expect(await kubelet()).toBe("v1.31.7");
    expect(await programs()).toEqual(["Kubernetes v1.31.7"]);
    await place.kubectl(["create", "configmap", "before", "--from-literal=a=kept"]);
  });

  it("is told in advance: where the cluster is, and the one step there is", async () => {
    const { stdout } = await place.drover("upgrade", "--list", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ current: olderKubernetes, hops: [newer] });
    expect((await place.drover("upgrade", "v1.30.11-rancher1-1", "--yes")).stderr).toContain("upgrade/no-way");
    expect(await kubelet()).toBe("v1.31.7");
  });

  it("is not begun unasked, and leaves the inventory until it is made", async () => {
    const before = inventory();
    const { code } = await place.drover("upgrade");
    expect(code).not.toBe(0);
    expect(inventory()).toBe(before);
    expect(await snapshots()).toEqual([]);
  });

  it("takes a snapshot, then brings every part to the next version; the inventory follows with its comments", async () => {
    expect((await place.drover("upgrade", "--yes")).code).toBe(0);
    expect(await kubelet()).toBe("v1.32.3");
    expect(await programs()).toEqual(["Kubernetes v1.32.3"]);
    expect(await place.kubectl(["get", "configmap", "before", "-o", "jsonpath={.data.a}"])).toBe("kept");
    expect(inventory()).toContain(`kubernetesVersion: ${newer} # as we began`);
    expect(await snapshots()).toMatchObject([
      { name: expect.stringMatching(new RegExp(`^before-upgrade-${olderKubernetes}-`)), hosts: ["u1"] },
    ]);
  });

  it("leaves nothing to do, for up and for upgrade", async () => {
    expect((await place.drover("plan", "--exit-code")).code).toBe(0);
    const again = await place.drover("upgrade", "--yes");
    expect(again.code).toBe(0);
    expect(place.lastRun().at(-1)).toMatchObject({ outcome: "nothing-to-do" });
  });

  it("has a way back, which wants the older version in the inventory: the snapshot from before", async () => {
    const [snapshot] = await snapshots();
    const name = snapshot?.name ?? expect.fail("no snapshot");
    await place.kubectl(["create", "configmap", "after", "--from-literal=a=lost"]);
    const unfit = await place.drover("etcd", "restore", name, "--confirm", "lab");
    expect([unfit.code, unfit.stderr]).toEqual([1, expect.stringContaining("etcd/snapshot-unfit")]);
    writeFileSync(place.inventory, inventory().replace(newer, olderKubernetes));
    expect((await place.drover("etcd", "restore", name, "--confirm", "lab")).code).toBe(0);
    expect(await kubelet()).toBe("v1.31.7");
    expect(await programs()).toEqual(["Kubernetes v1.31.7"]);
    expect(await place.kubectl(["get", "configmap", "before", "-o", "jsonpath={.data.a}"])).toBe("kept");
    expect(await place.kubectl(["get", "configmap", "after", "--ignore-not-found", "-o", "name"])).toBe("");
    const state = readFileSync(join(place.dir, ".drover", "lab", "cluster.rkestate"), "utf8");
    expect(state).not.toContain(newer);
  });
});
