import { describe, expect, it } from "vitest";
import { addonsOf } from "../../src/addons/registry.ts";
import { removalStages } from "../../src/addons/remove.ts";
import type { AddonSettings, ManifestSettings } from "../../src/core/addons.ts";
import { records, withAddons } from "./support/addon-world.ts";
import { changesOf, decideOn, type Machine, scriptsOf } from "./support/rke-world.ts";

const none: Machine = { "get configmaps,secrets": records() };
const published = "https://github.com/operator-framework/operator-lifecycle-manager/releases/download";
const settings = (more: Partial<ManifestSettings> = {}): ManifestSettings => ({
  version: "0.46.0",
  source: published,
  adopt: false,
  ...more,
});

function addonOf(addons: AddonSettings) {
  const input = withAddons(addons);
  const [addon] = addonsOf(input);
  const [kinds, rest, proof] = addon?.steps ?? [];
  if (addon === undefined || kinds === undefined || rest === undefined || proof === undefined)
    throw new Error("steps are missing");
  return { input, addon, kinds, rest, proof };
}

const pipelines = (more: Partial<ManifestSettings> = {}) =>
  addonOf({
    kubeflowPipelines: settings({
      version: "2.16.0",
      source: "github.com/kubeflow/pipelines/manifests/kustomize",
      ...more,
    }),
  });

describe("an addon of plain manifests", () => {
  it("is two releases, the kinds first", () => {
    const { kinds, rest, proof } = addonOf({ olm: settings() });
    expect([kinds.id, rest.id, proof.id]).toEqual(["olm-crds/release", "olm/release", "olm/answers"]);
    expect(rest.needs).toEqual(["olm-crds/release"]);
    expect(proof.needs).toEqual(["olm/release"]);
    expect(scriptsOf(decideOn(kinds, none))).toContain('upgrade --install olm-crds "$chart" --version 0.46.0 -n olm');
    expect(scriptsOf(decideOn(kinds, none))).toContain("-v part=kinds");
    expect(scriptsOf(decideOn(rest, none))).toContain("-v part=rest");
  });

  it.each<[string, Partial<ManifestSettings>, readonly string[]]>([
    ["where its makers publish", {}, [`${published}/v0.46.0/crds.yaml`, `${published}/v0.46.0/olm.yaml`]],
    ["in a folder", { source: "/mirror/olm" }, ["/mirror/olm/crds.yaml", "/mirror/olm/olm.yaml"]],
  ])("is taken from %s", (_, more, from) => {
    const after = changesOf(decideOn(addonOf({ olm: settings(more) }).rest, none))[0]?.after;
    expect(after).toBe(`from:\n${from.map((one) => `  - ${one}\n`).join("")}`);
  });

  it("may be kustomizations at a version, or in a folder", () => {
    const from = (more: Partial<ManifestSettings>) => changesOf(decideOn(pipelines(more).rest, none))[0]?.after;
    expect(from({})).toContain("kustomize/cluster-scoped-resources?ref=2.16.0\n");
    expect(from({})).toContain("kustomize/env/platform-agnostic?ref=2.16.0\n");
    expect(from({ source: "/kfp" })).toBe("from:\n  - /kfp/cluster-scoped-resources\n  - /kfp/env/platform-agnostic\n");
  });

  it("is left alone as it is, and changed with its version or its source", () => {
    const { rest } = addonOf({ olm: settings() });
    const values = { from: [`${published}/v0.46.0/crds.yaml`, `${published}/v0.46.0/olm.yaml`] };
    const machine = (version: string, more: object = values) => ({
      "get configmaps,secrets": records({ name: "olm", namespace: "olm", version, values: more }),
    });
    expect(decideOn(rest, machine("0.46.0")).kind).toBe("ok");
    expect(changesOf(decideOn(rest, machine("0.45.0")))[0]?.summary).toBe("change olm from 0.45.0 to 0.46.0");
    expect(changesOf(decideOn(rest, machine("0.46.0", { from: ["/x"] })))[0]?.summary).toBe("change the values of olm");
  });

  it("is mended, kept from others and taken over like every release", () => {
    const { rest } = addonOf({ olm: settings() });
    const state = (more: object) => ({ "get configmaps,secrets": records({ name: "olm", namespace: "olm", ...more }) });
    expect(changesOf(decideOn(rest, state({ status: "pending-install" })))[0]?.summary).toContain(
      "left pending-install",
    );
    expect(decideOn(rest, state({ owner: "" }))).toMatchObject({ kind: "blocked", code: "addon/release-foreign" });
    const adopting = addonOf({ olm: settings({ adopt: true }) }).rest;
    expect(scriptsOf(decideOn(adopting, state({ owner: "" })))).toContain("--take-ownership");
  });

  it("has its objects shown before a change, from a chart that is made for that alone", () => {
    const { rest } = addonOf({ olm: settings() });
    const question = rest.probes({} as never)["rendered"]?.sh.text ?? "";
    expect(question).toMatch(/^chart=\$\(mktemp -d\)/);
    expect(question).toContain("trap 'rm -rf \"$chart\"' EXIT");
    expect(question).toContain("--dry-run=server");
  });

  it("is removed with its kinds after everything that is of them", () => {
    const { input, addon } = addonOf({ olm: settings() });
    const step = removalStages(input, addon)[0]?.steps[0];
    if (step === undefined) throw new Error("no step");
    const script = scriptsOf(
      decideOn(step, {
        "get configmaps,secrets": records({ name: "olm", namespace: "olm" }),
        "get namespace olm": "olm Active 1d app.kubernetes.io/managed-by=drover",
      }),
    );
    const order = ["uninstall olm ", "uninstall olm-crds ", "delete namespace olm"].map((words) =>
      script.indexOf(words),
    );
    expect(order[0]).toBeGreaterThan(0);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(addon.alsoGone).toContain("kinds go with it");
  });

  it("is proven by its own API: OLM's by its kinds, the pipelines' through the API server", () => {
    const machine = (name: string, namespace: string) => ({ "get configmaps,secrets": records({ name, namespace }) });
    expect(scriptsOf(decideOn(addonOf({ olm: settings() }).proof, machine("olm", "olm")))).toContain(
      "get --raw /apis/packages.operators.coreos.com/v1",
    );
    expect(scriptsOf(decideOn(pipelines().proof, machine("kubeflow-pipelines", "kubeflow")))).toContain(
      "/services/http:ml-pipeline:8888/proxy/apis/v2beta1/healthz",
    );
  });
});
