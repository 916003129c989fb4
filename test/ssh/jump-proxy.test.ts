import { once } from "node:events";
import { createServer, request } from "node:http";
import { connect } from "node:net";
import { type Duplex, PassThrough } from "node:stream";
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

  test("says so where nobody takes connections, and does not say first that all is well", async () => {
    const { proxy } = await world();
    for (const nobody of ["127.0.0.2:1", "localhost:1"])
      expect(await through(proxy.url, nobody)).toMatch(/^502 .*ECONNREFUSED/);
  });

  test("is no web server, and leaves nothing open", async () => {
    const { proxy } = await world();
    expect((await fetch(proxy.url)).status).toBe(405);
    await proxy.close();
    await expect(through(proxy.url, "localhost:1")).rejects.toThrow();
  });
});

describe("a way that takes its time", () => {
  /** A proxy whose ways are opened by hand: a double of jump hosts that are slow. */
  async function slow() {
    const asked = Promise.withResolvers<void>();
    const way = Promise.withResolvers<Duplex>();
    const wayTo = () => {
      asked.resolve();
      return way.promise;
    };
    const { host } = await practice();
    const behind: Host = { ...host, address: "10.0.0.11", jump: [host] };
    const proxy = await startJumpProxy({ hosts: [behind], port: 6443, wayTo });
    onTestFinished(() => proxy.close());
    const client = connect(Number(new URL(proxy.url).port), "127.0.0.1");
    client.on("error", () => undefined);
    client.write("CONNECT 10.0.0.11:6443 HTTP/1.1\r\nHost: x\r\n\r\n");
    await asked.promise;
    return { proxy, client, way };
  }

  test("is closed again where whoever asked for it has given up meanwhile", async () => {
    const { client, way } = await slow();
    // A reset is noticed by the proxy at once, while it waits.
    client.resetAndDestroy();
    const upstream = new PassThrough();
    await once(client, "close");
    // Whether the proxy knows of it by then or hears of it later, the way must not stay open.
    await new Promise((resolve) => setTimeout(resolve, 50));
    way.resolve(upstream);
    await once(upstream, "close");
  });

  test("is closed again where the proxy was closed meanwhile, so that the program can end", async () => {
    const { proxy, way } = await slow();
    await proxy.close();
    const upstream = new PassThrough();
    way.resolve(upstream);
    await once(upstream, "close");
  });

  test("carries what was sent before it was there", async () => {
    const { client, way } = await slow();
    client.write("early");
    const upstream = new PassThrough();
    way.resolve(upstream);
    const heard: string[] = [];
    client.on("data", (chunk) => heard.push(String(chunk)));
    // What goes in comes out again.
    await expect.poll(() => heard.join("")).toBe("HTTP/1.1 200 Connection Established\r\n\r\nearly");
  });

  test("that ends in an error ends the client's too", async () => {
    const { client, way } = await slow();
    const upstream = new PassThrough();
    way.resolve(upstream);
    await once(client, "data");
    upstream.destroy(new Error("the jump host is gone"));
    await once(client, "close");
  });

  test("that is refused in words no header may have is refused in those that it may", async () => {
    const { client, way } = await slow();
    way.reject(new Error("kein Weg: ü\r\nSet-Cookie: x=1"));
    const [said] = await once(client, "data");
    expect(String(said)).toBe("HTTP/1.1 502 Bad Gateway\r\nX-Drover: kein Weg:    Set-Cookie: x=1\r\n\r\n");
  });

  test.each(["nonsense", "10.0.0.11", "10.0.0.11:", "[10.0.0.11:22", ":0", "10.0.0.11:99999", "10.0.0.11:-1"])(
    "is none for %j",
    async (target) => {
      const { proxy } = await slow();
      expect(await through(proxy.url, target)).toMatch(/^502 \S/);
    },
  );
});
