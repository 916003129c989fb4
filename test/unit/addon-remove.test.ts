import { describe, expect, it } from "vitest";
import { catalog } from "../../src/addons/catalog.ts";
import { addonsOf } from "../../src/addons/registry.ts";
import { removalStages } from "../../src/addons/remove.ts";
import { isWell } from "../../src/cli/addons/overview.ts";
import { parseInventory } from "../../src/inventory/parse.ts";
import { inventorySchema } from "../../src/inventory/schema/inventory.ts";
import { renderAddonStatus, renderAddons, stateOf } from "../../src/view/addons.ts";
import { minimal } from "./inventory-support.ts";
import { chartSettings, type Recorded, records, withAddons } from "./support/addon-world.ts";
import { changesOf, decideOn, type Machine, scriptsOf } from "./support/rke-world.ts";

const input = withAddons({
  metallb: { ...chartSettings(), addresses: ["10.0.0.200-10.0.0.210"] },
  nvidiaDevicePlugin: { ...chartSettings(), pools: {} },
  kueue: chartSettings(),
  olm: { version: "0.31.0", source: "/olm", adopt: false },
});

function removal(key: string) {
  const addon = addonsOf(input).find((one) => one.key === key);
  const step = addon && removalStages(input, addon)[0]?.steps[0];
  if (step === undefined) throw new Error("no step");
  return step;
}

const installed = (more: object = {}): Machine => ({
  "get configmaps,secrets -A": records({ name: "metallb", namespace: "metallb-system", ...more }),
});
const ourNamespace = { "get namespace": "metallb-system Active 1d app.kubernetes.io/managed-by=drover,x=y\n" };
const theirNamespace = { "get namespace": "metallb-system Active 1d x=y\n" };

describe("removing an addon", () => {
  it("uninstalls its release, with the namespace that Drover made, and says what goes along", () => {
    const decision = decideOn(removal("metallb"), { ...installed(), ...ourNamespace });
    expect(changesOf(decision)[0]).toMatchObject({
      summary: "uninstall metallb, and the namespace metallb-system with all that is in it",
      after: "Services of type LoadBalancer lose their addresses.\n",
      disrupts: "service",
    });
    expect(scriptsOf(decision)).toMatch(/uninstall metallb -n metallb-system --ignore-not-found --wait/);
    expect(scriptsOf(decision)).toContain("delete namespace metallb-system");
  });

  it("leaves a namespace that was there before, but for what Drover put into it", () => {
    const decision = decideOn(removal("metallb"), { ...installed(), ...theirNamespace });
    expect(changesOf(decision)[0]?.summary).toBe("uninstall metallb");
    expect(scriptsOf(decision)).not.toContain("delete namespace");
    expect(scriptsOf(decision)).toContain(
      "delete secret,configmap -n metallb-system -l app.kubernetes.io/managed-by=drover",
    );
  });

  it.each([
    ["drover", "app.kubernetes.io/managed-by=drover", true],
    ["drover, among others", "a=b,app.kubernetes.io/managed-by=drover,kubernetes.io/metadata.name=x", true],
    ["somebody whose name begins alike", "app.kubernetes.io/managed-by=drover-operator", false],
    ["somebody with a label that ends alike", "our.app.kubernetes.io/managed-by=drover", false],
    ["Helm", "app.kubernetes.io/managed-by=Helm,name=drover", false],
    ["nobody", "<none>", false],
  ])(
    "takes a namespace with all that is in it only where it is its own: one that is made by %s",
    (_, labels, isOwn) => {
      const there = { "get namespace": `metallb-system   Active   1d   ${labels}\n` };
      expect(scriptsOf(decideOn(removal("metallb"), { ...installed(), ...there })).includes("delete namespace")).toBe(
        isOwn,
      );
      // Where the release is gone already, the namespace is all that is left.
      const gone = { "get configmaps,secrets -A": records(), ...there };
      expect(decideOn(removal("metallb"), gone).kind).toBe(isOwn ? "change" : "ok");
    },
  );

  it("takes no silence for a namespace that is gone", () => {
    const silent = { "get namespace": { code: 1, stderr: "Unable to connect to the server: EOF" } };
    for (const all of [installed(), { "get configmaps,secrets -A": records() }])
      expect(decideOn(removal("metallb"), { ...all, ...silent })).toMatchObject({
        kind: "blocked",
        because: "the cluster does not answer",
      });
  });

  it("has nothing to do where nothing is, and finishes what was interrupted", () => {
    const none = { "get configmaps,secrets -A": records() };
    expect(decideOn(removal("metallb"), { ...none, "get namespace": "" }).kind).toBe("ok");
    const left = decideOn(removal("metallb"), { ...none, ...ourNamespace });
    expect(changesOf(left)[0]?.summary).toMatch(/^remove what is left of metallb/);
    expect(decideOn(removal("metallb"), { ...installed({ status: "uninstalling" }), ...ourNamespace }).kind).toBe(
      "change",
    );
  });

  it("goes on with its other releases where only they are left, in a namespace that is somebody else's", () => {
    const theirs = { "get namespace": "olm Active 1d x=y\n" };
    const left = (...all: readonly Recorded[]) => ({ "get configmaps,secrets -A": records(...all), ...theirs });
    const kinds = { name: "olm-crds", namespace: "olm" };
    expect(changesOf(decideOn(removal("olm"), left(kinds)))[0]?.summary).toBe("remove what is left of olm");
    expect(decideOn(removal("olm"), left()).kind).toBe("ok");
    const foreign = decideOn(removal("olm"), left({ name: "olm" }, { ...kinds, owner: "" }));
    expect(foreign).toMatchObject({ because: expect.stringMatching(/^olm-crds .* was not installed by Drover$/) });
  });

  it.each([
    ["olm", "olm/olm-crds", "olm", 'delete "$kinds" --all'],
    ["kueue", "kueue-system/kueue", "kueue", "delete customresourcedefinitions $names"],
  ])("lets the programs of %s go of the objects of its kinds first", (key, kinds, release, words) => {
    const machine = { "get configmaps,secrets -A": records({ name: release }), ...ourNamespace };
    const script = scriptsOf(decideOn(removal(key), machine));
    expect(script).toContain(`-v release=${kinds} `);
    expect(script.indexOf(words)).toBeGreaterThan(script.indexOf("delete $webhooks"));
    expect(script.indexOf(words)).toBeLessThan(script.indexOf(`uninstall ${release} `));
  });

  it("never touches what somebody else installed, nor a cluster that does not answer", () => {
    const foreign = decideOn(removal("metallb"), { ...installed({ owner: "" }), ...ourNamespace });
    expect(foreign).toMatchObject({ kind: "blocked", code: "addon/release-foreign" });
    expect(decideOn(removal("metallb"), {})).toMatchObject({ kind: "blocked" });
  });

  it.each([
    ["a namespace that something holds", "error: timed out waiting for the condition on namespaces/metallb-system"],
    ["objects that something holds", "Error: failed to delete release: metallb: context deadline exceeded"],
  ])("tells where to look at %s, and goes no further than that", (_, said) => {
    const decision = decideOn(removal("metallb"), { ...installed(), ...ourNamespace });
    const [action] = changesOf(decision)[0]?.actions ?? [];
    const failures = action?.kind === "run" ? (action.failures ?? []) : [];
    expect(failures.find(({ pattern }) => pattern.test(said))).toMatchObject({
      code: "addon/release-stuck",
      remedy: expect.stringContaining("kubectl get all -n metallb-system"),
    });
    expect(scriptsOf(decision)).toMatch(/uninstall metallb .* \|\| \{\n.*\n {2}stuck\n\}\n[\s\S]*delete namespace/);
  });

  it("tells what holds it in the words that the cluster was asked for", () => {
    const decision = decideOn(removal("metallb"), { ...installed(), ...ourNamespace });
    const [action] = changesOf(decision)[0]?.actions ?? [];
    const failures = action?.kind === "run" ? (action.failures ?? []) : [];
    const said = "timed out waiting for the condition\ndoes not go away: Widget a/b waits for c\n";
    const failure = failures.find(({ pattern }) => pattern.test(said));
    expect([failure?.code, failure?.pattern.exec(said)?.[1]]).toEqual([
      "addon/release-stuck",
      "Widget a/b waits for c",
    ]);
  });

  it("takes the labels of the device plugin from the nodes", () => {
    const machine = { "get configmaps,secrets -A": records({ name: "nvidia-device-plugin" }), "get namespace": "" };
    expect(scriptsOf(decideOn(removal("nvidiaDevicePlugin"), machine))).toContain(
      "label nodes --all nvidia.com/gpu.present- nvidia.com/device-plugin.config- nvidia.com/mps.capable-",
    );
  });
});

describe("the catalog", () => {
  const shape = inventorySchema.shape.addons.unwrap().shape;

  it("has every addon of the inventory, in its order", () => {
    expect(catalog.map(({ key }) => key)).toEqual(Object.keys(shape));
  });

  it("asks for exactly what has no default", () => {
    for (const { key, asks } of catalog) {
      const given = JSON.stringify({ ...minimal, addons: { certManager: {}, [key]: {} } });
      if (Object.keys(asks).length === 0) expect(() => parseInventory(given, "i.yaml")).not.toThrow();
      else {
        const error = (() => {
          try {
            parseInventory(given, "i.yaml");
          } catch (thrown) {
            return thrown as { details: readonly string[] };
          }
          return { details: [] };
        })();
        expect(error.details.map((line) => line.replace(/^\S+ /, ""))).toEqual(
          Object.keys(asks).map((name) => `addons.${key}.${name}: is missing`),
        );
      }
    }
  });
});

describe("the lists of addons", () => {
  const shape = { color: false, width: 120 };
  const line = { key: "metallb", about: "MetalLB", wanted: "0.16.1", installed: undefined };
  const there = { version: "0.16.1", status: "deployed", ours: true, asWanted: true };

  it("tell what there is and what is asked for", () => {
    const text = renderAddons([line, { ...line, key: "rancher", wanted: undefined }], shape);
    expect(text).toBe("ADDON    VERSION  WHAT IT IS\nmetallb  0.16.1   MetalLB\nrancher  -        MetalLB\n");
  });

  it("tell what the cluster has", () => {
    expect(renderAddonStatus([{ ...line, installed: there }], shape)).toContain(
      "metallb  deployed  0.16.1          0.16.1",
    );
    expect(renderAddonStatus([], shape)).toMatch(/asks for no addons/);
    expect(stateOf(line)).toBe("missing");
    expect(stateOf({ installed: { ...there, ours: false } })).toBe("deployed, not by Drover");
  });

  it("call what differs red, and end with 1 for it: missing, failed, somebody else's, another version", () => {
    const older = { ...there, version: "0.14.9", asWanted: false };
    expect(stateOf({ installed: older })).toBe("deployed, another version");
    const color = { ...shape, color: true };
    const red = "\u001b[31m";
    expect(renderAddonStatus([{ ...line, installed: there }], color)).not.toContain(red);
    expect(isWell({ installed: there })).toBe(true);
    for (const installed of [undefined, older, { ...there, status: "failed" }, { ...there, ours: false }]) {
      expect(renderAddonStatus([{ ...line, installed }], color)).toContain(red);
      expect(isWell({ installed })).toBe(false);
    }
  });
});
