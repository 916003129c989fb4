import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buffer } from "node:stream/consumers";
import { installAction } from "../../../src/addons/helm-install.ts";
import type { ChartSource, Release } from "../../../src/addons/release.ts";
import type { KubeAccess } from "../../../src/kube/kubectl.ts";
import { withAddons } from "./addon-world.ts";
import { cluster, paths } from "./rke-world.ts";

/** The real helm, where it is at hand. */
export const helm = join(process.env["DROVER_CACHE"] ?? join(homedir(), ".cache", "drover"), "bin", "helm");
export const namespace = "metallb-system";

const resource = (name: string, kind: string, namespaced: boolean) => ({
  ...{ name, kind, namespaced, singularName: kind.toLowerCase(), verbs: ["get", "list", "create", "patch", "delete"] },
});
const group = (name: string) => {
  const version = { groupVersion: `${name}/v1`, version: "v1" };
  return { name, versions: [version], preferredVersion: version };
};
const resources = (groupVersion: string, ...all: readonly object[]) => ({
  ...{ kind: "APIResourceList", apiVersion: "v1", groupVersion, resources: all },
});

/** As much of an API server as helm asks: a double. Nothing is in it. */
const emptyCluster: Readonly<Record<string, object>> = {
  "/version": { major: "1", minor: "32", gitVersion: "v1.32.3" },
  "/api": { kind: "APIVersions", versions: ["v1"] },
  "/apis": { kind: "APIGroupList", apiVersion: "v1", groups: [group("apiextensions.k8s.io")] },
  "/api/v1": resources("v1", resource("secrets", "Secret", true), resource("configmaps", "ConfigMap", true)),
  "/apis/apiextensions.k8s.io/v1": resources(
    "apiextensions.k8s.io/v1",
    resource("customresourcedefinitions", "CustomResourceDefinition", false),
  ),
  [`/api/v1/namespaces/${namespace}/secrets`]: { kind: "SecretList", apiVersion: "v1", metadata: {}, items: [] },
};

/** The same once it has the kind Widget. */
export const clusterWithWidgets: Readonly<Record<string, object>> = {
  "/apis": { ...emptyCluster["/apis"], groups: ["apiextensions.k8s.io", "example.com"].map(group) },
  "/apis/example.com/v1": resources("example.com/v1", resource("widgets", "Widget", true)),
};

/** Where a release is installed: real helm and real shell, a double of the cluster, a played kubectl. */
export interface HelmWorld {
  readonly folder: string;
  readonly url: string;
  /** What the chart repository says on the same port. */
  repository: { readonly status: number; readonly text: string };
  /** What is in the cluster besides, by path. */
  also: Readonly<Record<string, object>>;
  /** Every request that is not a question. */
  readonly changed: string[];
  /** Every question that the cluster has no answer for: those to the repository. */
  readonly fetched: string[];
  readonly end: () => void;
}

/** A world in which nothing is installed. */
export async function helmWorld(): Promise<HelmWorld> {
  const folder = mkdtempSync(join(tmpdir(), "drover-half-"));
  const server = createServer((request, response) => {
    // A helm that ends in the middle of a question is answered nothing.
    answered(world, request).then(
      ({ status, content, type = "application/json" }) =>
        response.writeHead(status, { "content-type": type }).end(content),
      () => response.destroy(),
    );
  });
  await listening(server);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const end = () => {
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true });
  };
  const world: HelmWorld = {
    ...{ folder, url, end, changed: [], fetched: [], also: {}, repository: { status: 404, text: "" } },
  };
  writeKubeconfig(folder, url);
  playKubectl(folder);
  return world;
}

const listening = (server: Server) => new Promise<void>((done) => server.listen(0, "127.0.0.1", done));

interface Answer {
  readonly status: number;
  readonly content: string | Buffer;
  readonly type?: string | undefined;
}

async function answered(world: HelmWorld, request: IncomingMessage): Promise<Answer> {
  const path = (request.url ?? "").replace(/\?.*/, "");
  const sent = await buffer(request);
  if (request.method !== "GET") {
    const changed = `${request.method} ${path}`;
    if (path.endsWith("/customresourcedefinitions") && existsSync(join(world.folder, "kinds"))) return alreadyThere;
    world.changed.push(changed);
    return { status: request.method === "POST" ? 201 : 200, content: sent, type: request.headers["content-type"] };
  }
  // No schemas, in the binary form that helm asks for: an empty message.
  if (path === "/openapi/v2") return { status: 200, content: "" };
  const kinds = existsSync(join(world.folder, "kinds")) ? clusterWithWidgets : {};
  const known = { ...emptyCluster, ...kinds, ...world.also }[path];
  if (known !== undefined) return { status: 200, content: JSON.stringify(known) };
  if (/^\/(api|openapi)/.test(path)) return { status: 404, content: JSON.stringify(notThere) };
  world.fetched.push(path);
  const file = join(world.folder, "published", path);
  if (path.length > 1 && existsSync(file)) return { status: 200, content: readFileSync(file) };
  return { status: world.repository.status, content: world.repository.text };
}

const failure = (reason: string, code: number) => ({
  ...{ kind: "Status", apiVersion: "v1", status: "Failure", message: reason, reason, code },
});
const notThere = failure("NotFound", 404);
const alreadyThere: Answer = { status: 409, content: JSON.stringify(failure("AlreadyExists", 409)) };

function writeKubeconfig(folder: string, server: string): void {
  const config = {
    clusters: [{ name: "c", cluster: { server } }],
    contexts: [{ name: "c", context: { cluster: "c" } }],
  };
  writeFileSync(join(folder, "kubeconfig"), JSON.stringify({ ...config, "current-context": "c" }));
}

/** Played: a namespace is a file, in it its phase; so is what helm has written down, and why kinds are refused. */
function playKubectl(folder: string): void {
  const file = (name: string) => join(folder, name);
  writeProgram(
    folder,
    "kubectl",
    `echo "$*" >>${file("calls")}
case "$*" in
*"get namespace"*) cat ${file("namespace")} ;;
*"create -f -"*) cat >/dev/null; echo Active >${file("namespace")} ;;
*"delete namespace"*) rm -f ${file("namespace")} ;;
*"apply --server-side"*"--dry-run=server"*) cat >/dev/null; [ ! -e ${file("refused-dry")} ] || { cat ${file("refused-dry")} >&2; exit 1; } ;;
*"apply --server-side"*) [ ! -e ${file("refused")} ] || { cat ${file("refused")} >&2; exit 1; }; cat >${file("kinds")} ;;
*"get secrets"*) [ ! -e ${file("no-answer")} ] && cat ${file("records")} 2>/dev/null; [ ! -e ${file("no-answer")} ] ;;
esac`,
  );
}

/** A program of a few lines in place of a real one. */
export function writeProgram(folder: string, name: string, lines: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${lines}\n`);
  chmodSync(join(folder, name), 0o755);
}

/** A chart of these files, as a folder. */
export function writeChart({ folder }: Pick<HelmWorld, "folder">, more: Readonly<Record<string, string>>) {
  const path = join(folder, "chart");
  rmSync(path, { recursive: true, force: true });
  const files = { "Chart.yaml": "apiVersion: v2\nname: metallb\nversion: 1.0.0\n", "templates/.keep": "", ...more };
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), content);
  }
  return { kind: "folder", path } as const;
}

/** The same chart in a repository, on the world's own port, packed by the real helm. */
export async function publishChart(world: HelmWorld, files: Readonly<Record<string, string>>): Promise<ChartSource> {
  const published = join(world.folder, "published");
  const { path } = writeChart(world, files);
  for (const args of [
    ["package", path, "-d", published],
    ["repo", "index", published, "--url", world.url],
  ])
    await new Promise<void>((done, fail) => execFile(helm, args, (error) => (error === null ? done() : fail(error))));
  return { kind: "repository", url: world.url, name: "metallb" };
}

/** What a test wants otherwise than in the release that is installed by default. */
export type Installing = Partial<Release>;

/** Installs a release in such a world. */
export function install({ folder }: HelmWorld, chart: ChartSource, more: Installing = {}, program: string = helm) {
  return installIn(folder, chart, more, program);
}

/**
 * Runs the very action that `up` performs, with the `kubectl` and the `kubeconfig` that are in a folder; tells the failure's
 * code, and whether the played namespace is there afterwards.
 */
export async function installIn(folder: string, chart: ChartSource, more: Installing, program: string) {
  const action = installAction(accessIn(folder, program), releaseOf(chart, more));
  const env = environmentIn(folder);
  const { code, said } = await new Promise<{ code: number; said: string }>((done) => {
    const child = execFile("/bin/sh", ["-c", action.sh.text], { env, timeout: 280_000 }, (error, stdout, stderr) =>
      done({ code: error === null ? 0 : 1, said: stdout + stderr }),
    );
    // A script that ends without reading it is none the worse for that.
    child.stdin?.on("error", () => {});
    child.stdin?.end(action.stdin);
  });
  const failure = code === 0 ? undefined : action.failures?.find(({ pattern }) => pattern.test(said));
  return { code, said, failure: failure?.code, namespaceIsThere: existsSync(join(folder, "namespace")) };
}

/** The way to the cluster by the `kubectl` and the `kubeconfig` that are in a folder. */
export function accessIn(folder: string, program: string = helm): KubeAccess {
  return {
    cluster: {
      ...withAddons({}).cluster,
      tools: { ...cluster.tools, helm: program, kubectl: join(folder, "kubectl") },
    },
    paths: { ...paths, dir: folder, kubeconfig: join(folder, "kubeconfig") },
  };
}

/** The release that is installed by default, of such a chart. */
export function releaseOf(chart: ChartSource, more: Installing = {}): Release {
  return {
    ...{ id: "metallb/release", title: "MetalLB is installed", name: "metallb", namespace, chart, version: "1.0.0" },
    ...{ values: { replicas: "many" }, sensitiveValues: {}, adopt: false, needs: ["rke/ready"], timeoutMinutes: 1 },
    ...more,
  };
}

/** The environment of programs that leave nothing outside a folder. */
export function environmentIn(folder: string): Readonly<Record<string, string>> {
  return { PATH: process.env["PATH"] ?? "", HOME: folder, HELM_CACHE_HOME: folder, TMPDIR: folder };
}

/** What kubectl was called with, one line for each; empty where it was not called. */
export function callsOf({ folder }: HelmWorld): string {
  return existsSync(join(folder, "calls")) ? readFileSync(join(folder, "calls"), "utf8") : "";
}
