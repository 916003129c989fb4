import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { helmRelease } from "../../src/addons/helm-release.ts";
import type { ChartSource } from "../../src/addons/release.ts";
import { renderProbe } from "../../src/addons/render-probe.ts";
import type { Result } from "../../src/core/probe.ts";
import { records } from "../unit/support/addon-world.ts";
import {
  accessIn,
  environmentIn,
  type HelmWorld,
  helm,
  helmWorld,
  type Installing,
  namespace,
  publishChart,
  releaseOf,
  writeChart,
} from "../unit/support/helm-world.ts";
import { decideOn } from "../unit/support/rke-world.ts";

/** What a plan knows of values that a chart will not take, of the real helm against a double of the cluster. */
const schema = JSON.stringify({
  type: "object",
  properties: {
    replicas: { type: "integer" },
    mode: { enum: ["fast", "safe"] },
    db: { type: "object", properties: { password: { type: "string", pattern: "^[a-z]{8}$" } } },
  },
});
const files = {
  "values.schema.json": schema,
  "values.yaml": "replicas: 1\n",
  "templates/settings.yaml":
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {n: '{{ .Values.replicas }}'}\n",
};

let world: HelmWorld;
beforeEach(async () => {
  world = await helmWorld();
});
afterEach(() => world.end());

/** The very question that a plan asks, by a shell. */
async function rendered(chart: ChartSource, more: Installing = {}) {
  const probe = renderProbe(accessIn(world.folder), releaseOf(chart, more));
  const env = environmentIn(world.folder);
  const answer = await new Promise<Result>((done) => {
    execFile("/bin/sh", ["-c", probe.sh.text], { env, timeout: 280_000 }, (error, stdout, stderr) =>
      done({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
  return { answer, seen: probe.parse(answer) };
}

describe.skipIf(!existsSync(helm))("values of an installed release", () => {
  it("that the schema of its chart refuses are told as they are asked about, and nothing is changed", async () => {
    const values = { replicas: "many", mode: "wild" };
    const { seen } = await rendered(writeChart(world, files), { values });
    expect(seen).toMatchObject({ kind: "refused" });
    const complaints = seen?.kind === "refused" ? seen.complaints : [];
    expect(complaints).toHaveLength(2);
    expect(complaints.join()).toMatch(/replicas.*integer/);
    expect(complaints.join()).toMatch(/mode.*'fast', 'safe'/);
    expect(world.changed).toEqual([]);
  });

  it("are told by what is wrong within a part, where the schema is made of several", async () => {
    const speaker = { allOf: [{ type: "object" }, { properties: { logLevel: { enum: ["info", "none"] } } }] };
    const parts = JSON.stringify({ type: "object", properties: { speaker } });
    const chart = writeChart(world, { ...files, "values.schema.json": parts });
    const { seen } = await rendered(chart, { values: { speaker: { logLevel: "loud" } } });
    expect(seen).toMatchObject({
      kind: "refused",
      complaints: [expect.stringMatching(/speaker.logLevel.*'info', 'none'/)],
    });
  });

  it("are told so of a chart in a repository too, and of one within it", async () => {
    const inner = {
      "Chart.yaml": "apiVersion: v2\nname: metallb\nversion: 1.0.0\n",
      "charts/speaker/Chart.yaml": "apiVersion: v2\nname: speaker\nversion: 1.0.0\n",
      "charts/speaker/values.schema.json": schema,
    };
    const chart = await publishChart(world, inner);
    const { seen } = await rendered(chart, { values: { speaker: { replicas: [] } } });
    expect(seen).toMatchObject({ kind: "refused", complaints: [expect.stringMatching(/replicas.*got array/)] });
  });

  it("block the plan with what is wrong and where it is put right", async () => {
    const chart = await publishChart(world, files);
    const { answer } = await rendered(chart);
    const step = helmRelease(accessIn(world.folder), releaseOf(chart));
    const deployed = { name: "metallb", namespace, version: "1.0.0", values: { replicas: 1 }, madeFrom: "another" };
    const machine = { "--dry-run=server": answer, "get configmaps,secrets": records(deployed) };
    expect(decideOn(step, machine)).toMatchObject({
      kind: "blocked",
      code: "inventory/invalid",
      because: expect.stringMatching(/^the chart of metallb 1\.0\.0 refuses the values: at '\/replicas': got string/),
      remedy: expect.stringContaining("inventory"),
    });
  });

  it("that it takes are shown with the objects that come of them", async () => {
    const { seen } = await rendered(writeChart(world, files), { values: { replicas: 3 } });
    expect(seen).toMatchObject({ kind: "objects", manifest: expect.stringContaining("n: '3'") });
  });

  it.each<[string, Installing]>([
    ["by their name", { values: { db: { password: "abcdefgh" } } }],
    ["as secrets of the inventory", { values: {}, sensitiveValues: { db: { password: "abcdefgh" } } }],
  ])(
    "are left to up where one of them is hidden %s: what stands in its place is not what is judged",
    async (_, more) => {
      const { answer, seen } = await rendered(writeChart(world, files), more);
      expect(answer.stderr).toContain("values don't meet the specifications");
      expect(answer.stdout + answer.stderr).not.toContain("abcdefgh");
      expect(seen).toBeUndefined();
    },
  );

  it.each<[string, Readonly<Record<string, string>>]>([
    [
      "which is made for another Kubernetes",
      { "Chart.yaml": 'apiVersion: v2\nname: metallb\nversion: 1.0.0\nkubeVersion: ">= 9.0.0"\n' },
    ],
    ["whose template fails in words of its own", { "templates/no.yaml": '{{ fail "replicas must be odd" }}' }],
    [
      "with an object of a kind that is still to come",
      { "templates/w.yaml": "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\n" },
    ],
    ["whose schema is none", { "values.schema.json": "{" }],
  ])("are left to up for a chart %s: the steps before may change that", async (_, more) => {
    const { answer, seen } = await rendered(writeChart(world, { ...files, ...more }), { values: { replicas: 3 } });
    expect([answer.code, seen]).toEqual([1, undefined]);
  });

  it("are left to up where the chart cannot be had", async () => {
    world.repository = { status: 503, text: "values don't meet the specifications of the schema\n- at '/x': no" };
    const { seen } = await rendered({ kind: "repository", url: world.url, name: "metallb" });
    expect(seen).toBeUndefined();
  });
});
