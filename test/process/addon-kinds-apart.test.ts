import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  callsOf,
  clusterWithWidgets,
  type HelmWorld,
  helm,
  helmWorld,
  install,
  namespace,
  publishChart,
  writeChart,
} from "../unit/support/helm-world.ts";

/** A kind as charts keep them in `crds/`. */
const kind = (name: string) => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: ${name.toLowerCase()}s.example.com}
spec:
  group: example.com
  scope: Namespaced
  names:
    kind: ${name}
    plural: ${name.toLowerCase()}s
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
`;
const object = (name: string) => `apiVersion: example.com/v1\nkind: ${name}\nmetadata: {name: one}\n`;
const settings = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n";
const schema = JSON.stringify({ type: "object", properties: { replicas: { type: "integer" } } });
const about = (more: string) => `apiVersion: v2\nname: metallb\nversion: 1.0.0\n${more}`;

const files = {
  "crds/widget.yaml": kind("Widget"),
  "templates/widget.yaml": object("Widget"),
  "templates/settings.yaml": settings,
  "values.schema.json": schema,
};
const good = { values: { replicas: 2 } };
const apart = { ...good, crdsApart: true } as const;

let world: HelmWorld;
beforeEach(async () => {
  world = await helmWorld();
});
afterEach(() => world.end());

const place = (name: string) => join(world.folder, name);

describe.skipIf(!existsSync(helm))(
  "a chart with kinds in crds/, of which the real helm makes nothing, leaves none behind",
  () => {
    it.each<[string, string, Readonly<Record<string, string>>, object]>([
      ["whose values its schema refuses", "inventory/invalid", {}, { values: { replicas: "many" } }],
      [
        "that is made for another Kubernetes",
        "addon/unfit",
        { "Chart.yaml": about('kubeVersion: ">= 9.0.0"\n') },
        good,
      ],
      [
        "whose template refuses the values in words of its own",
        "step/action-failed",
        { "templates/no.yaml": '{{ fail "replicas must be odd" }}' },
        good,
      ],
      [
        "with an object of a kind that neither it nor the cluster has",
        "addon/unfit",
        { "templates/gadget.yaml": object("Gadget") },
        good,
      ],
      [
        "with an object whose kind only begins like one of its own",
        "addon/unfit",
        { "templates/wid.yaml": object("Wid") },
        good,
      ],
    ])("%s", async (_, failure, more, values) => {
      for (const crdsApart of [{ crdsApart: true } as const, {}]) {
        const done = await install(world, writeChart(world, { ...files, ...more }), { ...values, ...crdsApart });
        expect(done, done.said).toMatchObject({ code: 1, failure, namespaceIsThere: false });
        expect([world.changed, callsOf(world)]).toEqual([[], ""]);
      }
    });

    it("that cannot be had", async () => {
      world.repository = { status: 503, text: "try later" };
      const done = await install(world, { kind: "repository", url: world.url, name: "metallb" }, apart);
      expect(done).toMatchObject({ code: 1, failure: "addon/chart-not-found", namespaceIsThere: false });
      expect([world.changed, callsOf(world)]).toEqual([[], ""]);
    });

    it("one of whose objects is somebody else's, unless it is to be taken over", async () => {
      const path = `/api/v1/namespaces/${namespace}/configmaps/settings`;
      world.also = {
        ...clusterWithWidgets,
        [path]: { kind: "ConfigMap", apiVersion: "v1", metadata: { name: "settings", namespace } },
      };
      const chart = writeChart(world, files);
      expect(await install(world, chart, apart)).toMatchObject({ code: 1, failure: "addon/release-foreign" });
      expect([world.changed, callsOf(world)]).toEqual([[], ""]);
      await install(world, chart, { ...apart, adopt: true });
      expect(callsOf(world)).toContain("apply --server-side");
    });

    it("whose namespace is on its way out", async () => {
      writeFileSync(place("namespace"), "Terminating\n");
      const done = await install(world, writeChart(world, files), apart);
      expect(done).toMatchObject({ code: 1, failure: "addon/release-stuck" });
      expect(done.said).toContain(`the namespace ${namespace} is being terminated`);
      expect(world.changed).toEqual([]);
      expect(callsOf(world)).toMatch(/^[^\n]*get namespace [^\n]*\n$/);
    });

    it.each([
      ["when it judges them", "refused-dry"],
      ["though it had judged them otherwise", "refused"],
    ])("whose kinds the cluster refuses beside the older ones that it has, %s", async (_, when) => {
      const words = 'The CustomResourceDefinition "widgets.example.com" is invalid: status.storedVersions[0]: Invalid';
      writeFileSync(place(when), `${words} value: "v1alpha1": must appear in spec.versions\n`);
      const done = await install(world, writeChart(world, files), apart);
      expect(done, done.said).toMatchObject({ code: 1, failure: "addon/unfit", namespaceIsThere: false });
      expect(world.changed).toEqual([]);
      expect(callsOf(world).match(/apply --server-side/g)).toHaveLength(when === "refused" ? 2 : 1);
    });
  },
);

describe.skipIf(!existsSync(helm))("a chart with kinds in crds/ whose values are good", () => {
  it("has them judged by the cluster, then applied, before the real helm makes the first object", async () => {
    const done = await install(world, writeChart(world, files), apart);
    expect(done, done.said).toMatchObject({ code: 0, namespaceIsThere: true });
    expect(world.changed).toContain(`POST /apis/example.com/v1/namespaces/${namespace}/widgets`);
    expect(readFileSync(place("kinds"), "utf8")).toContain("name: widgets.example.com");
    expect(callsOf(world).match(/apply --server-side.*/g)).toEqual([
      "apply --server-side --force-conflicts --field-manager drover -f - --dry-run=server",
      "apply --server-side --force-conflicts --field-manager drover -f -",
    ]);
  });

  it("is left to helm where Drover does not keep the kinds up to date", async () => {
    await install(world, writeChart(world, files), good);
    expect(callsOf(world)).not.toContain("apply");
    expect(world.changed[0]).toBe("POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions");
  });

  it("is judged anew at an upgrade, though the objects that it has by now carry its name", async () => {
    const metadata = {
      ...{ name: "settings", namespace, labels: { "app.kubernetes.io/managed-by": "Helm" } },
      annotations: { "meta.helm.sh/release-name": "metallb", "meta.helm.sh/release-namespace": namespace },
    };
    const path = `/api/v1/namespaces/${namespace}/configmaps/settings`;
    world.also = { ...clusterWithWidgets, [path]: { kind: "ConfigMap", apiVersion: "v1", metadata } };
    writeFileSync(place("namespace"), "Active\n");
    const chart = writeChart(world, files);
    const refused = await install(world, chart, { ...apart, values: { replicas: "many" } });
    expect(refused).toMatchObject({ code: 1, failure: "inventory/invalid", namespaceIsThere: true });
    expect([world.changed, callsOf(world)]).toEqual([[], ""]);
    await install(world, chart, apart);
    expect(callsOf(world)).toContain("apply --server-side");
  });

  it("is fetched once, however often helm is asked about it, and nothing of it stays on the disk", async () => {
    const chart = await publishChart(world, files);
    const before = readdirSync(world.folder);
    const done = await install(world, chart, apart);
    expect(done, done.said).toMatchObject({ code: 0 });
    expect(world.fetched).toEqual(["/index.yaml", "/metallb-1.0.0.tgz"]);
    expect(readdirSync(world.folder).filter((name) => name.startsWith("tmp.") && !before.includes(name))).toEqual([]);
  });
});

describe.skipIf(!existsSync(helm))("a chart without kinds in crds/", () => {
  it("is installed by the real helm from where it was fetched to, with no kinds applied", async () => {
    const chart = await publishChart(world, { "templates/settings.yaml": settings });
    const done = await install(world, chart, apart);
    expect(done, done.said).toMatchObject({ code: 0, namespaceIsThere: true });
    expect(world.changed).toContain(`POST /api/v1/namespaces/${namespace}/configmaps`);
    expect(callsOf(world)).not.toContain("apply");
  });
});
