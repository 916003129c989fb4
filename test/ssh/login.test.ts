import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import ssh2 from "ssh2";
import { describe, expect, onTestFinished, test } from "vitest";
import { foundKeys } from "../../src/cli/init/found-keys.ts";
import { isTokenKey } from "../../src/connection/key-files.ts";
import { createConnect } from "../../src/connection/ssh.ts";
import { Secret } from "../../src/core/secret.ts";
import { newKey, tokenKey } from "./new-key.ts";
import { failure, hostAt, practice, scratch, seen, userKey } from "./practice.ts";

const stranger = newKey();

async function listen(server: Server, at: string | number): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await new Promise<void>((resolve) =>
    typeof at === "string" ? server.listen(at, resolve) : server.listen(at, "127.0.0.1", resolve),
  );
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

function connectTo(port: number, readyTimeoutMs = 60_000): Promise<unknown> {
  const folder = scratch();
  const keyPath = join(folder, "key");
  writeFileSync(keyPath, userKey.private);
  return createConnect({ knownHosts: join(folder, "known_hosts"), readyTimeoutMs })(hostAt(port, { keyPath }));
}

/** A double of ssh-agent, which is not on every machine: the real protocol, on a real socket. */
async function startAgent(folder: string, privateKey: string): Promise<string> {
  const key = ssh2.utils.parseKey(privateKey);
  if (key instanceof Error || Array.isArray(key)) throw new Error("a test key that is none");
  const path = join(folder, "agent.sock");
  const server = createServer((socket) => {
    const protocol = new ssh2.AgentProtocol(false);
    protocol.on("identities", (request) => protocol.getIdentitiesReply(request, [key]));
    protocol.on("sign", (request, _key, data, options) => protocol.signReply(request, key.sign(data, options.hash)));
    socket.pipe(protocol).pipe(socket);
  });
  await listen(server, path);
  return path;
}

describe("a host that cannot be reached", () => {
  test("refuses the connection", async () => {
    // No program is given port 1 by chance.
    const error = await failure(connectTo(1));
    expect(error.code).toBe("ssh/unreachable");
    expect(error.host).toBe("node1");
    expect(error.message).toBe(`127.0.0.1 port 1 refuses the connection`);
  });

  test("is black-holed: it takes the connection and never says a word", async () => {
    const port = await listen(createServer(), 0);
    const before = performance.now();
    const error = await failure(connectTo(port, 300));
    expect(performance.now() - before).toBeLessThan(30_000);
    expect(error.code).toBe("ssh/unreachable");
    expect(error.message).toContain("does not answer");
  });

  test("is something else than sshd", async () => {
    const port = await listen(
      createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")),
      0,
    );
    expect((await failure(connectTo(port))).code).toBe("ssh/unreachable");
  });

  test("hangs up at once", async () => {
    const port = await listen(
      createServer((socket) => socket.destroy()),
      0,
    );
    expect((await failure(connectTo(port))).code).toBe("ssh/unreachable");
  });

  test.each(["-oProxyCommand=x", "a b", "host;id", ""])("is not even tried when its address is %j", async (address) => {
    const connect = createConnect({
      knownHosts: "/nonexistent/known_hosts",
      agentSocket: "/nonexistent",
      readyTimeoutMs: 300,
    });
    expect((await failure(connect(hostAt(22, { address })))).code).toBe("inventory/invalid");
  });

  test.each(["-l", "a;b", "a b"])("is not even tried when its user is %j", async (user) => {
    const connect = createConnect({
      knownHosts: "/nonexistent/known_hosts",
      agentSocket: "/nonexistent",
      readyTimeoutMs: 300,
    });
    expect((await failure(connect(hostAt(22, { user })))).code).toBe("inventory/invalid");
  });
});

describe("a key file", () => {
  test("that the host does not take is named, with the user", async () => {
    const { folder, connect } = await practice();
    const keyPath = join(folder, "stranger");
    writeFileSync(keyPath, stranger.private);
    const error = await failure(connect({}, { keyPath }));
    expect(error.code).toBe("ssh/auth-failed");
    expect(error.message).toContain("ada may not log in");
    expect(error.message).toContain(keyPath);
    expect(error.remedy).toContain("authorized_keys");
  });

  test.each([
    { name: "is missing", write: () => {}, says: "does not exist" },
    { name: "is a folder", write: (path: string) => mkdirSync(path), says: "cannot be read" },
    {
      name: "is its .pub file",
      write: (path: string) => writeFileSync(path, userKey.public),
      says: "not a private key",
    },
    { name: "is nonsense", write: (path: string) => writeFileSync(path, "nonsense\n"), says: "not a private key" },
  ])("that $name is an error of its own", async ({ write, says }) => {
    const { folder, connect, server } = await practice();
    const keyPath = join(folder, "the-key");
    write(keyPath);
    const error = await failure(connect({}, { keyPath }));
    expect(error.code).toBe("ssh/key-unreadable");
    expect(error.message).toContain(keyPath);
    expect(error.message).toContain(says);
    expect(server.logins()).toBe(0);
  });

  test.each([
    { name: "sk-ssh-ed25519@openssh.com", locked: false },
    { name: "sk-ssh-ed25519@openssh.com", locked: true },
    { name: "sk-ecdsa-sha2-nistp256@openssh.com", locked: false },
    { name: "sk-ecdsa-sha2-nistp256@openssh.com", locked: true },
  ])(
    "that is of a security token ($name, locked: $locked) is called so, also where an agent is there",
    async ({ name, locked }) => {
      const { folder, connect, server } = await practice();
      const keyPath = join(folder, "token");
      const key = tokenKey(name, locked);
      const agentSocket = await startAgent(folder, userKey.private);
      for (const text of [key.private, key.public]) {
        writeFileSync(keyPath, text);
        const error = await failure(connect({ agentSocket }, { keyPath, login: { passphrase: "ask" } }));
        expect(error.code).toBe("ssh/key-unreadable");
        expect(error.message).toMatch(/is of a security token.* agent.* RKE/);
        expect(error.remedy).toContain("ssh-keygen -t ed25519");
      }
      expect(server.logins()).toBe(0);
    },
  );

  test("that only speaks of a security token's key, in its comment, is as good as any", async () => {
    const key = ssh2.utils.generateKeyPairSync("ed25519", { comment: "not sk-ssh-ed25519@openssh.com" });
    const { folder, connect } = await practice({ authorized: key.public });
    const keyPath = join(folder, "usual");
    writeFileSync(keyPath, key.private);
    await connect({}, { keyPath });
    expect(isTokenKey(key.private)).toBe(false);
  });

  test("that is of a security token is not proposed by init, locked or not", async () => {
    const home = scratch();
    mkdirSync(join(home, ".ssh"));
    const keys = { id_ed25519: userKey, id_ed25519_sk: tokenKey("sk-ssh-ed25519@openssh.com", true) };
    for (const [name, key] of Object.entries(keys)) writeFileSync(join(home, ".ssh", name), key.private);
    expect((await foundKeys(home)).map(({ path }) => path)).toEqual(["~/.ssh/id_ed25519"]);
  });

  test("that is encrypted opens with its passphrase, and with no other", async () => {
    const locked = newKey({ passphrase: "sesame" });
    const { folder, connect } = await practice({ authorized: locked.public });
    const keyPath = join(folder, "locked");
    writeFileSync(keyPath, locked.private);
    await connect({}, { keyPath, login: { passphrase: new Secret("sesame") } });
    for (const login of [{}, { passphrase: new Secret("open barley") }]) {
      const error = await failure(connect({}, { keyPath, login }));
      expect(error.code).toBe("ssh/key-unreadable");
      expect(error.remedy).toContain("ssh-add");
      expect(seen(error)).not.toContain("barley");
    }
  });

  test("that is encrypted is looked for in the agent", async () => {
    const locked = newKey({ passphrase: "sesame" });
    const { folder, connect } = await practice();
    const keyPath = join(folder, "locked");
    writeFileSync(keyPath, locked.private);
    await connect({ agentSocket: await startAgent(folder, userKey.private) }, { keyPath });
  });
});

describe("an agent", () => {
  test("that has the key lets us in", async () => {
    const { folder, connect } = await practice();
    const agentSocket = await startAgent(folder, userKey.private);
    const connection = await connect({ agentSocket }, { keyPath: undefined });
    expect((await connection.exec("echo in", { timeoutMs: 60_000 })).stdout).toBe("in\n");
  });

  test("that has another key, or is gone, is an error of the login", async () => {
    const { folder, connect } = await practice();
    const wrong = await startAgent(folder, stranger.private);
    for (const agentSocket of [wrong, join(folder, "nobody.sock")]) {
      const error = await failure(connect({ agentSocket }, { keyPath: undefined }));
      expect(error.code).toBe("ssh/auth-failed");
      expect(error.message).toContain("agent");
    }
  });

  test("is named in the remedy when there is neither key nor agent", async () => {
    const { connect } = await practice();
    const error = await failure(connect({}, { keyPath: undefined }));
    expect(error.code).toBe("ssh/auth-failed");
    expect(error.remedy).toContain("agent");
  });
});
