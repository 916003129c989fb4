import { createServer, request } from "node:http";
import { describe, expect, onTestFinished, test } from "vitest";
import { startJumpProxy } from "../../src/connection/jump-proxy.ts";
import { createSsh } from "../../src/connection/ssh.ts";
import type { Host } from "../../src/core/cluster.ts";
import { hostAt, hostKey, practice, userKey } from "./practice.ts";
import { startTestServer } from "./test-server.ts";

/** A host behind a jump host, on which a web server listens, and the proxy that leads there. */
async function world(jumpForwards = true) {
  const web = createServer((_, response) => response.end("hello from behind"));
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void web.close());
  const address = web.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const jump = await startTestServer({
    hostKeys: [hostKey.private],
    authorized: userKey.public,
    forwards: jumpForwards,
  });
  onTestFinished(() => jump.stop());
  const given = await practice();
  const hop = { ...hostAt(jump.port, { keyPath: given.host.keyPath }), name: "bastion" };
  const host: Host = { ...given.host, jump: [hop] };
  const { wayTo } = createSsh(given.settings);
  const proxy = await startJumpProxy({ hosts: [host], port, wayTo });
  onTestFinished(() => proxy.close());
  return { jump, proxy, port, host };
}

/** What a server says through the proxy; the status of the proxy's answer where it does not lead there. */
function through(url: string, target: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const asked = request({ host: hostname, port, method: "CONNECT", path: target });
    asked.on("error", reject);
    asked.on("connect", (answer, socket) => {
      if (answer.statusCode !== 200) return resolve(`${answer.statusCode} ${answer.headers["x-drover"]}`);
      const chunks: string[] = [];
      socket.on("data", (chunk) => chunks.push(String(chunk)));
      socket.on("end", () => resolve(chunks.join("")));
      socket.write("GET / HTTP/1.0\r\n\r\n");
    });
    asked.end();
  });
}

describe("the proxy for hosts behind jump hosts", () => {
  test("leads to the host through its jump host, many times over one login", async () => {
    const { jump, proxy, port } = await world();
    const answers = await Promise.all([1, 2, 3].map(() => through(proxy.url, `127.0.0.1:${port}`)));
    for (const answer of answers) expect(answer).toContain("hello from behind");
    expect(jump.forwarded).toEqual([port, port, port]);
    expect(jump.logins()).toBe(1);
  });

  test("leads to nothing else of the host: whoever is on this machine may use it", async () => {
    const { proxy, jump } = await world();
    expect(await through(proxy.url, "127.0.0.1:22")).toMatch(/^502 only port \d+ of node1 is led to$/);
    expect(jump.forwarded).toEqual([]);
  });

  test("leads directly to what is behind no jump host", async () => {
    const { proxy, port, jump } = await world();
    expect(await through(proxy.url, `localhost:${port}`)).toContain("hello from behind");
    expect(jump.forwarded).toEqual([]);
  });

  test("says so where the way is closed", async () => {
    const { proxy, port } = await world(false);
    expect(await through(proxy.url, `127.0.0.1:${port}`)).toMatch(
      /^502 .*cannot be reached from the jump host bastion/,
    );
  });

  test("is no web server, and leaves nothing open", async () => {
    const { proxy } = await world();
    expect((await fetch(proxy.url)).status).toBe(405);
    await proxy.close();
    await expect(through(proxy.url, "localhost:1")).rejects.toThrow();
  });
});
