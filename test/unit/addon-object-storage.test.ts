import { describe, expect, it } from "vitest";
import { addonsOf } from "../../src/addons/registry.ts";
import { removalStages } from "../../src/addons/remove.ts";
import type { AddonSettings, ObjectStorageSettings } from "../../src/core/addons.ts";
import { minimal, mistakesOf } from "./inventory-support.ts";
import { chartSettings, records, withAddons } from "./support/addon-world.ts";
import { changesOf, decideOn, list, type Machine, scriptsOf } from "./support/rke-world.ts";

function objectStorage(more: Partial<ObjectStorageSettings> = {}, others: AddonSettings = {}) {
  const settings = { ...chartSettings({ version: "4.44.0" }), size: "100Gi", storageClass: undefined, ...more };
  const input = withAddons({ ...others, objectStorage: settings });
  const addon = addonsOf(input).find(({ key }) => key === "objectStorage");
  const [release, proof] = addon?.steps ?? [];
  if (addon === undefined || release === undefined || proof === undefined) throw new Error("steps are missing");
  return { input, addon, release, proof };
}

const none: Machine = { "get configmaps,secrets": records() };
const installed = (noted?: string): Machine => {
  const release = JSON.parse(records({ name: "seaweedfs", version: "4.44.0" })) as { items: object[] };
  const note = {
    kind: "ConfigMap",
    metadata: { name: "drover", namespace: "seaweedfs" },
    data: { "proven.seaweedfs": noted },
  };
  return { "get configmaps,secrets": list(...release.items, ...(noted === undefined ? [] : [note])) };
};

describe("a store of objects", () => {
  it("is one program with a volume of its own, and no parts of a larger one beside it", () => {
    const { values } = objectStorage({ size: "2Ti", storageClass: "fast" }).addon.release;
    expect(values).toMatchObject({
      allInOne: { enabled: true, data: { type: "persistentVolumeClaim", size: "2Ti", storageClass: "fast" } },
      master: { enabled: false },
      volume: { enabled: false },
      filer: { enabled: false },
    });
  });

  it("takes the cluster's default class where the inventory names none", () => {
    const { values } = objectStorage().addon.release;
    expect(JSON.stringify(values)).not.toContain("storageClass");
    expect(values).toMatchObject({ allInOne: { data: { size: "100Gi" } } });
  });

  it("lets in nobody without a key, unless the inventory says otherwise", () => {
    const { values } = objectStorage().addon.release;
    expect(values).toMatchObject({ s3: { enableAuth: true }, allInOne: { s3: { enabled: true, enableAuth: true } } });
    const open = objectStorage({ values: { s3: { enableAuth: false } } }).addon.release.values;
    expect(open).toMatchObject({ s3: { enableAuth: false } });
  });

  it("comes after the class of volumes that the same run installs, and waits for no other", () => {
    const localPath = { ...chartSettings({ version: "0.0.37" }), path: "/srv", defaultClass: true };
    expect(objectStorage({}, { localPath }).release.needs).toContain("local-path-provisioner/release");
    expect(objectStorage().release.needs).toEqual(["rke/ready"]);
  });

  it("is installed and proven, once for each of its revisions", () => {
    const { release, proof } = objectStorage();
    expect(scriptsOf(decideOn(release, none))).toContain("upgrade --install seaweedfs ");
    expect(decideOn(proof, none)).toMatchObject({ kind: "later", after: release.id });
    expect(decideOn(proof, installed("1 of 2026-11-21T05:13:08Z")).kind).toBe("ok");
    for (const noted of [undefined, "", "1 of yesterday"])
      expect(decideOn(proof, installed(noted)).kind).toBe("change");
  });

  it("is proven with keys that are in no script, only named", () => {
    const script = scriptsOf(decideOn(objectStorage().proof, installed()));
    expect(script).toContain('"secretKeyRef":{"name":"seaweedfs-s3-secret","key":"admin_secret_access_key"}');
    expect(script).toContain('"automountServiceAccountToken":false');
  });

  it("says before its removal that all that is in it goes", () => {
    const { input, addon } = objectStorage();
    const [step] = removalStages(input, addon)[0]?.steps ?? [];
    if (step === undefined) throw new Error("no step");
    const ours = { "get namespace": "seaweedfs Active 1d app.kubernetes.io/managed-by=drover" };
    const [change] = changesOf(decideOn(step, { ...installed(), ...ours }));
    expect(change?.after).toContain("All buckets and objects are lost");
    expect(change?.summary).toContain("the namespace seaweedfs with all that is in it");
  });
});

describe("a store of objects in the inventory", () => {
  const mistakes = (given: object) => mistakesOf({ ...minimal, addons: { objectStorage: given } });

  it.each([[{}], [{ size: "1Gi" }], [{ size: "24Ti", storageClass: "local-path" }], [{ values: { s3: {} } }]])(
    "may be %j",
    (given) => {
      expect(mistakes(given)).toEqual([]);
    },
  );

  it.each<[object, RegExp]>([
    [{ size: "100" }, /size: must be a size such as 50Gi/],
    [{ size: "0Gi" }, /size: must be a size/],
    [{ size: "100GB" }, /size: must be a size/],
    [{ storageClass: "Fast One" }, /storageClass/],
    [{ version: "v4.44.0" }, /version: must be a version without a v/],
    [{ buckets: ["a"] }, /buckets/],
  ])("may not be %j", (given, why) => {
    expect(mistakes(given).join("\n")).toMatch(why);
  });
});
