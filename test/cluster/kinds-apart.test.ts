import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Addon } from "../../src/addons/addon.ts";
import { stopAndDeleteKinds } from "../../src/addons/delete-objects.ts";
import { helmRelease } from "../../src/addons/helm-release.ts";
import type { ChartSource } from "../../src/addons/release.ts";
import { removalStages } from "../../src/addons/remove.ts";
import { ok } from "../../src/core/step.ts";
import { defaultSettings } from "../../src/lab/settings.ts";
import { testFolder } from "../test-folder.ts";
import { records } from "../unit/support/addon-world.ts";
import {
  accessIn,
  environmentIn,
  type Installing,
  installIn,
  namespace,
  releaseOf,
  writeChart,
} from "../unit/support/helm-world.ts";
import { changesOf, decideOn } from "../unit/support/rke-world.ts";
import { type ApiServer, startApiServer } from "./api-server.ts";
import { withServedChart } from "./served-chart.ts";

const { cache } = defaultSettings(process.env);
const helm = join(cache, "bin", "helm");
const crd = "widgets.example.com";

/** A kind in these versions, of which the last is the one that objects are stored in; a field for each. */
const kind = (...versions: readonly string[]) => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: ${crd}
spec:
  group: example.com
  scope: Namespaced
  names: { kind: Widget, plural: widgets, singular: widget, listKind: WidgetList }
  versions:
${versions.map((one) => version(one, one === versions.at(-1))).join("")}`;

const version = (names: string, storage: boolean) => {
  const [name = "", ...fields] = names.split("+");
  const properties = fields.map((field) => `${field}: { type: string }`).join(", ");
  const spec = `spec: { type: object, properties: { ${properties} } }`;
  return `    - { name: ${name}, served: true, storage: ${storage}, schema: { openAPIV3Schema: { type: object, properties: { ${spec} } } } }\n`;
};

const widget = (spec: string) => `apiVersion: example.com/v1
kind: Widget
metadata: { name: one }
spec: { ${spec} }
`;
const schema = JSON.stringify({ type: "object", properties: { replicas: { type: "integer" } } });
const chart = (release: string, kinds: string, object: string) => ({
  "Chart.yaml": `apiVersion: v2\nname: metallb\nversion: ${release}\n`,
  "values.schema.json": schema,
  "crds/widgets.yaml": kinds,
  "templates/widget.yaml": object,
  "templates/settings.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\n",
});

const good = { values: { replicas: 2 }, crdsApart: true } as const;
const refusedValues = { ...good, values: { replicas: "many" } } as const;

/** A chart of ours whose kinds are in crds/, on the real API, helm and kubectl. Each test goes on from the one before it. */
describe("a chart with kinds of its own", () => {
  const folder = testFolder("kinds");
  let api: ApiServer;
  beforeAll(async () => {
    api = await startApiServer(cache, folder);
  });
  afterAll(async () => {
    await api[Symbol.asyncDispose]();
  });

  const installed = (files: Readonly<Record<string, string>>, more: Installing) =>
    installIn(folder, writeChart({ folder }, files), more, helm);
  const kinds = () => api.kubectl(["get", "crd", "-o", "name"]);
  const namespaces = () => api.kubectl(["get", "namespaces", "-o", "name"]);
  const spec = () => api.kubectl(["get", "widget/one", "-n", namespace, "-o", "jsonpath={.spec}"]);
  const history = () => api.kubectl(["get", "secret", "-n", namespace, "-l", "owner=helm", "-o", "name"]);
  const first = chart("1.0.0", kind("v1+color"), widget("color: red"));

  it.each([
    ["brought up to date by Drover", refusedValues],
    ["left to helm", { values: refusedValues.values }],
  ])("that refuses its values leaves neither kinds nor a namespace, where the kinds are %s", async (_, more) => {
    expect(await installed(first, more)).toMatchObject({ code: 1, failure: "inventory/invalid" });
    expect(await kinds()).toBe("");
    expect(await namespaces()).not.toContain(namespace);
  });

  it("is installed with objects of these kinds at once", async () => {
    const done = await installed(first, good);
    expect(done, done.said).toMatchObject({ code: 0 });
    expect([await kinds(), await spec()]).toEqual([expect.stringContaining(crd), '{"color":"red"}']);
  });

  it("brings newer kinds before newer objects, which the older ones would have cut", async () => {
    const newer = chart("1.1.0", kind("v1+color+size"), widget("color: red, size: large"));
    expect(await installed(newer, refusedValues)).toMatchObject({ code: 1, failure: "inventory/invalid" });
    expect(await api.kubectl(["get", "crd", crd, "-o", "yaml"])).not.toContain("size:");
    const done = await installed(newer, { ...good, version: "1.1.0" });
    expect(done, done.said).toMatchObject({ code: 0 });
    expect(await spec()).toBe('{"color":"red","size":"large"}');
  });

  it("whose kinds no longer have a version that objects are stored in is refused, and leaves all as it is", async () => {
    const [before, resourceVersion] = [await history(), ["get", "crd", crd, "-o", "jsonpath={.metadata.generation}"]];
    const generation = await api.kubectl(resourceVersion);
    const later = chart("2.0.0", kind("v2+color"), widget("color: red").replace("/v1", "/v2"));
    const done = await installed(later, { ...good, version: "2.0.0" });
    expect(done, done.said).toMatchObject({ code: 1, failure: "addon/unfit" });
    expect(done.said).toContain("status.storedVersions");
    expect([await api.kubectl(resourceVersion), await history()]).toEqual([generation, before]);
  });

  it("goes by a version between that has both", async () => {
    const between = chart("1.9.0", kind("v1+color", "v2+color"), widget("color: blue"));
    const done = await installed(between, { ...good, version: "1.9.0" });
    expect(done, done.said).toMatchObject({ code: 0 });
    expect(await spec()).toBe('{"color":"blue"}');
  });

  it("is judged though a killed helm left its release pending, and mended where it is good", async () => {
    const record = (await history()).split("\n").at(-1) ?? "";
    await api.kubectl(["label", "--overwrite", record, "-n", namespace, "status=pending-upgrade"]);
    const next = chart("1.9.1", kind("v1+color", "v2+color+size"), widget("color: green"));
    expect(await installed(next, refusedValues)).toMatchObject({ code: 1, failure: "inventory/invalid" });
    expect(await history()).toContain(record);
    const done = await installed(next, { ...good, version: "1.9.1" });
    expect(done, done.said).toMatchObject({ code: 0 });
    expect(await spec()).toBe('{"color":"green"}');
  });

  it("comes from a repository and from a registry as it does from a folder, and is told where it has no such version", async () => {
    const files = (release: string) => chart(release, kind("v1+color", "v2+color+size"), widget(`color: "${release}"`));
    for (const [at, release, none] of [
      ["repository", "1.9.2", "1.9.9"],
      ["oci", "1.9.3", "1.9.9"],
    ] as const) {
      const { path } = writeChart({ folder }, files(release));
      await withServedChart(helm, path, async (served) => {
        const from: ChartSource =
          at === "oci"
            ? { kind: "oci", reference: `${served.oci}/metallb` }
            : { kind: "repository", url: served.repository, name: "metallb" };
        const missing = await installIn(folder, from, { ...good, version: none }, helm);
        expect(missing, missing.said).toMatchObject({ code: 1, failure: "addon/chart-not-found" });
        const done = await installIn(folder, from, { ...good, version: release }, helm);
        expect(done, done.said).toMatchObject({ code: 0 });
        expect(await spec()).toBe(JSON.stringify({ color: release }));
      });
    }
  });

  it("with an object that is somebody else's is refused before its kinds change", async () => {
    const foreign = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: theirs }\n";
    await api.kubectl(["create", "-n", namespace, "-f", "-"], foreign);
    const taking = {
      ...chart("3.0.0", kind("v1+color+weight", "v2"), widget("color: red")),
      "templates/theirs.yaml": foreign,
    };
    const done = await installed(taking, { ...good, version: "3.0.0" });
    expect(done, done.said).toMatchObject({ code: 1, failure: "addon/release-foreign" });
    expect(await api.kubectl(["get", "crd", crd, "-o", "yaml"])).not.toContain("weight:");
  });

  it("changes no kinds while its namespace is on its way out", async () => {
    // Nobody acts on this API: the namespace is on its way out for ever.
    await api.kubectl(["delete", "namespace", namespace, "--wait=false"]);
    const next = chart("1.9.4", kind("v1+color+weight", "v2+color"), widget("color: red"));
    const done = await installed(next, { ...good, version: "1.9.4" });
    expect(done, done.said).toMatchObject({ code: 1, failure: "addon/release-stuck" });
    expect(await api.kubectl(["get", "crd", crd, "-o", "yaml"])).not.toContain("weight:");
  });

  describe("without kinds of its own", () => {
    const gadget = "apiVersion: example.com/v1\nkind: Gadget\nmetadata: { name: one }\n";
    const gadgets = kind("v1+color").replaceAll("Widget", "Gadget").replaceAll("widget", "gadget");
    const settings = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\n";
    const files = { "templates/settings.yaml": settings, "templates/gadget.yaml": gadget };
    const elsewhere = { values: {}, namespace: "default" } as const;
    const there = () => api.kubectl(["get", "configmaps,secrets", "-n", "default", "-o", "name"]);

    it("is not begun where the cluster lacks one of its kinds", async () => {
      const done = await installed(files, elsewhere);
      expect(done, done.said).toMatchObject({ code: 1, failure: "addon/unfit" });
      expect(await there()).toBe("");
    });

    it("is neither changed nor removed halfway once the kind is gone, and the kind is named", async () => {
      await api.kubectl(["create", "-f", "-"], gadgets);
      await api.kubectl(["wait", "crd/gadgets.example.com", "--for=condition=Established"]);
      const done = await installed(files, elsewhere);
      expect(done, done.said).toMatchObject({ code: 0 });
      await api.kubectl(["delete", "crd", "gadgets.example.com"]);
      const before = await there();
      const without = { "templates/settings.yaml": settings.replace("settings", "others") };
      expect(await installed(without, elsewhere)).toMatchObject({ code: 1, failure: "addon/unfit" });
      expect(await there()).toBe(before);
      const { failure, why, all } = await removed(files);
      expect([failure, why], all).toEqual(["addon/release-stuck", "Gadget"]);
      expect(await there()).toBe(before);
    });

    it("goes with kinds among its objects, once what is of them is let go, and names what is not", async () => {
      const bringing = { "templates/gadget.yaml": gadgets };
      const name = { ...elsewhere, name: "kueue" } as const;
      const done = await installed(bringing, name);
      expect(done, done.said).toMatchObject({ code: 0 });
      await api.kubectl(["wait", "crd/gadgets.example.com", "--for=condition=Established"]);
      const held = (one: string, ...finalizers: readonly string[]) =>
        gadget.replace("{ name: one", `{ name: ${one}, finalizers: [${finalizers.join(", ")}]`);
      await api.kubectl(["create", "-f", "-"], held("one", "own.example/a", "own.example/b"));
      await api.kubectl(["create", "-f", "-"], held("two", "own.example/a", "a.example/b"));
      const holds = { finalizers: "own.example/", pods: "own.example/managed=true" };
      const first = stopAndDeleteKinds(accessIn(folder, helm), name, holds);
      const stuck = await removed(bringing, name, { first }, (text) => text.replace("--timeout 300s", "--timeout 1s"));
      const said = "Gadget default/two waits for own.example/a a.example/b";
      expect([stuck.failure, stuck.why], stuck.all).toEqual(["addon/release-stuck", said]);
      await api.kubectl([
        "patch",
        "gadgets/two",
        "--type=merge",
        "-p",
        '{"metadata":{"finalizers":["own.example/a"]}}',
      ]);
      const gone = await removed(bringing, name, { first });
      expect([gone.code, await kinds()], gone.all).toEqual([0, expect.not.stringContaining("gadgets")]);
    });

    async function removed(
      files: Readonly<Record<string, string>>,
      more: Installing = elsewhere,
      addon: Partial<Addon> = {},
      hurry: (text: string) => string = (text) => text,
    ) {
      const access = accessIn(folder, helm);
      const release = releaseOf(writeChart({ folder }, files), more);
      const whole: Addon = { key: "metallb", release, steps: [helmRelease(access, release)], ...addon };
      const step = removalStages(access, whole)[0]?.steps[0];
      const recorded = records({ name: release.name, namespace: release.namespace });
      const machine = { "get configmaps,secrets": recorded, "get namespace": "" };
      const [action] = changesOf(step === undefined ? ok : decideOn(step, machine))[0]?.actions ?? [];
      if (action?.kind !== "run") throw new Error("nothing to do");
      const { all, exitCode } = await execa("/bin/sh", ["-c", hurry(action.sh.text)], {
        ...{ env: environmentIn(folder), extendEnv: false, reject: false, all: true },
      });
      const failure = action.failures?.find(({ pattern }) => pattern.test(all));
      return { code: exitCode, all, failure: failure?.code, why: failure?.pattern.exec(all)?.[1] };
    }
  });
});
