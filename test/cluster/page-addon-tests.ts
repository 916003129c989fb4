import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { dump } from "js-yaml";
import { expect, it } from "vitest";
import { addonCommands } from "./addon-commands.ts";
import { answeringPods } from "./answering-pods.ts";
import type { PracticeCluster } from "./practice-cluster.ts";

const kind = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "workflows.argoproj.io" },
  spec: {
    group: "argoproj.io",
    names: { kind: "Workflow", plural: "workflows", singular: "workflow" },
    scope: "Namespaced",
    versions: [
      {
        name: "v1alpha1",
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
      },
    ],
  },
};

/**
 * Headlamp and Kubeflow Pipelines, whose images cannot be had here: stand-ins that answer what the proofs ask. Real are helm,
 * kustomize, the API and the way to the pods. Each test goes on from the one before it.
 */
export function pageAddonTests(place: PracticeCluster): void {
  const registry = `${place.settings.net}.1:5000`;
  const image = `${registry}/rancher/rke-tools:v0.1.111`;
  const folder = join(place.dir, "pipelines");
  const { addons, enable, up, changed, nothingToDo } = addonCommands(place);
  const may = (verb: string) => {
    const who = "system:serviceaccount:headlamp:headlamp";
    return place.kubectl(["auth", "can-i", verb, "pods", "-A", "--as", who]).then(
      () => true,
      () => false,
    );
  };
  const isGone = (...what: readonly string[]) => expect(place.kubectl(["get", ...what])).rejects.toThrow("not found");

  it("installs Headlamp, whose own account may look and change nothing, and removes it with its rights", async () => {
    const chart = resolve(import.meta.dirname, "../stand-ins/headlamp");
    await enable("dashboard", `chart=${chart}`, `values={image: {registry: "${registry}"}}`);
    expect((await up()).code).toBe(0);
    expect(changed()).toEqual(["headlamp/release", "headlamp/answers"]);
    expect([await may("list"), await may("delete")]).toEqual([true, false]);
    await nothingToDo();
    expect((await addons("disable", "dashboard")).code).toBe(0);
    await isGone("namespace", "headlamp");
    expect(await may("list")).toBe(false);
    await nothingToDo();
  });

  it("installs Kubeflow Pipelines from its kustomizations, kinds first, and asks them, and removes all of it", async () => {
    const write = (path: string, ...objects: readonly object[]) => {
      mkdirSync(join(folder, path), { recursive: true });
      writeFileSync(join(folder, path, "all.yaml"), objects.map((one) => dump(one)).join("---\n"));
      writeFileSync(join(folder, path, "kustomization.yaml"), "resources: [all.yaml]\n");
    };
    const answer =
      "printf 'HTTP/1.0 200 OK\\r\\nContent-Type: application/json\\r\\nConnection: close\\r\\n\\r\\n{\"multi_user\":false}\\n'\n";
    const pods = answeringPods({ name: "ml-pipeline", namespace: "kubeflow", image, answer, port: 8888 });
    const workflow = {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Workflow",
      metadata: { name: "one", namespace: "kubeflow" },
    };
    write("cluster-scoped-resources", { apiVersion: "v1", kind: "Namespace", metadata: { name: "kubeflow" } }, kind);
    write("env/platform-agnostic", workflow, ...pods);
    await enable("kubeflowPipelines", "source=./pipelines");
    expect((await up()).code).toBe(0);
    expect(changed()).toEqual([
      "kubeflow-pipelines-crds/release",
      "kubeflow-pipelines/release",
      "kubeflow-pipelines/answers",
    ]);
    expect(await place.kubectl(["get", "workflows", "-n", "kubeflow", "-o", "name"])).toContain("/one");
    await nothingToDo();
    expect((await addons("disable", "kubeflowPipelines")).code).toBe(0);
    await isGone("namespace", "kubeflow");
    await isGone("crd", kind.metadata.name);
    await nothingToDo();
  });
}
