import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createConnect } from "../../src/connection/ssh.ts";
import type { Endpoint, Host } from "../../src/core/cluster.ts";
import { Secret } from "../../src/core/secret.ts";
import { newKey } from "./new-key.ts";
import { failure, hostAt, hostKey, practice, scratch, seen, userKey } from "./practice.ts";
import { startTestServer, type TestServer, type TestServerOptions } from "./test-server.ts";

const soon = { timeoutMs: 60_000 };
const otherKey = newKey();

async function server(over: Partial<TestServerOptions> = {}): Promise<TestServer> {
  const started = await startTestServer({
    hostKeys: [hostKey.private],
    authorized: userKey.public,
    env: { PATH: "/usr/bin:/bin" },
    forwards: true,
    ...over,
  });
  onTestFinished(() => started.stop());
  return started;
}

/** A way over jump hosts to a practice host, and a folder with the key. */
async function way(hops: readonly TestServer[], change: (hop: Endpoint, index: number) => Endpoint = (hop) => hop) {
  const target = await practice();
  const hopAt = (hop: TestServer, index: number): Endpoint =>
    change({ ...hostAt(hop.port, { keyPath: target.host.keyPath }), name: `jump${index + 1}` }, index);
  const host: Host = { ...target.host, jump: hops.map(hopAt) };
  return { ...target, host };
}

async function connected(given: { readonly host: Host; readonly settings: Parameters<typeof createConnect>[0] }) {
  const connection = await createConnect(given.settings)(given.host);
  onTestFinished(() => connection.close());
  return connection;
}

describe("a jump host", () => {
  test("leads to the host, which sees the login come from there", async () => {
    const jump = await server();
    const given = await way([jump]);
    const connection = await connected(given);
    expect((await connection.exec("echo in", soon)).stdout).toBe("in\n");
    expect(jump.forwarded).toEqual([given.server.port]);
    expect(jump.commands).toEqual([]);
  });

  test("can lie behind others", async () => {
    const hops = [await server(), await server(), await server()];
    const given = await way(hops);
    expect((await (await connected(given)).exec("echo in", soon)).stdout).toBe("in\n");
    expect(hops.map((hop) => hop.forwarded)).toEqual([[hops[1]?.port], [hops[2]?.port], [given.server.port]]);
  });

  test("is logged in to once, however many hosts lie behind it, and left with the last of them", async () => {
    let lines = 0;
    const jump = await server({
      onReady: (line) => {
        lines += 1;
        line.on("close", () => {
          lines -= 1;
        });
      },
    });
    const given = await way([jump]);
    const connect = createConnect(given.settings);
    const connections = await Promise.all(Array.from({ length: 12 }, () => connect(given.host)));
    expect([jump.logins(), given.server.logins()]).toEqual([1, 12]);
    for (const connection of connections.slice(1)) await connection.close();
    expect(lines).toBe(1);
    expect((await connections[0]?.exec("echo still in", soon))?.stdout).toBe("still in\n");
    await connections[0]?.close();
    await expect.poll(() => lines).toBe(0);
    await (await connect(given.host)).close();
    expect(jump.logins()).toBe(2);
  });

  test("that goes away ends what runs through it, and is logged in to anew by the next", async () => {
    const jump = await server();
    const given = await way([jump]);
    const connect = createConnect(given.settings);
    const connection = await connect(given.host);
    const running = failure(connection.exec("sleep 30", { timeoutMs: 30_000 }));
    await expect.poll(() => given.server.channels()).toBe(1);
    jump.cut("reset");
    expect((await running).code).toBe("ssh/connection-lost");
    await connection.close();
    const again = await connect(given.host);
    expect((await again.exec("echo back", soon)).stdout).toBe("back\n");
    await again.close();
  });

  test("can have a user, a key and a password of its own", async () => {
    const jump = await server({ authorized: otherKey.public, password: { method: "password", text: "open sesame" } });
    const given = await way([jump], (hop) => ({
      ...hop,
      keyPath: undefined,
      login: { password: new Secret("open sesame") },
    }));
    expect((await (await connected(given)).exec("echo in", soon)).stdout).toBe("in\n");
  });
});

describe("the host keys on the way", () => {
  test("are checked on every hop: a changed one at the second is refused before anything is sent there", async () => {
    const hops = [await server(), await server({ hostKeys: [otherKey.private] })];
    const given = await way(hops);
    const error = await failure(connected(given));
    expect(error.code).toBe("ssh/host-key-changed");
    expect(error.host).toBe("node1");
    expect(error.message).toContain(`on the way to it, the key of 127.0.0.1 port ${hops[1]?.port} has changed`);
    expect(hops.map((hop) => hop.logins())).toEqual([1, 0]);
    expect(hops[1]?.tried).toEqual([]);
    expect(given.server.logins()).toBe(0);
  });

  test("of the host behind them too", async () => {
    const jump = await server();
    const given = await way([jump]);
    const error = await failure(connected({ ...given, host: { ...given.host, hostKey: otherKey.public } }));
    expect([error.code, error.host]).toEqual(["ssh/host-key-changed", "node1"]);
    expect(error.message).not.toContain("on the way");
    expect(given.server.logins()).toBe(0);
  });

  test("that are unknown are asked about, each machine by its name", async () => {
    const jump = await server();
    const given = await way([jump], (hop) => ({ ...hop, hostKey: undefined }));
    const asked: string[] = [];
    const confirmHostKey = async ({ name }: Endpoint) => asked.push(name) > 0;
    const settings = { ...given.settings, confirmHostKey };
    await (await createConnect(settings)({ ...given.host, hostKey: undefined })).close();
    expect(asked).toEqual(["jump1", "node1"]);
    await (await createConnect(settings)({ ...given.host, hostKey: undefined })).close();
    expect(asked).toHaveLength(2);
    const error = await failure(
      connected({ ...given, settings: { ...given.settings, knownHosts: join(scratch(), "none") } }),
    );
    expect(error.code).toBe("ssh/host-key-unknown");
  });
});

describe("a way that does not lead there", () => {
  test("because the jump host is down names it and the host", async () => {
    const jump = await server();
    const given = await way([jump]);
    await jump.stop();
    const error = await failure(connected(given));
    expect([error.code, error.host]).toEqual(["ssh/unreachable", "node1"]);
    expect(error.message).toBe(`on the way to it, 127.0.0.1 port ${jump.port} refuses the connection`);
  });

  test("because the jump host does not reach the host says from where", async () => {
    const jump = await server();
    const given = await way([jump]);
    await given.server.stop();
    const error = await failure(connected(given));
    expect([error.code, error.host]).toEqual(["ssh/unreachable", "node1"]);
    expect(error.message).toContain("cannot be reached from the jump host jump1");
    // The line to the jump host is not kept for nothing.
    await expect.poll(() => jump.channels()).toBe(0);
  });

  test("because the jump host forbids forwarding says what to set there", async () => {
    const jump = await server({ forwards: false });
    const error = await failure(connected(await way([jump])));
    expect(error.code).toBe("ssh/unreachable");
    expect(seen(error)).toMatch(/AllowTcpForwarding|jump1 may reach it/);
  });

  test("because the jump host refuses the login names the jump host's user", async () => {
    const jump = await server({ authorized: otherKey.public });
    const error = await failure(connected(await way([jump], (hop) => ({ ...hop, user: "guest" }))));
    expect([error.code, error.host]).toEqual(["ssh/auth-failed", "node1"]);
    expect(error.message).toContain("on the way to it, guest may not log in");
  });

  test("because it is black-holed behind the jump host ends in time", async () => {
    const hole = createServer();
    await new Promise<void>((resolve) => hole.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void hole.close());
    const address = hole.address();
    const jump = await server();
    const given = await way([jump]);
    const port = typeof address === "object" && address !== null ? address.port : 0;
    hole.on("connection", (socket) => onTestFinished(() => void socket.destroy()));
    const error = await failure(connected({ ...given, host: { ...given.host, port, login: { timeoutSeconds: 1 } } }));
    expect([error.code, error.host]).toEqual(["ssh/unreachable", "node1"]);
    expect(error.message).toContain("does not answer");
  });

  test("because its key file is not there is told of the host", async () => {
    const jump = await server();
    const error = await failure(connected(await way([jump], (hop) => ({ ...hop, keyPath: "/nonexistent/key" }))));
    expect([error.code, error.host]).toEqual(["ssh/key-unreadable", "node1"]);
  });
});
