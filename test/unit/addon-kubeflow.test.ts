import { readFileSync } from "node:fs";
import { join } from "node:path";
import bcrypt from "bcryptjs";
import { describe, expect, it } from "vitest";
import { kubeflowUser } from "../../src/addons/kubeflow/user.ts";
import { addonsOf } from "../../src/addons/registry.ts";
import { removalStages } from "../../src/addons/remove.ts";
import { fingerprint, wantedValues } from "../../src/addons/values.ts";
import type { KubeflowSettings, LocalPathSettings } from "../../src/core/addons.ts";
import { control } from "../../src/core/cluster.ts";
import type { Result } from "../../src/core/probe.ts";
import type { AnyStep } from "../../src/core/step.ts";
import { hostStages } from "../../src/steps/host-stages.ts";
import { chartSettings, records, withAddons } from "./support/addon-world.ts";
import { changesOf, cluster, decideOn, list, type Machine, scriptsOf } from "./support/rke-world.ts";

const ann: KubeflowSettings = {
  version: "1.10.2",
  source: "https://github.com/kubeflow/manifests",
  adopt: false,
  email: "ann@example.com",
  password: "correct horse",
};
const certManager = chartSettings();
const none: Machine = { "get configmaps,secrets": records() };

function world(
  more: Partial<KubeflowSettings> = {},
  kubernetesVersion = "v1.32.5-rancher1-1",
  localPath?: LocalPathSettings,
) {
  const addons = { certManager, kubeflow: { ...ann, ...more }, localPath };
  const input = withAddons(addons, { rke: { ...cluster.rke, kubernetesVersion } });
  const addon = addonsOf(input).find(({ key }) => key === "kubeflow");
  if (addon === undefined) throw new Error("no addon");
  const step = (id: string): AnyStep => {
    const found = addon.steps.find((one) => one.id === id);
    if (found === undefined) throw new Error(`no step ${id}`);
    return found;
  };
  return { input, addon, step };
}

const releaseSteps = [
  "kubeflow-gateway-crds/release",
  "kubeflow-crds/release",
  "kubeflow-foundation/release",
  "kubeflow-gateway/release",
  "kubeflow/release",
  "kubeflow-late/release",
];

describe("Kubeflow", () => {
  it("is installed in the order of its distribution: kinds, the user, the gateway, the platform, what that judges", () => {
    const { addon, step } = world();
    expect(addon.steps.map(({ id }) => id)).toEqual([
      "kubeflow/storage",
      "kubeflow/kubectl",
      ...releaseSteps,
      "kubeflow/login",
    ]);
    for (const kinds of ["kubeflow-gateway-crds/release", "kubeflow-crds/release"])
      expect(step(kinds).needs).toEqual(["kubeflow/storage", "kubeflow/kubectl"]);
    expect(step("kubeflow-foundation/release").needs).toEqual([
      "kubeflow-crds/release",
      "kubeflow-gateway-crds/release",
    ]);
    expect(step("kubeflow-gateway/release").needs).toEqual(["kubeflow-foundation/release"]);
    expect(step("kubeflow/release").needs).toEqual(["kubeflow-gateway/release", "cert-manager/certificate"]);
    expect(step("kubeflow-late/release").needs).toEqual(["kubeflow/release"]);
    expect(step("kubeflow/login").needs).toEqual(["kubeflow/release", "kubeflow-gateway/release"]);
  });

  it("is taken without its own cert-manager and without its own user", () => {
    const { step } = world();
    const scripts = releaseSteps.map((id) => scriptsOf(decideOn(step(id), none))).join("\n");
    expect(scripts).toContain("../tree/common/istio/istio-install/overlays/oauth2-proxy");
    expect(scripts).toContain("../tree/applications/centraldashboard/overlays/oauth2-proxy");
    expect(scripts).toContain("../tree/common/cert-manager/kubeflow-issuer/base");
    expect(scripts).not.toContain("common/cert-manager/base");
    expect(scripts).not.toContain("common/user-namespace");
    expect(scripts).not.toContain("user@example.com");
    for (const name of ["dex-passwords", "dex-oidc-client", "oauth2-proxy"])
      expect(scripts).toMatch(new RegExp(`delete[^}]*Secret[^}]*${name}`));
  });

  it.each([
    ["https://github.com/kubeflow/manifests", "https://github.com/kubeflow/manifests/archive/refs/tags/v1.10.2.tar.gz"],
    ["github.com/acme/fork", "https://github.com/acme/fork/archive/refs/tags/v1.10.2.tar.gz"],
    ["/mirror/manifests", "/mirror/manifests"],
  ])("is taken from %s", (source, place) => {
    const change = changesOf(decideOn(world({ source }).step("kubeflow/release"), none))[0];
    expect(change?.after).toContain(`source: ${place}\n`);
    expect(scriptsOf(decideOn(world({ source }).step("kubeflow/release"), none))).toContain(place);
  });

  it.each([
    ["1.10.2", "v1.31.9-rancher1-1", "is made for Kubernetes 1.32 to 1.33, and this cluster has 1.31"],
    ["1.11.0", "v1.32.5-rancher1-1", "is of a line that Drover does not know the parts of"],
    ["1.1.0", "v1.32.5-rancher1-1", "is of a line that Drover does not know the parts of"],
  ])("%s is refused on %s, all of it", (version, kubernetes, because) => {
    const { step } = world({ version }, kubernetes);
    for (const id of releaseSteps)
      expect(decideOn(step(id), none)).toMatchObject({
        kind: "blocked",
        code: "addon/unfit",
        because: expect.stringContaining(because),
      });
  });
});

describe("Kubeflow's hosts", () => {
  const recorded = readFileSync(join(import.meta.dirname, "../cases/os/limits/healthy.json"), "utf8");
  const healthy: Readonly<Record<string, Partial<Result> | { readonly absent: true }>> = JSON.parse(recorded).answers;
  const watches = (kubeflow: KubeflowSettings | undefined) => {
    const step = hostStages(withAddons({ kubeflow }).cluster, {} as never)
      .flatMap(({ steps }): readonly AnyStep[] => steps)
      .find(({ id }) => id === "os/limits");
    if (step === undefined) throw new Error("no step");
    const questions = Object.entries(step.probes(control));
    const machine = questions.map(([name, { sh }]): [string, Partial<Result>] => {
      const answer = healthy[name];
      return [sh.text, answer === undefined || "absent" in answer ? { code: 44 } : answer];
    });
    return decideOn(step, Object.fromEntries(machine));
  };

  it("may watch as many files as it wants, and others' as many as others want", () => {
    expect(watches(undefined).kind).toBe("ok");
    expect(changesOf(watches(ann)).map(({ summary }) => summary)).toContain("fs.inotify.max_user_watches is in force");
  });
});

describe("Kubeflow's kubectl", () => {
  const step = world().step("kubeflow/kubectl");
  const refuses = { code: 1, stdout: "error: replace operation does not apply: doc is missing key: /data/b" };

  it.each<[string, Machine, object]>([
    ["that renders its manifests is good", { ...none, kustomize: "kind: ConfigMap" }, { kind: "ok" }],
    [
      "that refuses them is told before there is even a cluster, with the way to another",
      { kustomize: refuses },
      { kind: "blocked", code: "cluster/tool-missing", remedy: expect.stringContaining("tools.kubectl") },
    ],
    ["that is not there yet is waited for", none, { kind: "later", after: "rke/ready" }],
  ])("%s", (_, machine, decision) => {
    expect(decideOn(step, machine)).toMatchObject(decision);
  });

  it("is not asked where Kubeflow is installed as wanted", () => {
    const platform = world().addon.release;
    const installed = (madeFrom: string) => records({ name: "kubeflow", namespace: "kubeflow", madeFrom });
    const { renders } = step.probes(control);
    const isNeeded = (stdout: string, code = 0) => renders?.onlyIf?.isNeeded({ code, stdout, stderr: "" });
    expect(isNeeded(installed(fingerprint(platform)))).toBe(false);
    expect([isNeeded(installed("another")), isNeeded(records()), isNeeded("", 1)]).toEqual([true, true, true]);
    const machine = { "get configmaps,secrets": installed(fingerprint(platform)), kustomize: refuses };
    expect(decideOn(step, machine).kind).toBe("ok");
  });
});

describe("Kubeflow's volumes", () => {
  const classes = (...defaults: readonly string[]): Machine => {
    const annotations = { "storageclass.kubernetes.io/is-default-class": "true" };
    const other = { kind: "StorageClass", metadata: { name: "slow" } };
    const items = defaults.map((name) => ({ kind: "StorageClass", metadata: { name, annotations } }));
    return { "get storageclasses": list(other, ...items) };
  };
  const localPath = { ...chartSettings(), path: "/srv", defaultClass: true };

  it("have a default class to be of", () => {
    expect(decideOn(world().step("kubeflow/storage"), classes("fast")).kind).toBe("ok");
  });

  it("have none, which is said before anything is installed", () => {
    const decision = decideOn(world().step("kubeflow/storage"), classes());
    expect(decision).toMatchObject({ kind: "blocked", code: "addon/storage-missing" });
    expect(decision).toMatchObject({ remedy: expect.stringContaining("localPath") });
  });

  it("wait for the class of an addon that makes one the default, and for no other", () => {
    const step = world({}, undefined, localPath).step("kubeflow/storage");
    expect(step.needs).toEqual(["local-path-provisioner/release"]);
    expect(decideOn(step, classes())).toMatchObject({ kind: "later", after: "local-path-provisioner/release" });
    const other = world({}, undefined, { ...localPath, defaultClass: false }).step("kubeflow/storage");
    expect(decideOn(other, classes()).kind).toBe("blocked");
  });
});

describe("Kubeflow's user", () => {
  const user = (more: Partial<KubeflowSettings> = {}, name = "demo") => kubeflowUser(name, { ...ann, ...more });

  it("has a hash of the password that Dex takes, the same in each run", () => {
    const { passwordHash } = user().secrets;
    expect(passwordHash).toMatch(/^\$2b\$10\$/);
    expect(bcrypt.compareSync(ann.password, passwordHash)).toBe(true);
    expect(bcrypt.compareSync("another", passwordHash)).toBe(false);
    expect(user()).toEqual(user());
  });

  it("has salt and keys of its own in each cluster, for each address and for each password", () => {
    const all = [
      user(),
      user({}, "other"),
      user({ email: "Ann.O'Neill+x@example.com" }),
      user({ password: "another one" }),
    ];
    const salts = all.map(({ secrets }) => secrets.passwordHash.slice(0, 29));
    expect(new Set(salts.slice(0, 3)).size).toBe(3);
    for (const key of ["passwordHash", "clientSecret", "cookieSecret"] as const)
      expect(new Set(all.map(({ secrets }) => secrets[key])).size).toBe(4);
    expect(new Set(all.map(({ fingerprint }) => fingerprint)).size).toBe(4);
    // oauth2-proxy takes 16, 24 or 32 bytes.
    expect(user().secrets.cookieSecret).toHaveLength(32);
    expect(user().secrets.clientSecret).not.toBe(user().secrets.cookieSecret);
  });

  it.each([
    ["ann@example.com", "kubeflow-ann-example-com"],
    ["Ann.O'Neill+x@example.com", "kubeflow-ann-o-neill-x-example-com"],
    [`${"a".repeat(53)}.b@example.com`, `kubeflow-${"a".repeat(53)}`],
  ])("%s has the namespace %s", (email, profile) => {
    expect(user({ email }).profile).toBe(profile);
  });

  it("is shown without a secret, in plan and command lines; helm gets them on stdin", () => {
    const { step, addon } = world();
    const { secrets } = user();
    for (const one of addon.steps) {
      const machine = {
        ...none,
        "get configmaps,secrets": records({ name: "kubeflow-gateway", namespace: "istio-system" }),
      };
      for (const decision of [decideOn(one, none), decideOn(one, machine)]) {
        const shown = JSON.stringify(changesOf(decision).map(({ summary, before, after }) => [summary, before, after]));
        for (const secret of [ann.password, ...Object.values(secrets)]) {
          expect(shown).not.toContain(secret);
          expect(scriptsOf(decision)).not.toContain(secret);
        }
      }
    }
    const [action] = changesOf(decideOn(step("kubeflow-foundation/release"), none))[0]?.actions ?? [];
    expect(action).toMatchObject({ kind: "run", stdin: expect.stringContaining(secrets.passwordHash) });
  });

  it("with another password has the gateway started anew and proven again", () => {
    const values = (password: string) => {
      const { addon } = world({ password });
      return addon.foundations?.filter(({ name }) => name === "kubeflow-gateway").map(wantedValues);
    };
    expect(values("correct horse")).not.toEqual(values("another one"));
    const { step } = world();
    const machine = { "get configmaps,secrets": records({ name: "kubeflow-gateway", namespace: "istio-system" }) };
    const [change] = changesOf(decideOn(step("kubeflow/login"), machine));
    expect(change?.summary).toBe("log in to Kubeflow as ann@example.com, as a proof");
    expect(change?.actions[0]).toMatchObject({ stdin: ann.password });
  });
});

describe("Kubeflow's removal", () => {
  it("lets its programs go of people's objects first, then goes backwards", () => {
    const { input, addon } = world();
    const step = removalStages(input, addon)[0]?.steps[0];
    if (step === undefined) throw new Error("no step");
    const decision = decideOn(step, {
      "get configmaps,secrets": records({ name: "kubeflow", namespace: "kubeflow" }),
      "get namespace kubeflow": "kubeflow Active 1d app.kubernetes.io/managed-by=drover",
    });
    const script = scriptsOf(decision);
    const order = [
      "delete profiles.kubeflow.org --all --cascade=foreground",
      'delete "$kinds" --all -A',
      "uninstall kubeflow-late ",
      "uninstall kubeflow ",
      "uninstall kubeflow-gateway -n istio-system",
      "uninstall kubeflow-foundation ",
      "uninstall kubeflow-crds ",
      "uninstall kubeflow-gateway-crds ",
      "signingkeies.dex.coreos.com",
      "istio-ca-root-cert",
      "delete namespace kubeflow ",
    ].map((words) => script.indexOf(words));
    expect(order[0]).toBeGreaterThan(0);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(changesOf(decision)[0]?.after).toContain("All profiles go with it, with their namespaces");
  });
});
