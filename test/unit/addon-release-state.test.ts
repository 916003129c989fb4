import { describe, expect, it } from "vitest";
import { certManagerRelease } from "../../src/addons/cert-manager.ts";
import { findRelease, helmRelease } from "../../src/addons/helm-release.ts";
import { deployedFrom, readInstalled } from "../../src/addons/installed.ts";
import type { Release } from "../../src/addons/release.ts";
import { chartSettings, type Recorded, records, withAddons } from "./support/addon-world.ts";
import { randomNumbers } from "./support/random-numbers.ts";
import { changesOf, decideOn } from "./support/rke-world.ts";
import { rounds } from "./support/thoroughness.ts";

const settings = chartSettings({ version: "v1.20.3", values: { replicaCount: 2 } });
const access = withAddons({ certManager: settings });
const release = certManagerRelease(access, settings);
const [version, values] = [release.version, release.values];

function decided(more: Partial<Release>, ...given: readonly Recorded[]) {
  return decideOn(helmRelease(access, { ...release, ...more }), { "get configmaps,secrets": records(...given) });
}

/** Whatever helm knows of a release. */
const states = [
  ...["deployed", "failed", "superseded", "uninstalled", "uninstalling", "unknown"],
  ...["pending-install", "pending-upgrade", "pending-rollback"],
];

describe("a release in every state that helm knows", () => {
  it.each(states)("%s: what is done of it, and why, whoever installed what", (status) => {
    for (const owner of ["demo", ""])
      for (const adopt of [true, false])
        for (const given of ["1.20.3", "v1.19.6"])
          for (const config of [values, null]) {
            const all = { status, owner, version: given, values: config };
            const decision = decided({ adopt }, all);
            const said = JSON.stringify({ ...all, adopt });
            const isAsWanted = given !== "v1.19.6" && config === values;
            const [change] = changesOf(decision);
            if (status === "uninstalled") expect(change?.summary, said).toBe("install cert-manager v1.20.3");
            else if (status === "uninstalling") expect(decision, said).toMatchObject({ code: "addon/release-stuck" });
            else if (owner === "" && !adopt) expect(decision, said).toMatchObject({ code: "addon/release-foreign" });
            else if (owner === "")
              expect(change?.summary, said).toMatch(/^take over cert-manager v?1\.\d+\.\d+, which/);
            else if (status === "deployed") expect(decision.kind, said).toBe(isAsWanted ? "ok" : "change");
            else expect(change?.summary, said).not.toBeUndefined();
            // Where something is there already, whoever uses it may notice.
            if (change !== undefined)
              expect(change.disrupts, said).toBe(status === "uninstalled" ? undefined : "service");
          }
  });

  it.each([
    ["superseded", "install cert-manager v1.20.3, which is superseded"],
    ["unknown", "install cert-manager v1.20.3, which is unknown"],
    ["failed", "install cert-manager v1.20.3 again: the last try failed"],
    ["pending-rollback", "install cert-manager v1.20.3, which an earlier run left pending-rollback"],
  ])("%s is told as the reason, also where all else is as wanted", (status, summary) => {
    expect(changesOf(decided({}, { status, version, values }))[0]?.summary).toBe(summary);
  });

  it("is told with its notice where another version comes, and not where only values do", () => {
    const notice = "mind this";
    const summary = (...given: readonly Recorded[]) => changesOf(decided({ notice }, ...given))[0]?.summary;
    expect(summary()).toBe("install cert-manager v1.20.3 (mind this)");
    expect(summary({ version: "v1.19.6", values })).toBe("change cert-manager from v1.19.6 to v1.20.3 (mind this)");
    expect(summary({ version, values: {} })).toBe("change the values of cert-manager");
  });
});

describe("a chart in a folder", () => {
  const folder = (yaml: string | undefined, wanted = "v1.20.3") => {
    const step = helmRelease(access, { ...release, version: wanted, chart: { kind: "folder", path: "/charts/cm" } });
    return decideOn(step, {
      ...(yaml === undefined ? {} : { "cat /charts/cm/Chart.yaml": yaml }),
      "get configmaps,secrets": records({ version, values }),
    });
  };

  it.each(["version: v1.20.3\n", "version: 1.20.3\n", 'version: "1.20.3"\n', "name: x\nversion: 'v1.20.3' # it\n"])(
    "is the wanted one with %j",
    (yaml) => {
      expect([folder(yaml).kind, folder(yaml, "1.20.3").kind]).toEqual(["ok", "ok"]);
    },
  );

  it.each([
    ["version: v1.20.30\n", "/charts/cm holds cert-manager v1.20.30, not v1.20.3"],
    ["version: 1.20\n", "/charts/cm holds cert-manager 1.2, not v1.20.3"],
    ["version: vv1.20.3\n", "/charts/cm holds cert-manager vv1.20.3, not v1.20.3"],
    ["name: cert-manager\n", "/charts/cm holds no chart"],
    ["- version: v1.20.3\n", "/charts/cm holds no chart"],
    ["version: [\n", "/charts/cm holds no chart"],
    ["", "/charts/cm holds no chart"],
    [undefined, "/charts/cm holds no chart"],
  ])("is none or another with %j, which is said with the way out", (yaml, because) => {
    expect(folder(yaml)).toEqual({
      kind: "blocked",
      code: "addon/chart-not-found",
      because,
      remedy: "Give a folder with Chart.yaml of version v1.20.3 in the inventory, or the version that lies there.",
    });
  });
});

describe("helm's records of many revisions", () => {
  const below = randomNumbers(23);
  const names = ["cert-manager", "rancher"] as const;

  it("are one for each release, its newest, in whatever order they come", () => {
    for (let round = 0; round < rounds(20); round += 1) {
      const given = names.flatMap((name) =>
        ["one", "two"].flatMap((namespace) =>
          [...new Set(Array.from({ length: 1 + below(4) }, () => 1 + below(120)))].map((revision) => ({
            ...{ name, namespace, revision, status: states[below(states.length)] ?? "", values: { revision } },
          })),
        ),
      );
      const all = readInstalled(records(...given.toSorted(() => below(3) - 1))) ?? [];
      expect(all).toHaveLength(4);
      for (const name of names)
        for (const namespace of ["one", "two"]) {
          const own = given.filter((one) => one.name === name && one.namespace === namespace);
          const newest = own.toSorted((a, b) => b.revision - a.revision)[0];
          const found = all.find((one) => one.name === name && one.namespace === namespace);
          expect(found).toMatchObject({ revision: String(newest?.revision), values: newest?.values });
          const wanted = newest?.status === "uninstalled" ? undefined : found;
          expect(findRelease(all, { name, namespace })).toBe(wanted);
        }
    }
  });

  it("tell what the deployed one was made from: no other's, and nothing where none is deployed", () => {
    const from = (...given: readonly Recorded[]) =>
      deployedFrom({ code: 0, stdout: records(...given), stderr: "" }, "rancher", "cattle-system");
    const rancher = { name: "rancher", namespace: "cattle-system", madeFrom: "abc" };
    const others = [
      { ...rancher, namespace: "x", madeFrom: "x" },
      { ...rancher, name: "kueue", madeFrom: "k" },
    ];
    expect(from(...others, rancher)).toBe("abc");
    expect(from(...others)).toBeUndefined();
    expect(from({ ...rancher, status: "failed", revision: 2, madeFrom: "new" }, rancher)).toBe("abc");
    expect(from({ name: "rancher", namespace: "cattle-system" })).toBe("");
    for (const status of states.filter((one) => one !== "deployed"))
      expect(from({ ...rancher, status })).toBeUndefined();
    const answer = { stdout: records(rancher), stderr: "" };
    expect(deployedFrom({ ...answer, code: 1 }, "rancher", "cattle-system")).toBeUndefined();
    expect(deployedFrom({ code: 0, stdout: "[]", stderr: "" }, "rancher", "cattle-system")).toBeUndefined();
  });
});
