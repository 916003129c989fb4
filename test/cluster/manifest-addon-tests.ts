import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { dump } from "js-yaml";
import { expect, it } from "vitest";
import { addonCommands } from "./addon-commands.ts";
import type { PracticeCluster } from "./practice-cluster.ts";

const note = (text: string) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "note", namespace: "olm" },
  data: { text },
});

/** Somebody's operator, of whose kind there is one: what a removal must take with it, and what must not hold it up. */
const subscription = {
  apiVersion: "operators.coreos.com/v1alpha1",
  kind: "Subscription",
  metadata: { name: "one", namespace: "operators" },
  spec: { channel: "stable", name: "one", source: "operatorhubio-catalog", sourceNamespace: "olm" },
};

/**
 * Manifests as a release: those of the real Operator Lifecycle Manager, made as its makers make a release, and its programs. Two
 * things are not theirs: the images' address, and an object that tells one version from another. The catalog of operators is not
 * to be had here, and so it stays empty. Each test goes on from the one before it.
 */
export function manifestAddonTests(place: PracticeCluster): void {
  const { addons, up, nothingToDo } = addonCommands(place);
  const { cache, net } = place.settings;
  const makers = join(cache, "manifests", "olm");
  const image = `${net}.1:5000/operator-framework/olm:v0.46.0`;
  const folder = join(place.dir, "olm");
  const crds = join(makers, "chart", "crds");
  const publish = async (text: string) => {
    mkdirSync(folder, { recursive: true });
    const kinds = readdirSync(crds).map((file) => readFileSync(join(crds, file), "utf8"));
    writeFileSync(join(folder, "crds.yaml"), kinds.join("\n---\n"));
    const images = ["olm", "catalog", "package"].flatMap((part) => ["--set", `${part}.image.ref=${image}`]);
    const values = ["-f", join(makers, "upstream", "values.yaml"), ...images];
    const { stdout } = await execa(join(cache, "bin", "helm"), [
      "template",
      "olm",
      join(makers, "chart"),
      "-n",
      "olm",
      ...values,
    ]);
    writeFileSync(join(folder, "olm.yaml"), `${stdout}\n---\n${dump(note(text))}`);
  };
  const noted = () => place.kubectl(["get", "configmap/note", "-n", "olm", "-o", "jsonpath={.data.text}"]);

  it("installs the real OLM, which then tells of operators, proves it, and then has nothing to do", async () => {
    await publish("first {{ .Values.untouched }}");
    await addons("enable", "olm", "--set", "source=./olm", "--set", "version=0.46.0");
    expect((await up()).code).toBe(0);
    expect(await noted()).toBe("first {{ .Values.untouched }}");
    const succeeded = ["get", "csv/packageserver", "-n", "olm", "-o", "jsonpath={.status.phase}"];
    expect(await place.kubectl(succeeded)).toBe("Succeeded");
    expect(await place.kubectl(["get", "packagemanifests", "-A", "-o", "name"])).toBe("");
    expect(await place.kubectl(["get", "catalogsources", "-n", "olm", "-o", "name"])).toContain(
      "operatorhubio-catalog",
    );
    await nothingToDo();
  });

  it("shows how the objects of another version differ, and brings them there", async () => {
    await publish("second");
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
    await publish("third");
    expect((await up()).code).toBe(0);
  });

  it("removes all of them, the kinds last with what is of them, and both namespaces", async () => {
    await place.kubectl(["create", "-f", "-"], JSON.stringify(subscription));
    expect((await addons("disable", "olm")).code).toBe(0);
    expect(await place.kubectl(["get", "crd", "-o", "name"])).not.toContain("operators.coreos.com");
    expect(await place.kubectl(["get", "apiservices", "-o", "name"])).not.toContain("operators.coreos.com");
    for (const namespace of ["olm", "operators"])
      await expect(place.kubectl(["get", "namespace", namespace])).rejects.toThrow("not found");
    await nothingToDo();
  });
}
