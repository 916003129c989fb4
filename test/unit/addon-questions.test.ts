import { describe, expect, it } from "vitest";
import { addonStages } from "../../src/addons/registry.ts";
import type { AddonSettings } from "../../src/core/addons.ts";
import { control } from "../../src/core/cluster.ts";
import { questionsOf } from "../../src/core/decide.ts";
import { withAddons } from "./support/addon-world.ts";
import { chart, more, plain } from "./support/every-addon.ts";

/** Everything that the control machine is asked for these addons, each question once, before anything is known. */
function questions(addons: AddonSettings): readonly string[] {
  const steps = addonStages(withAddons(addons)).flatMap((stage) => (stage.on === "control" ? stage.steps : []));
  return [...new Set(questionsOf(steps, control).map(({ text }) => text))];
}

/** Starting kubectl is what such a question costs. */
const starts = (asked: readonly string[]) => asked.filter((question) => question.includes("kubectl")).length;

describe("what a run with nothing to do asks the cluster", () => {
  it.each(Object.entries(plain))(
    "for %s alone is one question for its records, and one for what runs",
    (key, value) => {
      expect(starts(questions({ [key]: value }))).toBe(2);
    },
  );

  it("is for six releases, and for eight, the very same as for one", () => {
    const one = new Set(questions({ certManager: chart }));
    expect(questions(plain).filter((question) => question.includes("kubectl") && !one.has(question))).toEqual([]);
    expect(starts(questions(plain))).toBe(2);
  });

  it("is one for all addons that look at what others made: classes, a rival's DaemonSet", () => {
    const { localPath, nvidiaDevicePlugin, rancher } = more;
    const others = (addons: AddonSettings) => questions(addons).filter((one) => one.includes("get storageclasses"));
    for (const addons of [
      { localPath },
      { nvidiaDevicePlugin },
      { rancher },
      { localPath, nvidiaDevicePlugin, rancher },
    ])
      expect(others(addons)).toHaveLength(1);
    expect(others(plain)).toEqual([]);
  });

  it("is for the six releases that practice hosts have eight questions, whatever else they are made of", () => {
    const { metallb, localPath, metricsServer, nvidiaDevicePlugin, rancher } = more;
    const six = { certManager: chart, metallb, localPath, metricsServer, nvidiaDevicePlugin, rancher };
    // Records, what runs, what others made, nodes, MetalLB's ranges, the nodes' use, and of Rancher two about its certificate.
    expect(starts(questions(six))).toBe(8);
  });

  it("starts no helm, which is asked only where a release differs", () => {
    expect(
      questions({ ...plain, ...more }).filter((question) => /\bhelm\b.*(upgrade|list|get)/.test(question)),
    ).toEqual([]);
  });

  it.each(Object.entries(more))("grows for %s by what it has besides, and no more", (key, value) => {
    const own = starts(questions({ [key]: value })) - 2;
    expect(own).toBeGreaterThan(0);
    expect(own).toBeLessThanOrEqual(3);
    // Beside others it asks nothing that it does not ask alone.
    expect(starts(questions({ ...plain, [key]: value }))).toBe(2 + own);
  });
});

describe("addons that do not need each other", () => {
  const [stage] = addonStages(withAddons({ ...plain, ...more })).filter(({ id }) => id === "addons");
  const steps = new Map(stage?.steps.map((step) => [step.id, step]));

  /** All that comes before a step, near and far. */
  function comesBefore(id: string): ReadonlySet<string> {
    const near = (steps.get(id as never)?.needs ?? []).filter((need) => steps.has(need));
    return new Set(near.flatMap((need) => [need, ...comesBefore(need)]));
  }

  it("are worked on at the same time", () => {
    expect(stage?.together).toBe(true);
    const releases = ["cert-manager", "kueue", "kuberay-operator", "headlamp", "traefik", "metallb", "metrics-server"];
    for (const one of releases)
      for (const other of releases) expect([...comesBefore(`${one}/release`)]).not.toContain(`${other}/release`);
  });

  it("wait only for those that they are made of or stand on", () => {
    expect([...comesBefore("olm/release")]).toEqual(["olm-crds/release"]);
    expect(comesBefore("rancher/release")).toContain("cert-manager/release");
    expect([...comesBefore("seaweedfs/release")]).toContain("local-path-provisioner/release");
    expect([...comesBefore("seaweedfs/release")]).not.toContain("cert-manager/release");
  });

  it("are each looked at by the gate over all of them, which comes last", () => {
    const releases = [...steps.keys()].filter((id) => id.endsWith("/release"));
    expect(releases.filter((id) => !comesBefore("addons/running").has(id))).toEqual([]);
  });
});
