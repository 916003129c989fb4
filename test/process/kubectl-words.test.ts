import { execFile } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { createServer as createHttp, type RequestListener } from "node:http";
import { createServer as createHttps } from "node:https";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { explain } from "../../src/run/explain.ts";
import { testFolder } from "../test-folder.ts";
import { authority, leaf } from "../unit/support/certificates.ts";

/** What the real kubectl says of clusters that do not serve it, and what Drover makes of it. The clusters are doubles. */
const kubectl = join(process.env["DROVER_CACHE"] ?? join(homedir(), ".cache", "drover"), "bin", "kubectl");
const folder = testFolder("kubectl-words");

/** The port of a server that goes with the test, and its connections with it. */
async function served(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket.on("error", () => {})));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

const http = (answer: RequestListener) => served(createHttp(answer));
const bare = (greet: (socket: Socket) => void) => served(createServer(greet));

function kubeconfig(server: string, cluster: object = {}): string {
  const contexts = [{ name: "c", context: { cluster: "c", user: "u" } }];
  const clusters = [{ name: "c", cluster: { server, ...cluster } }];
  return JSON.stringify({ clusters, contexts, users: [{ name: "u", user: { token: "t" } }], "current-context": "c" });
}

/** The error that a run ends with where kubectl was asked with such a kubeconfig. */
async function told(config: string, patience = "20s", args: readonly string[] = ["get", "--raw", "/readyz"]) {
  const path = join(folder, "kubeconfig");
  writeFileSync(path, config);
  const env = { PATH: process.env["PATH"] ?? "", HOME: folder };
  const words = ["--kubeconfig", path, "--request-timeout", patience, ...args];
  const result = await new Promise<{ code: number; stdout: string; stderr: string }>((done) => {
    const child = execFile(kubectl, words, { env, timeout: 200_000 }, (error, stdout, stderr) =>
      done({ code: error === null ? 0 : 1, stdout, stderr }),
    );
    child.stdin?.end();
  });
  expect(result.code).toBe(1);
  const { code, message } = explain(result, [], result.stderr.split("\n"));
  return { code, message };
}

const notReady = "cluster/not-ready";

describe.skipIf(!existsSync(kubectl))("an API that kubectl does not reach", () => {
  const nobodyKnows = authority("Nobody's");

  it.each<[string, () => Promise<string>, string, RegExp]>([
    ["does not listen", async () => "https://127.0.0.1:1", notReady, /does not answer at 127\.0\.0\.1:1$/],
    [
      "is a web server without TLS",
      async () => `https://127.0.0.1:${await http((_, response) => response.end("hi"))}`,
      notReady,
      /server gave HTTP response to HTTPS client$/,
    ],
    [
      "is a host's sshd",
      async () => `https://127.0.0.1:${await bare((socket) => socket.write("SSH-2.0-OpenSSH_9.6\r\n"))}`,
      notReady,
      /first record does not look like a TLS handshake$/,
    ],
    [
      "hangs up",
      async () => `https://127.0.0.1:${await bare((socket) => socket.destroy())}`,
      notReady,
      /does not reach Kubernetes' API: .*(?:EOF|reset)/,
    ],
    [
      "has a certificate of an authority that the kubeconfig does not name",
      async () => {
        const { certificate, key } = leaf(nobodyKnows, { names: ["localhost"] });
        return `https://localhost:${await served(createHttps({ cert: certificate, key }, (_, response) => response.end()))}`;
      },
      notReady,
      /certificate does not fit the kubeconfig: certificate signed by unknown authority/,
    ],
  ])("because it %s is told so", async (_, server, code, message) => {
    expect(await told(kubeconfig(await server()))).toEqual({ code, message: expect.stringMatching(message) });
  });

  it("because it never says a word is told so once kubectl's patience ends", async () => {
    const port = await bare(() => {});
    expect(await told(kubeconfig(`https://127.0.0.1:${port}`), "1s")).toEqual({
      code: notReady,
      message: expect.stringMatching(/^this machine does not reach Kubernetes' API: .*(?:deadline|timeout|canceled)/i),
    });
  });

  it("because the proxy before it is down is told with an address, and with what to look at", async () => {
    const config = kubeconfig("https://192.0.2.1:6443", { "proxy-url": "http://127.0.0.1:1" });
    expect(await told(config)).toMatchObject({ code: notReady });
  });
});

describe.skipIf(!existsSync(kubectl))("an API that kubectl reaches", () => {
  const saying = async (code: number, reason: string, message: string) => {
    const status = { kind: "Status", apiVersion: "v1", status: "Failure", code, reason, message };
    const port = await http((_, response) => {
      response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(status));
    });
    return kubeconfig(`http://127.0.0.1:${port}`);
  };

  it.each<[string, number, string, string, string]>([
    ["does not know who asks", 401, "Unauthorized", "Unauthorized", "does not take the login of the kubeconfig"],
    ["forbids it", 403, "Forbidden", 'nodes is forbidden: User "x"', 'does not allow it: nodes is forbidden: User "x"'],
    ["is only starting", 503, "ServiceUnavailable", "not ready", "is there, but cannot do what it is asked: not ready"],
    ["lost its etcd", 500, "InternalError", "etcdserver: no leader", "what it is asked: etcdserver: no leader"],
    ["waits for others in vain", 504, "Timeout", "request timed out", "what it is asked: request timed out"],
  ])("and that %s is told so", async (_, code, reason, message, words) => {
    const error = await told(await saying(code, reason, message));
    expect(error.message).toContain(words);
    expect(error.code).toBe(code === 403 ? "step/action-failed" : notReady);
  });

  it("is not blamed for a mistake that has nothing to do with it", async () => {
    const port = await http((_, response) => response.writeHead(404).end());
    expect((await told(kubeconfig(`http://127.0.0.1:${port}`), "20s", ["frobnicate"])).message).toBe(
      "a command ended with exit code 1",
    );
  });
});

describe.skipIf(!existsSync(kubectl))("a kubeconfig that kubectl cannot read", () => {
  it.each([
    ["is cut in the middle", '{"clusters": [{"name": "c", "clus'],
    ["is no kubeconfig", "- a\n- b\n"],
    ["has a number in a name's place", "clusters:\n- name: 12\n  cluster: {server: https://x}\n"],
  ])("because it %s is named, with what is wrong", async (_, config) => {
    expect((await told(config)).message).toMatch(/^the kubeconfig \S*\/kubeconfig cannot be read: .{10,}/);
  });
});
