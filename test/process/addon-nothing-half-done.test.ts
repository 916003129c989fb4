import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ChartSource } from "../../src/addons/release.ts";
import {
  callsOf,
  type HelmWorld,
  helm,
  helmWorld,
  install as installIn,
  namespace,
  writeChart as writeChartIn,
  writeProgram as writeProgramIn,
} from "../unit/support/helm-world.ts";

let world: HelmWorld;
let folder = "";
beforeEach(async () => {
  world = await helmWorld();
  folder = world.folder;
});
afterEach(() => world.end());

type Rest<A extends readonly unknown[]> = A extends readonly [unknown, ...infer R] ? R : never;
const install = (...args: Rest<Parameters<typeof installIn>>) => installIn(world, ...args);
const writeChart = (files: Readonly<Record<string, string>>): ChartSource => writeChartIn(world, files);
const writeProgram = (name: string, text: string) => writeProgramIn(folder, name, text);
/** In place of helm: of a chart without kinds of its own. */
const playHelm = (upgrade: string) =>
  writeProgram("helm", `case "$*" in *"show crds"*) exit 0 ;; esac\ncat >/dev/null; ${upgrade}`);
const calls = () => callsOf(world);
const served = (): ChartSource => ({ kind: "repository", url: world.url, name: "metallb" });
const settings = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n";
/** Gone since Kubernetes 1.25. */
const policy = "apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nmetadata: {name: one}\n";
const schema = JSON.stringify({ type: "object", properties: { replicas: { type: "integer" } } });

describe.skipIf(!existsSync(helm))("a release of which the real helm makes nothing leaves nothing half done", () => {
  it.each<[string, string, () => ChartSource]>([
    [
      "whose repository serves a page of HTML",
      "addon/chart-not-found",
      () => {
        world.repository = { status: 200, text: "<!DOCTYPE html><html><body>Sign in</body></html>" };
        return served();
      },
    ],
    [
      "whose repository wants a login",
      "addon/chart-not-found",
      () => {
        world.repository = { status: 401, text: "who are you" };
        return served();
      },
    ],
    [
      "whose repository is down",
      "addon/chart-not-found",
      () => ({ kind: "repository", url: "http://127.0.0.1:1", name: "metallb" }),
    ],
    [
      "whose registry is down",
      "addon/chart-not-found",
      () => ({ kind: "oci", reference: "oci://127.0.0.1:1/charts/metallb" }),
    ],
    ["whose values its schema refuses", "inventory/invalid", () => writeChart({ "values.schema.json": schema })],
    [
      "one of whose kinds the cluster does not have",
      "addon/unfit",
      () => writeChart({ "templates/all.yaml": `${settings}---\n${policy}` }),
    ],
    [
      "whose chart is made for another Kubernetes",
      "addon/unfit",
      () => writeChart({ "Chart.yaml": 'apiVersion: v2\nname: metallb\nversion: 1.0.0\nkubeVersion: ">= 9.0.0"\n' }),
    ],
  ])("%s", async (_, failure, chart) => {
    const done = await install(chart());
    expect(done).toMatchObject({ code: 1, failure, namespaceIsThere: false });
    expect(world.changed).toEqual([]);
    // A chart that cannot be had is asked for before anything; what else is wrong with it, helm says only in its namespace.
    expect(calls()).toContain(failure === "addon/chart-not-found" ? "" : `delete namespace ${namespace}`);
    expect(calls() === "").toBe(failure === "addon/chart-not-found");
  });

  it("and leaves a namespace that was there before as it was", async () => {
    writeFileSync(join(folder, "namespace"), "somebody's");
    const done = await install(writeChart({ "values.schema.json": schema }));
    expect(done).toMatchObject({ code: 1, failure: "inventory/invalid", namespaceIsThere: true });
    expect(calls()).not.toMatch(/create -f|delete namespace/);
  });

  it("and makes no namespace at all where manifests cannot be had", async () => {
    const chart = { kind: "manifests", from: [join(folder, "nowhere.yaml")], part: "rest" } as const;
    expect(await install(chart)).toMatchObject({ code: 1, failure: "addon/chart-not-found", namespaceIsThere: false });
    expect(existsSync(join(folder, "calls"))).toBe(false);
  });
});

describe("a namespace that was made for a release", () => {
  const failing = () => {
    playHelm("echo 'Error: context deadline exceeded' >&2; exit 1");
    return install({ kind: "folder", path: folder }, {}, join(folder, "helm"));
  };

  it("stays where helm has begun: its pods tell why they are not ready, and the next run mends it", async () => {
    writeFileSync(join(folder, "records"), "secret/sh.helm.release.v1.metallb.v1\n");
    expect(await failing()).toMatchObject({ code: 1, failure: "addon/gate-closed", namespaceIsThere: true });
  });

  it("stays where the cluster does not say whether helm has", async () => {
    writeFileSync(join(folder, "no-answer"), "");
    expect(await failing()).toMatchObject({ code: 1, namespaceIsThere: true });
  });

  it("stays where another release has begun in it meanwhile", async () => {
    // As the cluster answers: records of the release that is asked for, or of all.
    writeFileSync(join(folder, "others"), "secret/sh.helm.release.v1.other.v1\n");
    const kubectl = `${readFileSync(join(folder, "kubectl"), "utf8")}`.replace("#!/bin/sh\n", "");
    const records = `case "$*" in *"get secrets"*name=*) exit 0 ;; *"get secrets"*) cat ${join(folder, "others")}; exit 0 ;; esac`;
    writeProgram("kubectl", `${records}\n${kubectl}`);
    expect(await failing()).toMatchObject({ code: 1, failure: "addon/gate-closed", namespaceIsThere: true });
  });

  it.each([
    ["goes on in it, and leaves it where nothing comes of the release", "Active", "addon/gate-closed", true],
    ["does not begin where it goes again", "Terminating", "addon/release-stuck", true],
    ["ends where it is gone again", "", undefined, false],
  ])("may be made by another release at the same moment: this one %s", async (_, phase, failure, isThere) => {
    const kubectl = `${readFileSync(join(folder, "kubectl"), "utf8")}`.replace("#!/bin/sh\n", "");
    const made = join(folder, "namespace");
    // Between the question and the making somebody else makes it.
    const other = `case "$*" in *"create -f -"*)
  cat >/dev/null; [ -z "${phase}" ] || echo ${phase} >${made}
  echo 'Error from server (AlreadyExists): namespaces "${namespace}" already exists' >&2; exit 1 ;;
esac`;
    writeProgram("kubectl", `${other}\n${kubectl}`);
    expect(await failing()).toMatchObject({ code: 1, namespaceIsThere: isThere, ...(failure && { failure }) });
    expect(calls()).not.toContain("delete namespace");
  });

  it("stays where all went well", async () => {
    playHelm(":");
    const done = await install({ kind: "folder", path: folder }, {}, join(folder, "helm"));
    expect(done).toMatchObject({ code: 0, namespaceIsThere: true });
  });

  it("is the first thing that is changed, and has the labels that the release wants before helm begins", async () => {
    playHelm(`echo "helm $*" >>${join(folder, "calls")}`);
    const label = { "pod-security.kubernetes.io/enforce": "privileged" };
    await install({ kind: "folder", path: folder }, { namespaceLabels: label }, join(folder, "helm"));
    const order = ["create -f -", "label --overwrite namespace", "delete secret", "helm "].map((one) =>
      calls().indexOf(one),
    );
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(order).not.toContain(-1);
  });
});

describe("while helm waits", () => {
  it("its pods are asked for again and again, and what they lack is said whenever that changes", async () => {
    const asked = join(folder, "asked");
    // Played: not ready twice, then ready; helm waits until that was asked for four times.
    writeProgram(
      "kubectl",
      `case "$*" in
*"get pods"*)
  echo . >>${asked}
  if [ "$(wc -l <${asked})" -lt 3 ]; then printf 'a 1/1 Running 0 1s\nb 0/1 Pending 0 1s\n'; else printf 'a 1/1 Running 0 1s\nb 1/1 Running 0 1s\nc 0/1 Completed 0 1s\n'; fi
  ;;
esac`,
    );
    playHelm(`until [ "$(wc -l <${asked})" -ge 4 ]; do sleep 0.1; done 2>/dev/null`);
    const { code, said } = await install({ kind: "folder", path: folder }, {}, join(folder, "helm"));
    expect([code, said.match(/waiting: .*/g)]).toEqual([
      0,
      ["waiting: 1 of 2 pods ready: b Pending", "waiting: 2 of 2 pods ready"],
    ]);
  });
});
