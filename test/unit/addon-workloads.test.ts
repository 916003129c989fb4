import { describe, expect, it } from "vitest";
import { addonsOf } from "../../src/addons/registry.ts";
import type { AddonSettings } from "../../src/core/addons.ts";
import { chartSettings, records, withAddons } from "./support/addon-world.ts";
import { changesOf, decideOn, list, type Machine, scriptsOf, withRke } from "./support/rke-world.ts";

const none: Machine = { "get configmaps,secrets": records() };

function stepsOf(addons: AddonSettings, rke: Parameters<typeof withRke>[0] = {}) {
  const [addon] = addonsOf(withAddons(addons, withRke(rke)));
  const [release, proof] = addon?.steps ?? [];
  if (addon === undefined || release === undefined || proof === undefined) throw new Error("steps are missing");
  return { addon, release, proof };
}

/** The step that installs an addon, in a cluster where RKE itself installs none of the kind. */
function releaseWithoutRkesOwn(addons: AddonSettings, kubernetesVersion = "v1.32.3-rancher1-1") {
  const clusterYml = { monitoring: { provider: "none" } };
  const [addon] = addonsOf(withAddons(addons, withRke({ kubernetesVersion, clusterYml, ingress: "none" })));
  const release = addon?.steps.find(({ id }) => id === addon.release.id);
  if (release === undefined) throw new Error("there is no release");
  return release;
}

const kueue = { kueue: chartSettings({ version: "0.19.2", chart: "oci://registry.k8s.io/kueue/charts" }) };
const kubeRay = { kubeRay: chartSettings({ version: "1.6.2" }) };
const traefik = { traefik: chartSettings({ version: "41.3.0" }) };
const dashboard = { dashboard: chartSettings({ version: "0.33.1" }) };

/** A cluster with this release, and what Drover noted beside it. */
function installed(name: string, namespace: string, noted?: string): Machine {
  const release = JSON.parse(records({ name, namespace, version: "1.0.0" })) as { items: object[] };
  const note = {
    kind: "ConfigMap",
    metadata: { name: "drover", namespace, labels: { owner: "drover", name: "drover" } },
    data: { [`proven.${name}`]: noted },
  };
  return { "get configmaps,secrets": list(...release.items, ...(noted === undefined ? [] : [note])) };
}

const ofThisRevision = "1 of 2026-11-21T05:13:08Z";

describe.each<[string, AddonSettings, string, string, string]>([
  ["Kueue", kueue, "kueue", "kueue-system", "ClusterQueue.v1beta2.kueue.x-k8s.io drover-proof"],
  ["KubeRay", kubeRay, "kuberay-operator", "kuberay-system", "RayCluster.v1.ray.io drover-proof -n kuberay-system"],
  ["Headlamp", dashboard, "headlamp", "headlamp", "/api/v1/namespaces/headlamp/services/http:headlamp:80/proxy/"],
])("%s", (_, addons, name, namespace, asked) => {
  const { release, proof } = stepsOf(addons);

  it("is installed from its makers' chart, in a namespace of its own", () => {
    const [change] = changesOf(decideOn(release, none));
    expect(change?.summary).toMatch(new RegExp(`^install ${name} `));
    expect(scriptsOf(decideOn(release, none))).toContain(`upgrade --install ${name} `);
    expect(scriptsOf(decideOn(release, none))).toContain(`-n ${namespace} `);
  });

  it("is proven once for each of its revisions, and then only read about", () => {
    expect(decideOn(proof, none)).toMatchObject({ kind: "later", after: release.id });
    expect(decideOn(proof, installed(name, namespace, ofThisRevision)).kind).toBe("ok");
    for (const noted of [undefined, "", "1 of yesterday", "2 of 2026-11-21T05:13:08Z"]) {
      const decision = decideOn(proof, installed(name, namespace, noted));
      expect(decision.kind, noted).toBe("change");
      expect(scriptsOf(decision)).toContain(asked);
    }
  });

  it("is not taken for proven by what is noted of another release or elsewhere", () => {
    const elsewhere = installed(name, namespace)["get configmaps,secrets"];
    expect(decideOn(proof, { "get configmaps,secrets": elsewhere ?? "" }).kind).toBe("change");
    expect(decideOn(proof, { "get configmaps,secrets": "cut {" }).kind).toBe("later");
  });

  it("tells in one line what is lacking when the proof fails", () => {
    const decision = decideOn(proof, installed(name, namespace));
    const [action] = changesOf(decision)[0]?.actions ?? [];
    const failures = action?.kind === "run" ? (action.failures ?? []) : [];
    expect(failures).toMatchObject([{ code: "addon/gate-closed", remedy: expect.stringContaining("kubectl") }]);
    expect(failures[0]?.pattern.test("not so: webhook refused\n") || failures[0]?.pattern.test("no answer: x\n")).toBe(
      true,
    );
  });
});

describe("what fits which Kubernetes", () => {
  const on = (addons: AddonSettings, kubernetesVersion: string) =>
    decideOn(releaseWithoutRkesOwn(addons, kubernetesVersion), none);

  it.each<[string, AddonSettings, string, string]>([
    ["Kueue", kueue, "v1.28.9-rancher1-1", "1.29 or newer, and this cluster has 1.28"],
    ["KubeRay", kubeRay, "v1.22.9-rancher1-1", "1.23 or newer, and this cluster has 1.22"],
    [
      "Prometheus",
      {
        monitoring: {
          ...chartSettings({ version: "88.5.3" }),
          storage: undefined,
          retention: "1d",
          gpu: chartSettings(),
        },
      },
      "v1.24.9-rancher1-1",
      "1.25 or newer, and this cluster has 1.24",
    ],
    ["Traefik", traefik, "v1.24.9-rancher1-1", "1.25 or newer, and this cluster has 1.24"],
    [
      "metrics-server",
      { metricsServer: chartSettings({ version: "3.13.1" }) },
      "v1.30.9-rancher1-1",
      "1.31 or newer, and this cluster has 1.30",
    ],
    [
      "metrics-server before",
      { metricsServer: chartSettings({ version: "3.12.2" }) },
      "v1.26.9-rancher1-1",
      "1.27 or newer, and this cluster has 1.26",
    ],
  ])("%s is refused before anything is done where it is made for newer ones", (_, addons, version, because) => {
    const refused = on(addons, version);
    expect(refused).toMatchObject({ kind: "blocked", code: "addon/unfit", because: expect.stringContaining(because) });
    expect(refused.kind === "blocked" && refused.remedy).not.toContain("Infinity");
    expect(on(addons, "v1.32.3-rancher1-1").kind).toBe("change");
    expect(on(addons, "v1.45.0-rancher1-1").kind).toBe("change");
  });

  it("a line that no table has is left to its chart", () => {
    expect(on({ kueue: chartSettings({ version: "0.30.0" }) }, "v1.28.9-rancher1-1").kind).toBe("change");
  });
});

describe("the proof objects", () => {
  it("can start nothing: a queue for no namespace without anything in it, a Ray cluster that is suspended", () => {
    const queued = scriptsOf(decideOn(stepsOf(kueue).proof, installed("kueue", "kueue-system")));
    expect(queued).toContain('"nominalQuota":0');
    expect(queued).toContain('"matchLabels":{"drover.test/proof":"none"}');
    const ray = scriptsOf(decideOn(stepsOf(kubeRay).proof, installed("kuberay-operator", "kuberay-system")));
    expect(ray).toContain('"suspend":true');
  });

  it.each([
    ["0.12.10", "v1beta1"],
    ["0.14.8", "v1beta1"],
    ["0.15.0", "v1beta2"],
    ["0.19.2", "v1beta2"],
    ["0.20.0", "v1beta2"],
    ["1.0.0", "v1beta2"],
  ])("are of the version of Kueue's kinds that %s serves and does not warn of: %s", (version, kinds) => {
    const { proof } = stepsOf({ kueue: chartSettings({ version, chart: "oci://registry.k8s.io/kueue/charts" }) });
    const script = scriptsOf(decideOn(proof, installed("kueue", "kueue-system")));
    expect(new Set(script.match(/kueue\.x-k8s\.io\/v\w+/g))).toEqual(new Set([`kueue.x-k8s.io/${kinds}`]));
    expect(script).toContain(`get ClusterQueue.${kinds}.kueue.x-k8s.io`);
  });

  it("are taken away before, after, and when the time is up", () => {
    const script = scriptsOf(decideOn(stepsOf(kueue).proof, installed("kueue", "kueue-system")));
    expect(script.match(/delete --ignore-not-found --wait=false -f -/g)).toHaveLength(3);
  });
});

describe("kinds that a chart keeps apart", () => {
  const script = (addons: AddonSettings) => scriptsOf(decideOn(releaseWithoutRkesOwn(addons), none));

  it.each<[string, AddonSettings, string, string]>([
    ["KubeRay's", kubeRay, "kuberay-operator", "1.6.2"],
    ["Traefik's", traefik, "traefik", "41.3.0"],
  ])(
    "of %s chart are judged and brought up to date before the release, as Helm never does so",
    (_, addons, name, version) => {
      const text = script(addons);
      const order = [
        `pull ${name} --repo https://charts.example.org --version ${version} -d "$fetched"`,
        'show crds "$chart"',
        `template ${name} "$chart"`,
        "get namespace",
        "apply --server-side --force-conflicts --field-manager drover -f - --dry-run=server",
        "apply --server-side --force-conflicts --field-manager drover -f -; }",
        `upgrade --install ${name} "$chart"`,
      ].map((words) => text.indexOf(words));
      expect(order).toEqual(order.toSorted((a, b) => a - b));
      expect(order).not.toContain(-1);
    },
  );

  it("are left to charts that have them among their objects", () => {
    expect(script(kueue)).not.toContain("apply --server-side");
    expect(script(dashboard)).not.toContain("apply --server-side");
  });
});
