import { describe, expect, it } from "vitest";
import type { Addon } from "../../src/addons/addon.ts";
import { installAction } from "../../src/addons/helm-install.ts";
import { helmListProbe } from "../../src/addons/helm-list.ts";
import type { ChartSource, Release } from "../../src/addons/release.ts";
import { removalStages } from "../../src/addons/remove.ts";
import { renderProbe } from "../../src/addons/render-probe.ts";
import { records } from "./support/addon-world.ts";
import { cluster, decideOn, paths, scriptsOf } from "./support/rke-world.ts";

/** Flags that both have: cmd/helm of helm v3.17.0, the oldest that addons work with, and pkg/cmd of v4.2.4. */
const inBoth: Readonly<Record<string, readonly string[]>> = {
  "get manifest": ["--revision"],
  list: [
    ...["-A", "--all-namespaces", "-o", "--output", "-l", "--selector", "-m", "--max", "--no-headers"],
    ...["--deployed", "--failed", "--pending", "--superseded", "--uninstalled", "--uninstalling"],
  ],
  pull: ["--version", "-d", "--destination", "--untar", "--repo", "--devel"],
  "show crds": ["--version", "--repo"],
  template: ["-f", "--dry-run", "--take-ownership", "--version", "--repo", "--include-crds"],
  uninstall: ["--ignore-not-found", "--keep-history", "--timeout", "--wait", "--dry-run"],
  upgrade: [
    ...["--install", "--version", "--repo", "-f", "--values", "--reset-values", "--take-ownership", "--labels"],
    ...["--history-max", "--wait", "--wait-for-jobs", "--timeout", "--dry-run"],
  ],
  version: ["--template", "--short"],
};
const always = ["--kubeconfig", "--kube-apiserver", "-n", "--namespace"];

const access = { cluster: { ...cluster, tools: { ...cluster.tools, helm: "/the/helm" } }, paths };
const charts: readonly ChartSource[] = [
  { kind: "folder", path: "/charts/metallb" },
  { kind: "repository", url: "https://charts.example.com", name: "metallb" },
  { kind: "oci", reference: "oci://charts.example.com/metallb" },
  { kind: "manifests", from: ["/m.yaml"], part: "kinds" },
  { kind: "own", template: "kind: ConfigMap" },
];
const release = (chart: ChartSource, more: Partial<Release> = {}): Release => ({
  ...{ id: "metallb/release", title: "", name: "metallb", namespace: "metallb-system", chart, version: "1.0.0" },
  ...{
    values: {},
    sensitiveValues: {},
    adopt: true,
    needs: ["rke/ready"],
    timeoutMinutes: 1,
    crdsApart: true,
    ...more,
  },
});

function removal(of: Release): string {
  const [step] = removalStages(access, { key: "metallb", release: of, steps: [] } as unknown as Addon)[0]?.steps ?? [];
  if (step === undefined) throw new Error("no step");
  return scriptsOf(
    decideOn(step, {
      "get configmaps,secrets": records({ name: "metallb", namespace: "metallb-system" }),
      "get namespace": "",
    }),
  );
}

/** Every helm command line of Drover's, as it stands in its scripts. */
const lines = [
  helmListProbe(access).sh.text,
  ...charts.map((chart) => installAction(access, release(chart)).sh.text),
  ...charts.map((chart) => renderProbe(access, release(chart)).sh.text),
  ...charts.slice(0, 1).map((chart) => removal(release(chart))),
].flatMap((script) => [...script.matchAll(/\/the\/helm (.*)/g)].map((match) => match[1] ?? ""));

/** The command of a line, and its flags. What follows the command line in the script is no part of it. */
function read(line: string): { readonly command: string; readonly flags: readonly string[] } {
  const [own = ""] = line.replaceAll("$(", "").split(/ \|| 2?>|\)|; | &/);
  const flags = [...own.matchAll(/(?<=\s|")(--?[a-zA-Z][a-z-]*)/g)].map((match) => match[1] ?? "");
  const command = Object.keys(inBoth).find((name) => own.includes(` ${name} `)) ?? own;
  return { command, flags };
}

describe("helm is told", () => {
  it("what this test looks at: all that it is told to do", () => {
    expect([...new Set(lines.map((line) => read(line).command))].toSorted()).toEqual(Object.keys(inBoth).toSorted());
  });

  it.each([...new Set(lines)])("only what Helm 3 and Helm 4 both know: %s", (line) => {
    const { command, flags } = read(line);
    expect(flags.filter((flag) => ![...always, ...(inBoth[command] ?? [])].includes(flag))).toEqual([]);
  });

  it("to validate by a flag of its own where it is Helm 3 alone, which judges without it on no server", () => {
    const judging = lines.filter((line) => read(line).command === "template");
    expect(judging).toHaveLength(3);
    for (const line of judging) expect(line).toContain(" $judge --dry-run=server ");
    const script = installAction(access, release({ kind: "folder", path: "/c" })).sh.text;
    expect(script).toMatch(/in v3\.\*\) judge=--validate ;; \*\) judge= ;; esac/);
  });
});
