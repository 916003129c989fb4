import { describe, expect, it } from "vitest";
import { certManagerRelease } from "../../src/addons/cert-manager.ts";
import { certificateStep } from "../../src/addons/certificate-step.ts";
import { podsProgress } from "../../src/addons/helm-install.ts";
import { helmRelease } from "../../src/addons/helm-release.ts";
import { addonStages } from "../../src/addons/registry.ts";
import { chartSource, type Release } from "../../src/addons/release.ts";
import { sameValues } from "../../src/addons/same-values.ts";
import { changesOf, cluster, decideOn, type Machine, paths, scriptsOf, templates } from "./support/rke-world.ts";

const settings = { version: "v1.11.5", chart: "https://charts.example.org", values: { replicaCount: 2 } };
const access = { cluster: { ...cluster, addons: { certManager: settings } }, paths, templates };
const release = certManagerRelease(access, settings);
const step = helmRelease(access, release);
const listed = {
  name: "cert-manager",
  namespace: "cert-manager",
  revision: "3",
  updated: "2026-11-21 05:13:08",
  status: "deployed",
  chart: "cert-manager-v1.11.5",
};

function helm(changes: Partial<typeof listed> = {}, values: object = release.values): Machine {
  return { "list -A -a": JSON.stringify([{ ...listed, ...changes }]), "get values": JSON.stringify(values) };
}

describe("a Helm release", () => {
  it("is left alone if version and values are as wanted, whatever the order of keys and the v", () => {
    const reversed = Object.fromEntries(Object.entries(release.values).reverse());
    expect(decideOn(step, helm({}, reversed)).kind).toBe("ok");
    expect(decideOn(step, helm({ chart: "cert-manager-1.11.5" })).kind).toBe("ok");
  });

  it("waits for the cluster", () => {
    expect(decideOn(step, {})).toMatchObject({ kind: "later", after: "rke/ready" });
  });

  it.each<[string, Machine, string]>([
    ["it is missing", { "list -A -a": "[]" }, "install cert-manager v1.11.5"],
    ["it is in another namespace", helm({ namespace: "default" }), "install cert-manager v1.11.5"],
    [
      "an earlier helm was killed",
      helm({ status: "pending-install" }),
      "install cert-manager v1.11.5, which an earlier run left pending-install",
    ],
    ["the last try failed", helm({ status: "failed" }), "install cert-manager v1.11.5 again: the last try failed"],
    ["another version runs", helm({ chart: "cert-manager-v1.10.0" }), "change cert-manager from v1.10.0 to v1.11.5"],
    ["its values differ", helm({}, { replicaCount: 1 }), "change the values of cert-manager"],
  ])("is installed or changed if %s", (_, machine, summary) => {
    const [change] = changesOf(decideOn(step, machine));
    expect(change?.summary).toBe(summary);
    expect(change?.after).toContain("replicaCount: 2");
  });

  it("is blocked while it is being uninstalled", () => {
    expect(decideOn(step, helm({ status: "uninstalling" }))).toMatchObject({
      kind: "blocked",
      code: "addon/release-stuck",
    });
  });

  it("gives its values on stdin, and shows no secret of them", () => {
    const secret: Release = { ...release, values: { db: { host: "h" } }, sensitiveValues: { db: { login: "s3cret" } } };
    const decision = decideOn(helmRelease(access, secret), helm({}, { db: { host: "h", login: "0ld" } }));
    const [change] = changesOf(decision);
    expect(change?.actions[0]).toMatchObject({ stdin: expect.stringContaining("login: s3cret") });
    expect(`${change?.before}${change?.after}${scriptsOf(decision)}`).not.toMatch(/s3cret|0ld/);
    expect(change?.before).toContain("host: h");
  });

  it("shows what differs, whatever the order of the keys is that helm tells", () => {
    const wanted: Release = { ...release, values: { b: 2, a: { d: 4, c: 3 } } };
    const [change] = changesOf(decideOn(helmRelease(access, wanted), helm({}, { a: { c: 3, d: 0 }, b: 2 })));
    expect([change?.before, change?.after]).toEqual(["a:\n  c: 3\n  d: 0\nb: 2\n", "a:\n  c: 3\n  d: 4\nb: 2\n"]);
  });

  it("clears what a killed helm left before it installs, and always starts from the wanted values alone", () => {
    const script = scriptsOf(decideOn(step, helm({ status: "pending-upgrade" })));
    expect(script).toMatch(
      /delete secret -n cert-manager -l 'owner=helm,name=cert-manager,status in \(pending-install/,
    );
    expect(script).toContain("--reset-values");
    expect(script.indexOf("delete secret")).toBeLessThan(script.indexOf("upgrade --install"));
  });

  it("comes from a repository, a registry or a folder", () => {
    expect(scriptsOf(decideOn(step, { "list -A -a": "[]" }))).toContain(
      "cert-manager --repo https://charts.example.org --version v1.11.5",
    );
    expect(chartSource("oci://quay.io/jetstack/charts/", "cert-manager")).toEqual({
      kind: "oci",
      reference: "oci://quay.io/jetstack/charts/cert-manager",
    });
    expect(chartSource("oci://r/cert-manager", "cert-manager")).toEqual({
      kind: "oci",
      reference: "oci://r/cert-manager",
    });
    expect(chartSource("/some/folder", "cert-manager")).toEqual({ kind: "folder", path: "/some/folder" });
  });

  it("refuses a folder without the chart or with another version, before anything is done", () => {
    const local = helmRelease(access, { ...release, chart: { kind: "folder", path: "/charts/cm" } });
    expect(decideOn(local, { "list -A -a": "[]" })).toMatchObject({
      code: "addon/chart-not-found",
      because: "/charts/cm holds no chart",
    });
    const other = { "cat /charts/cm/Chart.yaml": "version: v1.2.3\n", "list -A -a": "[]" };
    expect(decideOn(local, other)).toMatchObject({ because: "/charts/cm holds cert-manager v1.2.3, not v1.11.5" });
    const right = { "cat /charts/cm/Chart.yaml": "version: v1.11.5\n", ...helm() };
    expect(decideOn(local, right).kind).toBe("ok");
  });

  it.each([
    ['Error: chart "cert-manager" version "v9" not found in https://x repository', "addon/chart-not-found"],
    [
      'Error: looks like "https://x" is not a valid chart repository or cannot be reached: dial tcp',
      "addon/chart-not-found",
    ],
    [
      'Error: failed to perform "FetchReference" on source: 127.0.0.1:5000/charts/cert-manager:v1.11.6: not found',
      "addon/chart-not-found",
    ],
    ["Error: context deadline exceeded", "addon/gate-closed"],
    ["2m Warning Failed pod/x Error: ImagePullBackOff\nError: context deadline exceeded", "cluster/image-not-pullable"],
    ["Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress", "addon/release-stuck"],
    ["Error: something new", "step/action-failed"],
  ])("explains %s", (said, code) => {
    const [action] = changesOf(decideOn(step, { "list -A -a": "[]" }))[0]?.actions ?? [];
    const failures = action?.kind === "run" ? (action.failures ?? []) : [];
    expect(failures.find(({ pattern }) => pattern.test(said))?.code).toBe(code);
  });

  it("tells how many pods are ready", () => {
    expect(podsProgress("waiting: 1 of 3 pods ready: a ContainerCreating")).toEqual({
      phase: "1 of 3 pods ready: a ContainerCreating",
      fraction: 1 / 3,
    });
    expect(podsProgress("NAME: cert-manager")).toBeUndefined();
  });
});

describe("values", () => {
  it.each<[unknown, unknown, boolean]>([
    [{ a: 1, b: { c: [1, 2] } }, { b: { c: [1, 2] }, a: 1 }, true],
    [{ a: null }, {}, true],
    [{ a: [1, 2] }, { a: [2, 1] }, false],
    [{ a: "1" }, { a: 1 }, false],
    [{ a: {} }, {}, false],
  ])("%j and %j are the same: %s", (left, right, same) => {
    expect(sameValues(left, right)).toBe(same);
  });
});

describe("cert-manager", () => {
  const gate = certificateStep(access, release);

  it("asks for its CRDs by the name that its version knows", () => {
    expect(release.values).toMatchObject({ installCRDs: true });
    expect(certManagerRelease(access, { ...settings, version: "v1.20.3" }).values).toMatchObject({
      crds: { enabled: true },
    });
    expect(certManagerRelease(access, { ...settings, version: "1.15.0" }).values).not.toHaveProperty("installCRDs");
  });

  it("is not touched where the inventory does not ask for it", () => {
    expect(addonStages({ cluster, paths, templates })).toEqual([]);
    expect(addonStages(access).map(({ id }) => id)).toEqual(["cert-manager", "certificate"]);
  });

  it("is proven once for each installation", () => {
    const proven = (revision: string) => ({
      "get configmaps": JSON.stringify({
        items: [{ metadata: { namespace: "cert-manager" }, data: { provenRevision: revision } }],
      }),
      ...helm(),
    });
    expect(decideOn(gate, proven("3 of 2026-11-21 05:13:08")).kind).toBe("ok");
    expect(decideOn(gate, proven("2 of 2026-11-21 05:13:08")).kind).toBe("change");
    expect(decideOn(gate, proven("3 of 2025-01-01 00:00:00")).kind).toBe("change");
    expect(scriptsOf(decideOn(gate, helm()))).toContain("3 of 2026-11-21 05:13:08");
  });

  it("is not proven before it is deployed", () => {
    expect(decideOn(gate, helm({ status: "pending-install" }))).toMatchObject({
      kind: "later",
      after: "cert-manager/release",
    });
    expect(decideOn(gate, {})).toMatchObject({ kind: "later" });
  });

  it("never throws, whatever helm answers", () => {
    for (const stdout of ["", "null", "[null]", "{}", "[1]", '[{"name":1}]', "\u0000"]) {
      for (const one of [step, gate]) expect(() => decideOn(one, { "": { code: 0, stdout } })).not.toThrow();
    }
  });
});
