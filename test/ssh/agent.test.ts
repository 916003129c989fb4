import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { newKey } from "./new-key.ts";
import { failure, practice, userKey } from "./practice.ts";

const soon = { timeoutMs: 60_000 };
const strangers = Array.from({ length: 3 }, () => newKey());
const hasAgent = existsSync("/usr/bin/ssh-agent") && existsSync("/usr/bin/ssh-add");

/** The real ssh-agent of OpenSSH with these keys, on a socket of its own; gone with the test. */
async function realAgent(folder: string, keys: readonly { readonly private: string }[]): Promise<string> {
  const socket = join(folder, "real-agent.sock");
  const agent = spawn("/usr/bin/ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
  onTestFinished(() => void agent.kill());
  // The socket is there before anybody listens; ssh-add ends with 2 where it gets no answer (ssh-add(1)).
  const asked = () => spawnSync("/usr/bin/ssh-add", ["-l"], { env: { SSH_AUTH_SOCK: socket }, stdio: "ignore" });
  await expect.poll(() => asked().status).toBe(1);
  keys.forEach((key, index) => {
    const path = join(folder, `agent-key-${index}`);
    writeFileSync(path, key.private, { mode: 0o600 });
    execFileSync("/usr/bin/ssh-add", ["-q", path], { env: { SSH_AUTH_SOCK: socket }, stdio: "ignore" });
  });
  return socket;
}

describe.skipIf(!hasAgent)("the real ssh-agent", () => {
  test("lets us in with the one of its keys that the host takes", async () => {
    const { folder, connect } = await practice();
    const agentSocket = await realAgent(folder, [...strangers, userKey]);
    const connection = await connect({ agentSocket }, { keyPath: undefined });
    expect((await connection.exec("echo in", soon)).stdout).toBe("in\n");
  });

  test("without that key is a refused login", async () => {
    const { folder, connect } = await practice();
    const agentSocket = await realAgent(folder, strangers);
    expect((await failure(connect({ agentSocket }, { keyPath: undefined }))).code).toBe("ssh/auth-failed");
  });

  test("shows only the named key, with IdentitiesOnly: an encrypted file whose .pub lies beside it", async () => {
    const locked = newKey({ passphrase: "sesame" });
    const { folder, connect, server } = await practice();
    const agentSocket = await realAgent(folder, [...strangers, userKey]);
    const keyPath = join(folder, "locked");
    writeFileSync(keyPath, locked.private);
    writeFileSync(`${keyPath}.pub`, userKey.public);
    await connect({ agentSocket }, { keyPath, login: { identitiesOnly: true } });
    expect(server.tried).toEqual(["publickey"]);
    writeFileSync(`${keyPath}.pub`, locked.public);
    const error = await failure(connect({ agentSocket }, { keyPath, login: { identitiesOnly: true } }));
    expect(error.code).toBe("ssh/auth-failed");
  });

  test("of the host's own setting wins over that of the environment, and none means none", async () => {
    const { folder, connect } = await practice();
    const identityAgent = await realAgent(folder, [userKey]);
    await connect({ agentSocket: "/nonexistent" }, { keyPath: undefined, login: { identityAgent } });
    const error = await failure(
      connect({ agentSocket: identityAgent }, { keyPath: undefined, login: { identityAgent: "none" } }),
    );
    expect(error.message).toContain("without a key or an agent");
  });
});

describe("several key files", () => {
  test("are tried one after the other", async () => {
    const { folder, connect } = await practice();
    const paths = [...strangers, userKey].map((key, index) => {
      const path = join(folder, `id-${index}`);
      writeFileSync(path, key.private);
      return path;
    });
    const [keyPath, ...moreKeys] = paths;
    await connect({}, { keyPath, login: { moreKeys } });
    const error = await failure(connect({}, { keyPath, login: { moreKeys: moreKeys.slice(0, -1) } }));
    expect(error.message).toContain(`with the keys ${keyPath}, ${moreKeys[0]}`);
  });
});

describe("known_hosts", () => {
  test("of the host's own setting are read, the first one is written, and an alias stands for the address", async () => {
    const { folder, connect } = await practice();
    const knownHosts = [join(folder, "first"), join(folder, "second")];
    const login = { knownHosts, hostKeyAlias: "gpu-farm" };
    const yes = { confirmHostKey: async () => true };
    await connect(yes, { hostKey: undefined, login });
    expect(existsSync(join(folder, "first"))).toBe(true);
    expect(existsSync(join(folder, "known_hosts"))).toBe(false);
    await connect({}, { hostKey: undefined, login });
    await connect({}, { hostKey: undefined, login: { ...login, knownHosts: knownHosts.toReversed() } });
    const other = { ...login, hostKeyAlias: "another" };
    expect((await failure(connect({}, { hostKey: undefined, login: other }))).code).toBe("ssh/host-key-unknown");
  });
});
