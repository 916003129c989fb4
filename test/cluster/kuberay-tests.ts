import { cpSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { addonCommands } from "./addon-commands.ts";
import type { PracticeCluster } from "./practice-cluster.ts";

const standIn = resolve(import.meta.dirname, "../stand-ins/kuberay-operator");

/**
 * KubeRay's operator, its kinds and its roles: their makers' own. Its chart is a stand-in. Each test goes on from the one before
 * it.
 */
export function kubeRayTests(place: PracticeCluster): void {
  const { addons, enable, up, changed, nothingToDo } = addonCommands(place);
  const registry = `${place.settings.net}.1:5000`;
  const chart = join(place.dir, "kuberay-operator");
  const makers = join(place.settings.cache, "manifests", "kuberay-operator");
  const settings = [`chart=${chart}`, `values={image: {repository: ${registry}/kuberay/operator}}`];
  const ray = {
    apiVersion: "ray.io/v1",
    kind: "RayCluster",
    metadata: { name: "ours", namespace: "default" },
    spec: {
      headGroupSpec: {
        rayStartParams: {},
        template: {
          spec: {
            containers: [
              {
                name: "ray-head",
                // Ray itself is not to be had here: what its pod does is not looked at.
                image: `${registry}/rancher/rke-tools:v0.1.111`,
                resources: { requests: { cpu: "10m", memory: "16Mi" } },
              },
            ],
          },
        },
      },
    },
  };
  const heads = () =>
    place.kubectl(["get", "pods,services", "-l", "ray.io/cluster=ours", "-n", "default", "-o", "name"]);

  it("installs the real operator, has it take up a Ray cluster as the proof, and then has nothing to do", async () => {
    cpSync(standIn, chart, { recursive: true });
    mkdirSync(join(chart, "crds"));
    cpSync(join(makers, "crd", "bases"), join(chart, "crds"), { recursive: true });
    for (const role of ["role.yaml", "leader_election_role.yaml"])
      cpSync(join(makers, "rbac", role), join(chart, "templates", role));
    await enable("kubeRay", ...settings);
    expect((await up()).code).toBe(0);
    expect(changed()).toContain("kuberay-operator/cluster");
    expect(await place.kubectl(["get", "rayclusters", "-A", "-o", "name"])).toBe("");
    await nothingToDo();
  });

  it("makes the head and the service of a Ray cluster that somebody asks for", async () => {
    await place.kubectl(["apply", "-f", "-"], JSON.stringify(ray));
    await expect
      .poll(heads, { timeout: 60_000, interval: 1000 })
      .toMatch(/pod\/ours-head-\S+\s+service\/ours-head-svc/);
  });

  it("leaves Ray clusters and their kinds when it is removed, and takes them up again when it is back", async () => {
    expect((await addons("disable", "kubeRay")).code).toBe(0);
    await expect(place.kubectl(["get", "namespace", "kuberay-system"])).rejects.toThrow("not found");
    expect(await heads()).toContain("pod/ours-head-");
    expect(await place.kubectl(["get", "crd", "rayclusters.ray.io", "-o", "name"])).toContain("rayclusters.ray.io");
    await enable("kubeRay", ...settings);
    expect((await up()).code).toBe(0);
    await place.kubectl(["delete", "raycluster/ours", "-n", "default"]);
    await expect.poll(heads, { timeout: 60_000, interval: 1000 }).toBe("");
    expect((await addons("disable", "kubeRay")).code).toBe(0);
    await nothingToDo();
  });
}
