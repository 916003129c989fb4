import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installAction } from "../../src/addons/helm-install.ts";
import { addonsOf } from "../../src/addons/registry.ts";
import { removalStages } from "../../src/addons/remove.ts";
import { control } from "../../src/core/cluster.ts";
import type { RunAction } from "../../src/core/step.ts";
import { defaultSettings } from "../../src/lab/settings.ts";
import { testFolder } from "../test-folder.ts";
import { chartSettings, withAddons } from "../unit/support/addon-world.ts";
import { accessIn, environmentIn } from "../unit/support/helm-world.ts";
import { changesOf, decideOn } from "../unit/support/rke-world.ts";
import { type ApiServer, startApiServer } from "./api-server.ts";
import { writeKubeflowTree } from "./kubeflow-tree.ts";

const { cache } = defaultSettings(process.env);
const profile = "kubeflow-ann-example-com";
const controllers = ["namespace", "garbage-collector", "clusterrole-aggregation", "deployment", "replicaset"];

const held = (name: string, namespace: string, kind = "Widget", apiVersion = "example.com/v1") =>
  JSON.stringify({ apiVersion, kind, metadata: { name, namespace, finalizers: ["example.com/hold"] } });

/** Kubeflow's own order on the real API, helm and kubectl; its manifests are a stand-in. Each test goes on from the one before it. */
describe("Kubeflow's removal", () => {
  const folder = testFolder("removal");
  const access = accessIn(folder, join(cache, "bin", "helm"));
  const source = writeKubeflowTree(folder);
  const settings = { version: "1.10.2", source, adopt: false, email: "ann@example.com", password: "correct horse" };
  const input = { ...withAddons({ certManager: chartSettings(), kubeflow: settings }), paths: access.paths };
  const world = { ...input, cluster: { ...input.cluster, tools: access.cluster.tools } };
  const addon = addonsOf(world).find(({ key }) => key === "kubeflow");
  if (addon === undefined) throw new Error("no addon");
  const [step] = removalStages(world, addon)[0]?.steps ?? [];
  if (step === undefined) throw new Error("no step");

  let api: ApiServer;
  let before = "";
  const shell = (text: string, input = "") =>
    execa("/bin/sh", ["-c", text], { env: environmentIn(folder), extendEnv: false, reject: false, all: true, input });
  const there = async () => {
    const all = "namespaces,crd,validatingwebhookconfigurations,mutatingwebhookconfigurations,clusterroles";
    return `${await api.kubectl(["get", all, "-o", "name"])}\n${await api.kubectl(["get", "secrets", "-A", "-o", "name"])}`;
  };
  const performed = async ({ sh, stdin, failures }: RunAction, hurry: (text: string) => string = (text) => text) => {
    const { exitCode, all = "" } = await shell(hurry(sh.text), stdin);
    const failure = exitCode === 0 ? undefined : failures?.find(({ pattern }) => pattern.test(all));
    return { code: exitCode, all, failure: failure?.code, said: failure?.pattern.exec(all)?.[1] };
  };
  const decided = async () => {
    const questions = Object.values(step.probes(control)).map(({ sh }) => sh.text);
    const answers = questions.map(async (text) => {
      const { exitCode, stdout, stderr } = await shell(text);
      return [text, { code: exitCode ?? 1, stdout, stderr }] as const;
    });
    return decideOn(step, Object.fromEntries(await Promise.all(answers)));
  };
  const removed = async (hurry?: (text: string) => string) => {
    const [change] = changesOf(await decided());
    const [action] = change?.actions ?? [];
    if (action?.kind !== "run") throw new Error("nothing to do");
    return { summary: change?.summary, ...(await performed(action, hurry)) };
  };
  /** In place of minutes it is waited until the cluster says of a namespace that something in it is held. */
  const untilHeld = (namespace: string, patience: string) => (text: string) => {
    const { kubectl } = access.cluster.tools;
    const asked = `${kubectl} --kubeconfig ${access.paths.kubeconfig} get namespace ${namespace} -o jsonpath={.status.conditions}`;
    return text.replace(
      patience,
      `--wait=false && until ${asked} | grep -q 'example.com/hold' || [ $((looks += 1)) -gt 300 ]; do sleep 1; done && false`,
    );
  };
  const letGo = (name: string, namespace: string) =>
    api.kubectl([
      "patch",
      name,
      "-n",
      namespace,
      "--type=json",
      "-p",
      '[{"op":"remove","path":"/metadata/finalizers"}]',
    ]);

  beforeAll(async () => {
    const named = controllers.map((name) => `${name}-controller`);
    api = await startApiServer(cache, folder, named);
    before = await there();
    const releases = [...(addon.foundations ?? []).toReversed(), addon.release, ...(addon.dependents ?? [])];
    for (const release of releases) {
      const done = await performed(installAction(world, release));
      expect(done, done.all).toMatchObject({ code: 0 });
    }
    const uid = await api.kubectl(["get", "profile", profile, "-o", "jsonpath={.metadata.uid}"]);
    const owner = { apiVersion: "kubeflow.org/v1", kind: "Profile", name: profile, uid, blockOwnerDeletion: true };
    const metadata = { name: profile, ownerReferences: [owner] };
    await api.kubectl(["create", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata }));
    for (const namespace of [profile, "default"]) await api.kubectl(["create", "-f", "-"], held("one", namespace));
  });
  afterAll(async () => {
    await api?.[Symbol.asyncDispose]();
  });

  it("stands before what makes it hard: a webhook and a converter that do not answer", async () => {
    const webhook = api.kubectl(["delete", "widgets.v1.example.com/one"]);
    await expect(webhook).rejects.toThrow("failed calling webhook");
    await expect(api.kubectl(["get", "widgets.v2.example.com/one"])).rejects.toThrow("conversion webhook");
  });

  it("ends in its time where a profile does not go, and names what holds it", async () => {
    const { summary, code, failure, said, all } = await removed(untilHeld(profile, "--timeout 300s"));
    expect(summary).toBe("uninstall kubeflow, and the namespace kubeflow with all that is in it");
    expect([code, failure], all).toEqual([1, "addon/release-stuck"]);
    expect(said).toContain(`Widget ${profile}/one waits for example.com/hold`);
    expect(said).toMatch(new RegExp(`namespace ${profile}: .*example\\.com/hold in 1 resource instances`));
  });

  it("ends in its time where an object does not go, and has uninstalled nothing yet", async () => {
    await letGo("widgets.v1.example.com/one", profile);
    // The clock leaps at each look.
    const leap = `date() { echo . >>${folder}/looks; wc -l <${folder}/looks | awk '{ print $1 * 100 }'; }\n`;
    const { code, failure, said, all } = await removed((text) => `${leap}${text}`);
    expect([code, failure], all).toEqual([1, "addon/release-stuck"]);
    expect(said).toBe("Widget default/one waits for example.com/hold");
    expect(all).not.toContain("uninstalled");
    await expect(api.kubectl(["get", "namespace", profile])).rejects.toThrow("not found");
  });

  it("ends in its time where its namespace stays on its way out, in the cluster's own words", async () => {
    await letGo("widgets.v1.example.com/one", "default");
    await api.kubectl(["create", "-f", "-"], held("one", "kubeflow", "ConfigMap", "v1"));
    const { code, failure, said, all } = await removed(untilHeld("kubeflow", "--timeout 240s"));
    expect([code, failure], all).toEqual([1, "addon/release-stuck"]);
    expect(said).toMatch(/^namespace kubeflow: .*example\.com\/hold in 1 resource instances/);
  });

  it("finishes what is left, and leaves nothing of its own: no kinds, webhooks, roles, namespaces, records", async () => {
    await letGo("configmap/one", "kubeflow");
    await expect
      .poll(() => api.kubectl(["get", "namespaces", "-o", "name"]), { timeout: 300_000 })
      .not.toContain("namespace/kubeflow");
    expect(await there()).toBe(before);
    expect((await decided()).kind).toBe("ok");
  });
});
