import { describe, expect, it } from "vitest";
import { versionsKnown } from "../../src/engines/rke/images.ts";
import { toolsStep } from "../../src/engines/rke/tools-step.ts";
import { linesFor, publicInstead, rkeLines } from "../../src/engines/rke/versions.ts";
import { defaultKubernetesVersion } from "../../src/inventory/schema/rke.ts";
import { minimal, mistakesOf } from "./inventory-support.ts";
import { decideOn, setupOf, withRke } from "./support/rke-world.ts";

describe("the table of what fits what", () => {
  it("goes on without a gap: each line makes what the one before it made last", () => {
    for (const [index, { kubernetes }] of rkeLines.entries()) {
      expect(kubernetes.from).toBeLessThanOrEqual(kubernetes.to);
      const earlier = rkeLines[index - 1];
      if (earlier !== undefined) expect(kubernetes.from).toBeLessThanOrEqual(earlier.kubernetes.to);
    }
  });

  it("knows every version whose images are known, and has the default among what everybody can pull", () => {
    for (const version of [...versionsKnown(), defaultKubernetesVersion]) {
      expect({ version, lines: linesFor(version).length > 0 }).toEqual({ version, lines: true });
      expect({ version, instead: publicInstead(version) }).toEqual({ version, instead: undefined });
    }
  });

  it.each([
    ["v1.32.13-rancher1-3", "v1.32.5-rancher1-1"],
    ["v1.31.14-rancher1-1", "v1.31.9-rancher1-1"],
    ["v1.32.6-rancher1-1", undefined],
    ["v1.30.14-rancher1-1", undefined],
    ["v1.32", undefined],
    ["", undefined],
  ])("says of %s to take %s instead", (version, instead) => {
    expect(publicInstead(version)).toBe(instead);
  });

  it.each([
    ["v1.32.3-rancher1-1", ["1.8"]],
    ["v1.30.5-rancher1-1", ["1.6", "1.7", "1.8"]],
    ["v1.33.0-rancher1-1", []],
    ["v2.0.0", []],
  ])("names the lines that make %s: %j", (version, lines) => {
    expect(linesFor(version)).toEqual(lines);
  });
});

describe("rke.kubernetesVersion", () => {
  const mistakes = (kubernetesVersion: string, more: object = {}) =>
    mistakesOf({ ...minimal, ...more, rke: { kubernetesVersion } });

  it("that only subscribers can pull is refused by name, with what to take instead", () => {
    expect(mistakes("v1.32.13-rancher1-3")).toEqual([
      "rke.kubernetesVersion: v1.32.13-rancher1-3 wants a subscription (RKE Extended Life): its images are not public; take v1.32.5-rancher1-1, or give a registry that has them with `default: true`",
    ]);
  });

  it("that only subscribers can pull is theirs, from a registry of their own", () => {
    expect(mistakes("v1.32.13-rancher1-3", { registries: [{ url: "mirror.lan", default: true }] })).toEqual([]);
    expect(mistakes("v1.32.13-rancher1-3", { registries: [{ url: "mirror.lan" }] })).toHaveLength(1);
  });

  it("that no rke makes is refused, with the reason", () => {
    expect(mistakes("v1.34.1-rancher1-1")).toEqual([
      "rke.kubernetesVersion: v1.34.1-rancher1-1 is made by no rke: the last that RKE1 makes is v1.32",
    ]);
    expect(mistakes("v1.18.20-rancher1-1")).toEqual([
      "rke.kubernetesVersion: v1.18.20-rancher1-1 is made by no rke: it is too old for any rke that Drover knows",
    ]);
  });

  it("that this rke does not make is told with the line that does", () => {
    const setup = setupOf(withRke({ kubernetesVersion: "v1.31.9-rancher1-1" }));
    const machine = {
      "rke --version": "rke version v1.6.3",
      "config --list-version": "v1.30.5-rancher1-1\n",
      "get nodes,pods": "{}",
    };
    expect(decideOn(toolsStep(setup), machine)).toMatchObject({
      code: "cluster/kubernetes-version-unknown",
      remedy: expect.stringContaining("an rke that knows the version: v1.7 or v1.8."),
    });
  });
});
