import { describe, expect, it } from "vitest";
import { addonsOf } from "../../src/addons/registry.ts";
import type { LocalPathSettings } from "../../src/core/addons.ts";
import { chartSettings, records, withAddons } from "./support/addon-world.ts";
import { changesOf, decideOn, list, type Machine, scriptsOf } from "./support/rke-world.ts";

function localPath(more: Partial<LocalPathSettings> = {}) {
  const settings = { ...chartSettings({ version: "0.0.37" }), path: "/srv/volumes", defaultClass: true, ...more };
  const [addon] = addonsOf(withAddons({ localPath: settings }));
  const [rivals, release] = addon?.steps ?? [];
  if (addon === undefined || rivals === undefined || release === undefined) throw new Error("steps are missing");
  return { addon, rivals, release };
}

function classes(given: Readonly<Record<string, boolean | undefined>>): Machine {
  const items = Object.entries(given).map(([name, isDefault]) => ({
    kind: "StorageClass",
    metadata: {
      name,
      ...(isDefault === undefined
        ? {}
        : { annotations: { "storageclass.kubernetes.io/is-default-class": String(isDefault) } }),
    },
  }));
  return { "get storageclasses": list(...items) };
}

const none: Machine = { "get configmaps,secrets": records() };

describe("local-path-provisioner", () => {
  it("makes volumes in the inventory's folder of every host, and is the default unless told otherwise", () => {
    const after = changesOf(decideOn(localPath().release, none))[0]?.after;
    expect(after).toContain("- node: DEFAULT_PATH_FOR_NON_LISTED_NODES\n    paths:\n      - /srv/volumes");
    expect(after).toMatch(/storageClass:\n {2}defaultClass: true\n {2}name: local-path/);
    const plain = changesOf(decideOn(localPath({ defaultClass: false }).release, none))[0]?.after;
    expect(plain).toContain("defaultClass: false");
  });

  it("lets values of the inventory have the last word", () => {
    const values = { nodePathMap: [{ node: "gpu-01", paths: ["/nvme"] }], storageClass: { reclaimPolicy: "Retain" } };
    const after = changesOf(decideOn(localPath({ values }).release, none))[0]?.after;
    expect(after).toContain("node: gpu-01");
    expect(after).not.toContain("DEFAULT_PATH");
    expect(after).toContain("reclaimPolicy: Retain");
    expect(after).toContain("name: local-path");
  });

  it("is in a namespace whose pods may mount folders of the host", () => {
    expect(scriptsOf(decideOn(localPath().release, none))).toContain("pod-security.kubernetes.io/enforce=privileged");
  });

  it("comes after the look at other classes, and says what its removal leaves", () => {
    const { addon, rivals, release } = localPath();
    expect(release.needs).toContain(rivals.id);
    expect(addon.alsoGone).toMatch(/stay on the hosts/);
  });
});

describe("the default storage class", () => {
  it.each<[string, Machine, object]>([
    ["none is there", classes({}), { kind: "ok" }],
    ["its own is the default already", classes({ "local-path": true, other: undefined }), { kind: "ok" }],
    ["another says that it is not", classes({ longhorn: false }), { kind: "ok" }],
    ["the cluster does not answer", {}, { kind: "later", after: "rke/ready" }],
    ["the answer is cut", { "get storageclasses": '{"items": [' }, { kind: "later", after: "rke/ready" }],
    ["another has it", classes({ longhorn: true }), { kind: "blocked", code: "addon/unfit" }],
    ["both have it", classes({ "local-path": true, longhorn: true }), { kind: "blocked" }],
  ])("is looked at where %s", (_, machine, decision) => {
    expect(decideOn(localPath().rivals, machine)).toMatchObject(decision);
  });

  it("names the other, and does not mind it where this one is not to be the default", () => {
    const machine = classes({ longhorn: true });
    expect(decideOn(localPath().rivals, machine)).toMatchObject({ because: expect.stringContaining("longhorn") });
    expect(decideOn(localPath({ defaultClass: false }).rivals, machine).kind).toBe("ok");
  });
});
