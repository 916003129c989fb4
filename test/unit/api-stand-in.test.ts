import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { apiStandIn } from "../../src/cli/api-stand-in.ts";
import { controlEnvironment } from "../../src/cli/connect.ts";
import type { Cluster } from "../../src/core/cluster.ts";
import { sh } from "../../src/core/shell.ts";
import { apiServerVariable, kubectl } from "../../src/kube/kubectl.ts";
import { testFolder } from "../test-folder.ts";
import { cluster, host, paths } from "./support/rke-world.ts";

let dir = "";
let kubeconfig = "";
beforeEach(() => {
  // Whether somebody answers is not a question of how busy this machine is.
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  dir = testFolder("api");
  kubeconfig = join(dir, "kubeconfig");
});
afterEach(() => {
  vi.useRealTimers();
});

/** Loopback addresses that no other test uses: RKE's port is fixed. */
const addressOf = (n: number) => `127.36.0.${n}`;
const hosts = [1, 2, 3].map((n) => host(`cp-${n}`, { address: addressOf(n), roles: ["controlplane", "etcd"] }));
const three: Pick<Cluster, "hosts"> = { hosts: [...hosts, host("w", { address: addressOf(4) })] };

async function api(n: number) {
  const server = createServer((socket) => socket.end()).listen(6443, addressOf(n));
  await once(server, "listening");
  return { [Symbol.asyncDispose]: () => new Promise<void>((done) => server.close(() => done())) };
}

const names = (n: number) =>
  writeFileSync(kubeconfig, `clusters:\n- cluster:\n    server: "https://${addressOf(n)}:6443"\n  name: "lab"\n`);

describe("the API server that is asked", () => {
  it("is the kubeconfig's while it is there", async () => {
    names(3);
    await using _ = await api(3);
    await using __ = await api(1);
    expect(await apiStandIn(three, { kubeconfig })).toBeUndefined();
  });

  it("is another controlplane's while that one is lost, and never a worker", async () => {
    names(3);
    await using _ = await api(2);
    await using __ = await api(4);
    expect(await apiStandIn(three, { kubeconfig })).toBe(`https://${addressOf(2)}:6443`);
  });

  it("is the kubeconfig's where none is there: its own error is told", async () => {
    names(1);
    await using _ = await api(4);
    expect(await apiStandIn(three, { kubeconfig })).toBeUndefined();
  });

  it.each([
    ["there is none", undefined],
    ["it is empty", ""],
    ["it names no server", "clusters: []\n"],
    ["it is hostile", '    server: "https://[::1\n    server: file:///etc/passwd\n'],
  ])("is not looked for where the kubeconfig does not say: %s", async (_, text) => {
    if (text !== undefined) writeFileSync(kubeconfig, text);
    await using __ = await api(1);
    expect(await apiStandIn(three, { kubeconfig })).toBeUndefined();
  });

  it("is not looked for where there is but one", async () => {
    names(1);
    await using _ = await api(2);
    expect(await apiStandIn({ hosts: three.hosts.slice(0, 1) }, { kubeconfig })).toBeUndefined();
  });
});

describe("a command line of kubectl", () => {
  it("has it before its own words, so that a server that is asked for by name wins", () => {
    const text = kubectl({ cluster, paths }, sh`--server https://mine get`).text;
    expect(text.indexOf(apiServerVariable)).toBeLessThan(text.indexOf("https://mine"));
  });
});

describe("what programs of this machine are given", () => {
  const given = (env: Readonly<Record<string, string>>, downloads?: Cluster["downloads"]) =>
    controlEnvironment({ cluster: { ...cluster, downloads }, paths }, { env });

  it("has no stand-in from the operator's own environment", () => {
    expect(given({ [apiServerVariable]: "https://evil:6443", LANG: "C" })).toEqual({ LANG: "C" });
  });

  it("has the downloaded programs before PATH where some may be, else PATH as it is", () => {
    expect(given({ PATH: "/usr/bin" })["PATH"]).toBe("/usr/bin");
    expect(given({ PATH: "/usr/bin" }, {})["PATH"]).toBe("/usr/bin");
    expect(given({ PATH: "/usr/bin" }, { rke: "fitting" })["PATH"]).toBe("/c/bin:/usr/bin");
  });
});
