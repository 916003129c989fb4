import { describe, expect, it } from "vitest";
import {
  certManagerFits,
  type Fit,
  isOfLine,
  kubeRayFits,
  kubernetesMinor,
  kueueFits,
  metricsServerFits,
  misfit,
  prometheusFits,
  traefikFits,
} from "../../src/addons/fits.ts";
import { kubeflowLines } from "../../src/addons/kubeflow/distribution.ts";
import { rancherLines } from "../../src/addons/rancher/versions.ts";

const tables: readonly (readonly [string, readonly Fit[]])[] = [
  ["cert-manager", certManagerFits],
  ["Kueue", kueueFits],
  ["KubeRay", kubeRayFits],
  ["Prometheus", prometheusFits],
  ["Traefik", traefikFits],
  ["metrics-server", metricsServerFits],
  ["Rancher", rancherLines],
  ["Kubeflow", kubeflowLines],
];
const version = (line: string) => (line.endsWith(".") ? `${line}4.2` : `${line}.2`);
const kubernetes = (minor: number) => `v1.${minor}.9-rancher1-1`;
const minors = Array.from({ length: 30 }, (_, index) => 15 + index);

describe.each(tables)("the table of %s", (_, fits) => {
  it("lets in what is within its bounds, those included, and refuses all else with both versions", () => {
    for (const { line, from, to } of fits)
      for (const minor of minors) {
        const refusal = misfit(version(line), kubernetes(minor), fits);
        if (minor >= from && minor <= to) expect(refusal, `${line} on ${minor}`).toBeUndefined();
        else
          expect(refusal?.because).toMatch(new RegExp(`Kubernetes 1\\.${from}.*, and this cluster has 1\\.${minor}$`));
        expect(JSON.stringify(refusal) ?? "").not.toMatch(/Infinity|NaN|undefined/);
      }
  });

  it("names the lines to take instead: all that fit, and none that does not", () => {
    for (const { line } of fits)
      for (const minor of minors) {
        const refusal = misfit(`v${version(line)}`, kubernetes(minor), fits);
        if (refusal === undefined) continue;
        const fitting = fits.filter((one) => misfit(version(one.line), kubernetes(minor), fits) === undefined);
        const told = /to one of (.*)\.$/.exec(refusal.remedy)?.[1]?.split(" or ") ?? [];
        expect(told).toEqual(fitting.map((one) => one.line));
        if (told.length === 0) expect(refusal.remedy).toContain(`made for 1.${minor}`);
      }
  });

  it("has each line once, none within another, and bounds in their order", () => {
    for (const [index, { line, from, to }] of fits.entries()) {
      expect(from).toBeLessThanOrEqual(to);
      const others = fits.filter((__, other) => other !== index);
      expect(others.filter((other) => isOfLine(version(line), other.line))).toEqual([]);
    }
  });

  it("judges no line that it does not have", () => {
    for (const minor of minors)
      for (const unknown of ["0.1.0", "v99.0.0", "", "latest"])
        expect(misfit(unknown, kubernetes(minor), fits)).toBeUndefined();
  });
});

describe("a version", () => {
  it.each<[string, string, boolean]>([
    ["v1.20.3", "1.20", true],
    ["1.20", "1.20", true],
    ["1.20.0-rc.1", "1.20", true],
    ["1.2.3", "1.20", false],
    ["1.200.0", "1.20", false],
    ["11.20.3", "1.20", false],
    ["0.1.20", "1.20", false],
    ["1.20.3", "1.", true],
    ["1", "1.", true],
    ["10.0.0", "1.", false],
    ["vv1.20.3", "1.20", false],
    ["2.1.4", "2.1", true],
    ["2.11.4", "2.1", false],
  ])("%s is of the line %s: %s", (given, line, isOf) => {
    expect(isOfLine(given, line)).toBe(isOf);
  });

  it.each([
    ["v1.32.3-rancher1-1", 32],
    ["v1.9.0", 9],
    ["v1.100.0", 100],
    ["1.32.3", Number.NaN],
    ["v2.32.3", Number.NaN],
    ["v1.32", Number.NaN],
    ["xv1.32.3", Number.NaN],
    ["", Number.NaN],
  ])("of Kubernetes, %j, has the minor %d", (given, minor) => {
    expect(kubernetesMinor(given)).toBe(minor);
  });
});
