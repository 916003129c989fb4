import { describe, expect, it } from "vitest";
import { certManagerRelease } from "../../src/addons/cert-manager.ts";
import { certificateStep } from "../../src/addons/certificate-step.ts";
import { podsProgress } from "../../src/addons/helm-install.ts";
import { helmRelease } from "../../src/addons/helm-release.ts";
import { installedProbe } from "../../src/addons/installed.ts";
import { addonStages } from "../../src/addons/registry.ts";
import { chartSource, type Release } from "../../src/addons/release.ts";
import { renderProbe } from "../../src/addons/render-probe.ts";
import { fingerprint } from "../../src/addons/values.ts";
import { chartSettings, type Recorded, record, records, withAddons } from "./support/addon-world.ts";
import { changesOf, decideOn, list, type Machine, scriptsOf } from "./support/rke-world.ts";

const settings = chartSettings({ version: "v1.11.5", values: { replicaCount: 2 }, secretValues: {} });
const access = withAddons({ certManager: settings });
const release = certManagerRelease(access, { ...settings, version: "v1.20.3" });
const step = helmRelease(access, release);

/** A cluster with this release; by default it is as wanted. */
function helm(...given: readonly Recorded[]): Machine {
  const wanted = { version: release.version, values: release.values };
  const all = given.length === 0 ? [{}] : given;
  return { "get configmaps,secrets": records(...all.map((one) => ({ ...wanted, ...one }))) };
}

/** A cluster without any. */
const none: Machine = { "get configmaps,secrets": records() };

describe("a Helm release", () => {
  it("is left alone if version and values are as wanted, whatever the order of keys and the v", () => {
    const reversed = Object.fromEntries(Object.entries(release.values).reverse());
    expect(decideOn(step, helm({ values: reversed })).kind).toBe("ok");
    expect(decideOn(step, helm({ version: "1.20.3" })).kind).toBe("ok");
  });

  it("waits for the cluster", () => {
    expect(decideOn(step, {})).toMatchObject({ kind: "later", after: "rke/ready" });
  });

  it.each<[string, Machine, string]>([
    ["it is missing", none, "install cert-manager v1.20.3"],
    ["it is in another namespace", helm({ namespace: "default" }), "install cert-manager v1.20.3"],
    ["it was removed with its history kept", helm({ status: "uninstalled" }), "install cert-manager v1.20.3"],
    [
      "an earlier helm was killed",
      helm({ status: "pending-install" }),
      "install cert-manager v1.20.3, which an earlier run left pending-install",
    ],
    [
      "an upgrade was killed, though an older revision is deployed",
      helm({ revision: 9 }, { revision: 10, status: "pending-upgrade" }),
      "install cert-manager v1.20.3, which an earlier run left pending-upgrade",
    ],
    ["the last try failed", helm({ status: "failed" }), "install cert-manager v1.20.3 again: the last try failed"],
    ["another version runs", helm({ version: "v1.19.6" }), "change cert-manager from v1.19.6 to v1.20.3"],
    ["its values differ", helm({ values: { replicaCount: 1 } }), "change the values of cert-manager"],
    ["it was installed without values", helm({ values: null }), "change the values of cert-manager"],
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

  it("of somebody else is left alone, and taken over only when asked, and then once", () => {
    expect(decideOn(step, helm({ owner: "" }))).toMatchObject({ kind: "blocked", code: "addon/release-foreign" });
    const adopting = helmRelease(access, { ...release, adopt: true });
    const [change] = changesOf(decideOn(adopting, helm({ owner: "", version: "v1.18.0" })));
    expect(change?.summary).toBe("take over cert-manager v1.18.0, which somebody else installed");
    expect(scriptsOf(decideOn(adopting, helm({ owner: "" })))).toContain("--take-ownership");
    expect(scriptsOf(decideOn(step, none))).not.toContain("--take-ownership");
    expect(decideOn(adopting, helm()).kind).toBe("ok");
  });

  it("is refused before anything is done where it does not fit the cluster", () => {
    const old = certManagerRelease(access, { ...settings, version: "v1.18.2" });
    expect(decideOn(helmRelease(access, old), none).kind).toBe("change");
    const tooNew = certManagerRelease(access, { ...settings, version: "v1.21.2" });
    expect(decideOn(helmRelease(access, tooNew), {})).toMatchObject({
      kind: "blocked",
      code: "addon/unfit",
      because: "cert-manager v1.21.2 is made for Kubernetes 1.33 to 1.36, and this cluster has 1.32",
    });
  });

  it("gives its values on stdin, and shows no secret of them", () => {
    const secret: Release = { ...release, values: { db: { host: "h" } }, sensitiveValues: { db: { login: "s3cret" } } };
    const machine = {
      ...helm({ values: { db: { host: "h", login: "0ldone" } }, manifest: manifest("0ldone") }),
      "--dry-run=server": `NAME: x\nMANIFEST:\n---\n${manifest("(hidden)")}\nNOTES:\nhello`,
    };
    const secretStep = helmRelease(access, secret);
    const decision = decideOn(secretStep, machine);
    const [change] = changesOf(decision);
    expect(change?.actions[0]).toMatchObject({ stdin: expect.stringContaining("login: s3cret") });
    const questions = Object.values(secretStep.probes({} as never)).map(({ sh }) => sh.text);
    const shown = `${change?.before}${change?.after}${scriptsOf(decision)}${questions.join("")}`;
    for (const text of ["s3cret", "0ldone", Buffer.from("0ldone").toString("base64")])
      expect(shown).not.toContain(text);
    expect(change?.before).toContain("host: h");
  });

  it("shows what differs, whatever the order of the keys is that helm tells", () => {
    const wanted: Release = { ...release, values: { b: 2, a: { d: 4, c: 3 } } };
    const [change] = changesOf(decideOn(helmRelease(access, wanted), helm({ values: { a: { c: 3, d: 0 }, b: 2 } })));
    expect([change?.before, change?.after]).toEqual(["a:\n  c: 3\n  d: 0\nb: 2\n", "a:\n  c: 3\n  d: 4\nb: 2\n"]);
  });

  it("shows how its objects would change", () => {
    const machine = {
      ...helm({ version: "v1.19.6", manifest: manifest("a", "image:1") }),
      "--dry-run=server": `HOOKS:\nMANIFEST:\n---\n${manifest("a", "image:2")}\nNOTES:\nhello`,
    };
    const [change] = changesOf(decideOn(step, machine));
    expect(change?.before).toContain("# Deployment x/d\n");
    expect(change?.before).toContain("image: image:1");
    expect(change?.after).toContain("image: image:2");
    expect(change?.after).not.toContain("hello");
  });

  describe("whose chart's schema refuses the values", () => {
    const said = (...lines: readonly string[]) => ({
      code: 1,
      stderr: `Error: values don't meet the specifications of the schema(s) in the following chart(s):\ncm:\n${lines.join("\n")}\n`,
    });
    const refusing = (...lines: readonly string[]): Machine => ({
      ...helm({ values: { replicaCount: 1 } }),
      "--dry-run=server": said(...lines),
    });

    it("is blocked with the complaints on one line, and where they are put right", () => {
      const because = "the chart of cert-manager v1.20.3 refuses the values: at '/a': no; at '/b': neither";
      expect(decideOn(step, refusing("- at '/a': no", "- at '/b': neither"))).toEqual({
        kind: "blocked",
        code: "inventory/invalid",
        because,
        remedy: "Put the values right in the inventory.",
      });
    });

    it("tells a few of many complaints, each cut and harmless", () => {
      const many = Array.from({ length: 9 }, (_, index) => `- at '/${index}': \u001b[2J${"x".repeat(500)}`);
      const decision = decideOn(step, refusing(...many));
      const because = decision.kind === "blocked" ? decision.because : "";
      expect(because).toMatch(/; and 4 more$/);
      expect(because).not.toMatch(/\u001b|\n/);
      expect(because.length).toBeLessThan(1200);
    });

    it("is left alone where nothing of it would be changed", () => {
      expect(decideOn(step, { ...helm(), "--dry-run=server": said("- at '/a': no") }).kind).toBe("ok");
    });

    it("is still somebody else's first", () => {
      const foreign = { ...helm({ owner: "" }), "--dry-run=server": said("- at '/a': no") };
      expect(decideOn(step, foreign)).toMatchObject({ code: "addon/release-foreign" });
    });
  });

  describe("some of whose kinds the cluster does not have", () => {
    const line = (kind: string, version: string) =>
      `resource mapping not found for name: "one" namespace: "" from "": no matches for kind "${kind}" in version "${version}"\nensure CRDs are installed first`;
    const lacking = (manifestNow: string, ...lines: readonly string[]): Machine => ({
      ...helm({ version: "v1.19.6", manifest: manifestNow }),
      "--dry-run=server": { code: 1, stderr: `Error: UPGRADE FAILED: [${lines.join(", ")}]\n` },
    });
    const policies = [line("PodSecurityPolicy", "policy/v1beta1"), line("PodSecurityPolicy", "policy/v1beta1")];
    const policy = "apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nmetadata: { name: one }\n";

    it("is blocked, with Kubernetes' own named, which nothing brings", () => {
      expect(decideOn(step, lacking(manifest("a"), ...policies, line("CronJob", "batch/v1beta1")))).toEqual({
        kind: "blocked",
        code: "addon/unfit",
        because:
          "cert-manager v1.20.3 has objects of kinds which Kubernetes 1.32 does not have: PodSecurityPolicy (policy/v1beta1), CronJob (batch/v1beta1)",
        remedy: "Set its version in the inventory to one that is made for this Kubernetes.",
      });
    });

    it("is blocked where helm's record of it has them, with the way to mend that", () => {
      const decision = decideOn(step, lacking(`${manifest("a")}---\n${policy}`, ...policies));
      expect(decision).toMatchObject({
        because: expect.stringMatching(/^helm's record of cert-manager v1\.19\.6 has kinds/),
        remedy: expect.stringContaining("helm mapkubeapis cert-manager"),
      });
    });

    it("is left to helm where something else may bring them before", () => {
      expect(decideOn(step, lacking("", line("ServiceMonitor", "monitoring.coreos.com/v1"))).kind).toBe("change");
      expect(decideOn(step, lacking("", line("Gateway", "gateway.networking.k8s.io/v1"))).kind).toBe("change");
      expect(decideOn(step, { ...helm(), "--dry-run=server": { code: 1, stderr: policies.join() } }).kind).toBe("ok");
    });
  });

  it("is rendered only if it is deployed and was made from something else", () => {
    const { onlyIf, sh } = renderProbe(access, release);
    const isNeeded = (stdout: string, code = 0) => onlyIf?.isNeeded({ code, stdout, stderr: "" });
    expect(isNeeded(records({ madeFrom: fingerprint(release) }))).toBe(false);
    expect(isNeeded(records({ madeFrom: "another" }))).toBe(true);
    expect(isNeeded(records({ owner: "" }))).toBe(true);
    expect(isNeeded(records({ status: "failed" }, { status: "pending-upgrade", revision: 2 }))).toBe(false);
    expect(isNeeded(records({ namespace: "elsewhere" }, { name: "rancher" }))).toBe(false);
    expect([isNeeded(records()), isNeeded("nonsense"), isNeeded(records({}), 1)]).toEqual([false, false, false]);
    expect(onlyIf?.sh.text).toBe(installedProbe(access).sh.text);
    expect(sh.text).toContain("--dry-run=server");
    expect(scriptsOf(decideOn(step, none))).toContain(`drover-made-from=${fingerprint(release)}`);
    expect(fingerprint({ ...release, sensitiveValues: { a: "b" } })).not.toBe(fingerprint(release));
    expect(fingerprint({ ...release, version: "1.20.3" })).toBe(fingerprint(release));
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
    expect(scriptsOf(decideOn(step, none))).toContain(
      "cert-manager --repo https://charts.example.org --version v1.20.3",
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
    expect(decideOn(local, none)).toMatchObject({
      code: "addon/chart-not-found",
      because: "/charts/cm holds no chart",
    });
    const other = { "cat /charts/cm/Chart.yaml": "version: v1.2.3\n", ...none };
    expect(decideOn(local, other)).toMatchObject({ because: "/charts/cm holds cert-manager v1.2.3, not v1.20.3" });
    const right = { "cat /charts/cm/Chart.yaml": "version: v1.20.3\n", ...helm() };
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
    ["Error: failed to authorize: 401 Unauthorized", "addon/chart-not-found"],
    ["Error: context deadline exceeded", "addon/gate-closed"],
    ["2m Warning Failed pod/x Error: ImagePullBackOff\nError: context deadline exceeded", "cluster/image-not-pullable"],
    ["Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress", "addon/release-stuck"],
    // Of helm v4.2.4, after a field was patched by hand; and what its waiting says.
    [
      'level=WARN msg="upgrade failed" name=c error="conflict occurred while applying object default/settings /v1, Kind=ConfigMap: Apply failed with 1 conflict: conflict with \\"kubectl-patch\\" using v1: .data.level"\nError: UPGRADE FAILED: conflict occurred while applying object default/settings /v1, Kind=ConfigMap: Apply failed with 1 conflict: conflict with "kubectl-patch" using v1: .data.level',
      "addon/release-foreign",
    ],
    [
      "Error: UPGRADE FAILED: resource Deployment/shop/web not ready. status: InProgress, message: Available: 0/1\ncontext deadline exceeded",
      "addon/gate-closed",
    ],
    [
      'Error: secrets "x" is forbidden: unable to create new content in namespace x because it is being terminated',
      "addon/release-stuck",
    ],
    ["Error: chart requires kubeVersion: < 1.30.0-0 which is incompatible with Kubernetes v1.32.3", "addon/unfit"],
    [
      'The CustomResourceDefinition "a.x.io" is invalid: status.storedVersions[0]: Invalid value: "v1": must appear in spec.versions',
      "addon/unfit",
    ],
    [
      'Error: UPGRADE FAILED: cannot patch "a.x.io" with kind CustomResourceDefinition: CustomResourceDefinition.apiextensions.k8s.io "a.x.io" is invalid: status.storedVersions[0]: Invalid value: "v1": must appear in spec.versions',
      "addon/unfit",
    ],
    [
      'Error: UPGRADE FAILED: resource mapping not found for name: "a" namespace: "" from "": no matches for kind "A" in version "x/v1"',
      "addon/unfit",
    ],
    ['a-0 logged: no matches for kind "A" in version "x/v1"\nError: context deadline exceeded', "addon/gate-closed"],
    ["the namespace x is being terminated", "addon/release-stuck"],
    ['Error: ... exists and cannot be imported: invalid ownership metadata; label "x"', "addon/release-foreign"],
    ["Error: something new", "step/action-failed"],
  ])("explains %s", (said, code) => {
    const [action] = changesOf(decideOn(step, none))[0]?.actions ?? [];
    const failures = action?.kind === "run" ? (action.failures ?? []) : [];
    expect(failures.find(({ pattern }) => pattern.test(said))?.code).toBe(code);
  });

  it.each([
    [
      'Error: Unable to continue with install: CustomResourceDefinition "communities.metallb.io" in namespace "" exists and cannot be imported into the current release: invalid ownership metadata; label validation error',
      'CustomResourceDefinition "communities.metallb.io" in namespace "" exists',
    ],
    ["Error: invalid ownership metadata; label validation error", "invalid ownership metadata"],
  ])("names the object that somebody else made, if helm does: %s", (said, begins) => {
    const [action] = changesOf(decideOn(step, none))[0]?.actions ?? [];
    const failures = action?.kind === "run" ? (action.failures ?? []) : [];
    const failure = failures.find(({ pattern }) => pattern.test(said));
    expect([failure?.code, failure?.pattern.exec(said)?.[1]]).toEqual([
      "addon/release-foreign",
      expect.stringMatching(new RegExp(`^${begins}`)),
    ]);
  });

  it("tells which value a chart refuses", () => {
    const said = `Error: values don't meet the specifications of the schema(s) in the following chart(s):
cert-manager:
- at '': additional properties 'webhok' not allowed
`;
    const [action] = changesOf(decideOn(step, none))[0]?.actions ?? [];
    const failures = action?.kind === "run" ? (action.failures ?? []) : [];
    const failure = failures.find(({ pattern }) => pattern.test(said));
    expect(failure?.code).toBe("inventory/invalid");
    expect(failure?.pattern.exec(said)?.[1]).toContain("webhok");
  });

  it("tells how many pods are ready", () => {
    expect(podsProgress("waiting: 1 of 3 pods ready: a ContainerCreating")).toEqual({
      phase: "1 of 3 pods ready: a ContainerCreating",
      fraction: 1 / 3,
    });
    expect(podsProgress("NAME: cert-manager")).toBeUndefined();
  });
});

/** A Secret and a Deployment, as helm renders them. */
function manifest(secret: string, image = "image:1"): string {
  return `apiVersion: v1
kind: Secret
metadata: { name: s, namespace: x }
data: { login: ${Buffer.from(secret).toString("base64")} }
---
# Source: x/d.yaml
apiVersion: apps/v1
kind: Deployment
metadata: { name: d, namespace: x }
spec: { template: { spec: { containers: [{ image: "${image}", args: ["--login=${secret}"] }] } } }
`;
}

describe("cert-manager", () => {
  const gate = certificateStep(access, release);

  it("asks for its CRDs by the name that its version knows", () => {
    expect(certManagerRelease(access, settings).values).toMatchObject({ installCRDs: true });
    expect(release.values).toMatchObject({ crds: { enabled: true } });
    expect(certManagerRelease(access, { ...settings, version: "1.15.0" }).values).not.toHaveProperty("installCRDs");
  });

  it("is not touched where the inventory does not ask for it", () => {
    expect(addonStages(withAddons({}))).toEqual([]);
    const [stage, ...others] = addonStages(access);
    expect(others).toEqual([]);
    expect(stage?.steps.map(({ id }) => id)).toEqual([
      "cert-manager/release",
      "cert-manager/certificate",
      "addons/running",
    ]);
  });

  it("is proven once for each installation", () => {
    const proven = (revision: string) => {
      const metadata = { name: "drover", namespace: "cert-manager" };
      const installed = record({ version: release.version, values: release.values, revision: 3 });
      return {
        "get configmaps,secrets": list(
          { kind: "ConfigMap", metadata, data: { "proven.cert-manager": revision } },
          installed,
        ),
      };
    };
    expect(decideOn(gate, proven("3 of 2026-11-21T05:13:08Z")).kind).toBe("ok");
    expect(decideOn(gate, proven("2 of 2026-11-21T05:13:08Z")).kind).toBe("change");
    expect(decideOn(gate, proven("3 of 2025-01-01T00:00:00Z")).kind).toBe("change");
    expect(scriptsOf(decideOn(gate, helm({ revision: 3 })))).toContain("3 of 2026-11-21T05:13:08Z");
  });

  it("is not proven before it is deployed", () => {
    expect(decideOn(gate, helm({ status: "pending-install" }))).toMatchObject({
      kind: "later",
      after: "cert-manager/release",
    });
    expect(decideOn(gate, {})).toMatchObject({ kind: "later" });
  });

  it("never throws, whatever the cluster answers", () => {
    for (const stdout of ["", "null", "[null]", "{}", "[1]", '{"items":[{"data":{"release":"H4sI"}}]}', "\u0000"]) {
      for (const one of [step, gate]) expect(() => decideOn(one, { "": { code: 0, stdout } })).not.toThrow();
    }
  });
});
