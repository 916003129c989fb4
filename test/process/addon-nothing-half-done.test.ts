import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { installAction } from "../../src/addons/helm-install.ts";
import type { ChartSource, Release } from "../../src/addons/release.ts";
import { withAddons } from "../unit/support/addon-world.ts";
import { cluster, paths } from "../unit/support/rke-world.ts";

const helm = join(process.env["DROVER_CACHE"] ?? join(homedir(), ".cache", "drover"), "bin", "helm");
const namespace = "metallb-system";

/** As much of an API server as helm asks before it installs something: a double. Nothing is in it. */
const api: Readonly<Record<string, object>> = {
  "/version": { major: "1", minor: "32", gitVersion: "v1.32.3" },
  "/api": { kind: "APIVersions", versions: ["v1"] },
  "/apis": { kind: "APIGroupList", apiVersion: "v1", groups: [] },
  "/api/v1": { kind: "APIResourceList", groupVersion: "v1", resources: [] },
  [`/api/v1/namespaces/${namespace}/secrets`]: { kind: "SecretList", apiVersion: "v1", metadata: {}, items: [] },
};

let folder = "";
let server: Server;
let url = "";
/** What the chart repository says on the same port. */
let repository: { readonly status: number; readonly text: string } = { status: 404, text: "" };
const changed: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = (request.url ?? "").replace(/\?.*/, "");
    const known = api[path];
    if (request.method !== "GET") changed.push(`${request.method} ${path}`);
    if (known === undefined) return void response.writeHead(repository.status).end(repository.text);
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(known));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
beforeEach(() => {
  changed.length = 0;
  folder = mkdtempSync(join(tmpdir(), "drover-half-"));
  const config = {
    clusters: [{ name: "c", cluster: { server: url } }],
    contexts: [{ name: "c", context: { cluster: "c" } }],
  };
  writeFileSync(join(folder, "kubeconfig"), JSON.stringify({ ...config, "current-context": "c" }));
  // Played: a namespace is a file, and so is what helm has written down.
  const there = join(folder, "namespace");
  writeProgram(
    "kubectl",
    `echo "$*" >>${join(folder, "calls")}
case "$*" in
*"get namespace"*) [ -e ${there} ] ;;
*"create -f -"*) cat >${there} ;;
*"delete namespace"*) rm -f ${there} ;;
*"get secrets"*) [ ! -e ${join(folder, "no-answer")} ] && cat ${join(folder, "records")} 2>/dev/null; [ ! -e ${join(folder, "no-answer")} ] ;;
esac`,
  );
});
afterEach(() => rmSync(folder, { recursive: true }));

function writeProgram(name: string, text: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(folder, name), 0o755);
}

function writeChart(more: Readonly<Record<string, string>>): ChartSource {
  const path = join(folder, "chart");
  mkdirSync(join(path, "templates"), { recursive: true });
  const files = { "Chart.yaml": "apiVersion: v2\nname: metallb\nversion: 1.0.0\n", ...more };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return { kind: "folder", path };
}

/** Runs the very action that `up` performs; tells the failure's code, and whether the namespace is there afterwards. */
async function install(chart: ChartSource, more: Partial<Release> = {}, program = helm) {
  const access = {
    cluster: {
      ...withAddons({}).cluster,
      tools: { ...cluster.tools, helm: program, kubectl: join(folder, "kubectl") },
    },
    paths: { ...paths, dir: folder, kubeconfig: join(folder, "kubeconfig") },
  };
  const action = installAction(access, {
    ...{ id: "metallb/release", title: "MetalLB is installed", name: "metallb", namespace, chart, version: "1.0.0" },
    ...{ values: { replicas: "many" }, sensitiveValues: {}, adopt: false, needs: ["rke/ready"], timeoutMinutes: 1 },
    ...more,
  });
  const env = { PATH: process.env["PATH"] ?? "", HOME: folder, HELM_CACHE_HOME: folder, TMPDIR: folder };
  const { code, said } = await new Promise<{ code: number; said: string }>((done) => {
    const child = execFile("/bin/sh", ["-c", action.sh.text], { env, timeout: 120_000 }, (error, stdout, stderr) =>
      done({ code: error === null ? 0 : 1, said: stdout + stderr }),
    );
    // A script that ends without reading it is none the worse for that.
    child.stdin?.on("error", () => {});
    child.stdin?.end(action.stdin);
  });
  const failure = action.failures?.find(({ pattern }) => pattern.test(said))?.code;
  return { code, said, failure, namespaceIsThere: existsSync(join(folder, "namespace")) };
}

const calls = () => readFileSync(join(folder, "calls"), "utf8");
const served = (): ChartSource => ({ kind: "repository", url, name: "metallb" });
const schema = JSON.stringify({ type: "object", properties: { replicas: { type: "integer" } } });

describe.skipIf(!existsSync(helm))("a release of which the real helm makes nothing leaves nothing half done", () => {
  it.each<[string, string, () => ChartSource]>([
    [
      "whose repository serves a page of HTML",
      "addon/chart-not-found",
      () => {
        repository = { status: 200, text: "<!DOCTYPE html><html><body>Sign in</body></html>" };
        return served();
      },
    ],
    [
      "whose repository wants a login",
      "addon/chart-not-found",
      () => {
        repository = { status: 401, text: "who are you" };
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
      "whose chart is made for another Kubernetes",
      "addon/unfit",
      () => writeChart({ "Chart.yaml": 'apiVersion: v2\nname: metallb\nversion: 1.0.0\nkubeVersion: ">= 9.0.0"\n' }),
    ],
  ])("%s", async (_, failure, chart) => {
    const done = await install(chart());
    expect(done).toMatchObject({ code: 1, failure, namespaceIsThere: false });
    expect(calls()).toContain(`delete namespace ${namespace}`);
    expect(changed).toEqual([]);
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

  it("nor kinds or a namespace where a chart with kinds of its own cannot be had", async () => {
    repository = { status: 503, text: "try later" };
    const done = await install(served(), { crdsApart: true });
    expect(done).toMatchObject({ code: 1, failure: "addon/chart-not-found", namespaceIsThere: false });
    expect(existsSync(join(folder, "calls"))).toBe(false);
  });
});

describe("a namespace that was made for a release", () => {
  const failing = () => {
    writeProgram("helm", "cat >/dev/null; echo 'Error: context deadline exceeded' >&2; exit 1");
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

  it("stays where all went well", async () => {
    writeProgram("helm", "cat >/dev/null");
    const done = await install({ kind: "folder", path: folder }, {}, join(folder, "helm"));
    expect(done).toMatchObject({ code: 0, namespaceIsThere: true });
  });

  it("is the first thing that is changed, and has the labels that the release wants before helm begins", async () => {
    writeProgram("helm", `cat >/dev/null; echo "helm $*" >>${join(folder, "calls")}`);
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
    writeProgram("helm", `cat >/dev/null; until [ "$(wc -l <${asked})" -ge 4 ]; do sleep 0.1; done 2>/dev/null`);
    const { code, said } = await install({ kind: "folder", path: folder }, {}, join(folder, "helm"));
    expect([code, said.match(/waiting: .*/g)]).toEqual([
      0,
      ["waiting: 1 of 2 pods ready: b Pending", "waiting: 2 of 2 pods ready"],
    ]);
  });
});
