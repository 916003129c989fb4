import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dump } from "js-yaml";
import { expect, it } from "vitest";
import type { PracticeCluster } from "./practice-cluster.ts";

const kind = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "packagemanifests.packages.operators.coreos.com" },
  spec: {
    group: "packages.operators.coreos.com",
    names: { kind: "PackageManifest", plural: "packagemanifests", singular: "packagemanifest" },
    scope: "Namespaced",
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
      },
    ],
  },
};

const note = (text: string) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "note", namespace: "olm" },
  data: { text },
});
const namespace = (name: string) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
const operator = {
  apiVersion: "packages.operators.coreos.com/v1",
  kind: "PackageManifest",
  metadata: { name: "one", namespace: "operators" },
};

/**
 * Manifests as a release, on the real helm and API. What they hold stands in for the Operator Lifecycle Manager: a kind of its
 * API's name, objects of it, and namespaces. Each test goes on from the one before it.
 */
export function manifestAddonTests(place: PracticeCluster): void {
  const folder = join(place.dir, "olm");
  const publish = (text: string) => {
    const yaml = (...objects: readonly object[]) => objects.map((one) => `---\n${dump(one)}`).join("");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "crds.yaml"), yaml(kind));
    writeFileSync(join(folder, "olm.yaml"), yaml(namespace("olm"), namespace("operators"), note(text), operator));
  };
  const addons = (...args: readonly string[]) => place.drover("addons", ...args, "--yes");
  const up = () => place.drover("up", "--yes", "--only", "addons");
  const noted = () => place.kubectl(["get", "configmap/note", "-n", "olm", "-o", "jsonpath={.data.text}"]);

  it("installs manifests with kinds and objects of these kinds, proves them, and then has nothing to do", async () => {
    publish("first {{ .Values.untouched }}");
    await addons("enable", "olm", "--set", "source=./olm", "--set", "version=0.46.0");
    expect((await up()).code).toBe(0);
    expect(await noted()).toBe("first {{ .Values.untouched }}");
    expect(await place.kubectl(["get", "packagemanifests", "-n", "operators", "-o", "name"])).toContain("/one");
    expect((await place.drover("plan", "--exit-code", "--only", "addons")).code).toBe(0);
  });

  it("shows how the objects of another version differ, and brings them there", async () => {
    publish("second");
    await addons("configure", "olm", "--set", "version=0.46.1");
    const plan = await place.drover("plan", "--verbose", "--only", "addons");
    expect(plan.stdout).toContain("change olm from 0.46.0 to 0.46.1");
    expect(plan.stdout).toMatch(/^\s*\+ +text: second$/m);
    const status = await place.drover("addons", "status");
    expect([status.code, status.stdout]).toEqual([
      1,
      expect.stringMatching(/olm +deployed, another version +0\.46\.0 +0\.46\.1/),
    ]);
    expect((await up()).code).toBe(0);
    expect(await noted()).toBe("second");
    expect((await place.drover("addons", "status")).code).toBe(0);
  });

  it("changes nothing where the manifests of a version cannot be had", async () => {
    rmSync(join(folder, "olm.yaml"));
    await addons("configure", "olm", "--set", "version=0.46.2");
    const { code, stderr } = await up();
    expect([code, stderr]).toEqual([1, expect.stringContaining("addon/chart-not-found")]);
    expect(await noted()).toBe("second");
    publish("third");
    expect((await up()).code).toBe(0);
  });

  it("removes all of them, the kinds last, and both namespaces", async () => {
    expect((await addons("disable", "olm")).code).toBe(0);
    for (const one of [
      ["crd", kind.metadata.name],
      ["namespace", "olm"],
      ["namespace", "operators"],
    ])
      await expect(place.kubectl(["get", ...one])).rejects.toThrow("not found");
    expect((await place.drover("plan", "--exit-code", "--only", "addons")).code).toBe(0);
  });
}
