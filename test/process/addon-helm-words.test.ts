import { execFile } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { helmFailures } from "../../src/addons/helm-failures.ts";
import type { Release } from "../../src/addons/release.ts";
import { testFolder } from "../test-folder.ts";

/** What the real helm says of charts that cannot be had or do not fit, and what Drover makes of it. */
const helm = join(process.env["DROVER_CACHE"] ?? join(homedir(), ".cache", "drover"), "bin", "helm");
const release = { name: "rancher", version: "2.11.3", namespace: "cattle-system" } as Release;

const folder = testFolder("helm");
let url = "";
let answer: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;
const server = createServer((request, response) => answer(request, response));

beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
});

function helmSays(...args: readonly string[]): Promise<string> {
  const env = { PATH: process.env["PATH"] ?? "", HOME: folder, HELM_CACHE_HOME: folder, NO_PROXY: "127.0.0.1" };
  return new Promise((said) =>
    execFile(helm, ["template", "x", ...args], { env, timeout: 280_000 }, (_, stdout, stderr) => said(stdout + stderr)),
  );
}

/** The failure that Drover tells for such words, and its message. */
function toldFor(words: string): { readonly code: string; readonly message: string } | undefined {
  for (const { pattern, code, message } of helmFailures(release)) {
    const match = pattern.exec(words);
    if (match !== null) return { code, message: message.replace("$1", match[1] ?? "") };
  }
  return undefined;
}

function chart(name: string, files: Readonly<Record<string, string>>): string {
  const path = join(folder, name);
  mkdirSync(join(path, "templates"), { recursive: true });
  const all = { "Chart.yaml": `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n`, ...files };
  for (const [file, text] of Object.entries(all)) writeFileSync(join(path, file), text);
  return path;
}

describe.skipIf(!existsSync(helm))("a repository", () => {
  it.each<[string, number, string]>([
    ["serves a page of HTML in the index' place", 200, "<!DOCTYPE html><html><body>Sign in</body></html>"],
    ["serves nothing at all", 200, ""],
    ["knows no index", 404, "not found"],
    ["is broken", 503, "try later"],
    ["has other charts", 200, "apiVersion: v1\nentries: {other: [{name: other, version: 1.0.0, urls: [a.tgz]}]}\n"],
    [
      "has other versions",
      200,
      "apiVersion: v1\nentries: {rancher: [{name: rancher, version: 1.0.0, urls: [a.tgz]}]}\n",
    ],
  ])("that %s is told as one whose chart cannot be had", async (_, status, text) => {
    answer = (_request, response) => void response.writeHead(status).end(text);
    const told = toldFor(await helmSays("rancher", "--repo", url, "--version", "2.11.3"));
    expect(told).toMatchObject({ code: "addon/chart-not-found" });
  });

  it("that wants another login is told as such", async () => {
    answer = (_request, response) => void response.writeHead(401).end("who are you");
    const told = toldFor(await helmSays("rancher", "--repo", url, "--version", "2.11.3"));
    expect(told).toMatchObject({ code: "addon/chart-not-found", message: expect.stringContaining("401") });
  });

  it.each<[string, number, Readonly<Record<string, string>>]>([
    ["wants a password", 401, { "www-authenticate": 'Basic realm="charts"' }],
    ["refuses the password it was given", 403, {}],
    ["has no such chart", 404, {}],
    ["serves a page of HTML", 200, { "content-type": "text/html" }],
  ])("that is a registry and %s is told with what it said", async (_, status, headers) => {
    answer = (_request, response) => void response.writeHead(status, headers).end("<html>no</html>");
    const registry = url.replace("http://", "oci://");
    const told = toldFor(await helmSays(`${registry}/charts/rancher`, "--version", "2.11.3", "--plain-http"));
    expect(told).toMatchObject({ code: "addon/chart-not-found", message: expect.stringContaining("127.0.0.1") });
  });

  it("that nobody runs is told with its address", async () => {
    const told = toldFor(await helmSays("rancher", "--repo", "http://127.0.0.1:1", "--version", "2.11.3"));
    expect(told).toMatchObject({ code: "addon/chart-not-found", message: expect.stringContaining("127.0.0.1:1") });
  });
});

describe.skipIf(!existsSync(helm))("a chart", () => {
  it("that refuses the values by its schema is told with the value's name", async () => {
    const schema = { type: "object", properties: { replicas: { type: "integer" } } };
    const path = chart("strict", { "values.schema.json": JSON.stringify(schema) });
    const told = toldFor(await helmSays(path, "--set", "replicas=many"));
    expect(told).toMatchObject({ code: "inventory/invalid", message: expect.stringContaining("replicas") });
  });

  it("that is made for another Kubernetes is told with both versions", async () => {
    const text = 'apiVersion: v2\nname: picky\nversion: 1.0.0\nkubeVersion: ">= 9.0.0"\n';
    const told = toldFor(await helmSays(chart("picky", { "Chart.yaml": text })));
    expect(told).toMatchObject({ code: "addon/unfit", message: expect.stringContaining("9.0.0") });
  });

  it("whose template does not hold together is told in helm's words", async () => {
    const path = chart("broken", { "templates/a.yaml": "{{ .Values.a.b.c }}" });
    expect(toldFor(await helmSays(path))).toMatchObject({ message: expect.stringContaining("templates/a.yaml") });
  });
});
