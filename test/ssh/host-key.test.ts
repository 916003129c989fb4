import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import { fingerprint, type HostKey, parseHostKey } from "../../src/connection/host-key.ts";
import { createConnect } from "../../src/connection/ssh.ts";
import { DroverError } from "../../src/core/errors.ts";
import { newKey } from "./new-key.ts";
import { failure, hostKey, practice, seen, stopClock } from "./practice.ts";

const unpinned = { hostKey: undefined };
const otherKey = newKey();
const rsaKey = newKey({ type: "rsa" });

function key(text: string): HostKey {
  const parsed = parseHostKey(text);
  if (parsed === undefined) throw new Error("a test key that is none");
  return parsed;
}

describe("a pinned host key", () => {
  test("that the host shows lets us in, without a known_hosts file", async () => {
    const { connect, settings } = await practice();
    await connect();
    expect(existsSync(settings.knownHosts)).toBe(false);
  });

  test("that the host does not show refuses it with both fingerprints, and nobody is asked", async () => {
    const { connect, server } = await practice();
    let isAsked = false;
    const confirmHostKey = async () => {
      isAsked = true;
      return true;
    };
    const error = await failure(connect({ confirmHostKey }, { hostKey: otherKey.public }));
    expect(error.code).toBe("ssh/host-key-changed");
    expect(seen(error)).toContain(fingerprint(key(hostKey.public)));
    expect(seen(error)).toContain(fingerprint(key(otherKey.public)));
    expect(isAsked).toBe(false);
    expect(server.logins()).toBe(0);
  });

  test("is asked for by its type, where the host has several keys", async () => {
    const { connect } = await practice({ hostKeys: [hostKey.private, rsaKey.private] });
    await connect({}, { hostKey: rsaKey.public });
    await connect({}, { hostKey: hostKey.public });
  });

  test("of another type than all that the host has is a changed key", async () => {
    const { connect } = await practice();
    expect((await failure(connect({}, { hostKey: rsaKey.public }))).code).toBe("ssh/host-key-changed");
  });

  test("that is no key is a mistake in the inventory", async () => {
    const { connect } = await practice();
    expect((await failure(connect({}, { hostKey: "ssh-ed25519 nonsense" }))).code).toBe("inventory/invalid");
  });
});

describe("a host that known_hosts has", () => {
  test("is let in by its line", async () => {
    const { connect, settings, server } = await practice();
    writeFileSync(settings.knownHosts, `[127.0.0.1]:${server.port} ${hostKey.public}\n`);
    await connect({}, unpinned);
  });

  test("is refused with both fingerprints when its key is another now", async () => {
    const { connect, settings, server } = await practice();
    writeFileSync(settings.knownHosts, `[127.0.0.1]:${server.port} ${otherKey.public}\n`);
    const error = await failure(connect({ confirmHostKey: async () => true }, unpinned));
    expect(error.code).toBe("ssh/host-key-changed");
    expect(error.details).toEqual([
      `known: ${fingerprint(key(otherKey.public))} (ssh-ed25519)`,
      `shown by the host: ${fingerprint(key(hostKey.public))} (ssh-ed25519)`,
    ]);
  });

  test("is refused when its key is revoked, and nobody is asked", async () => {
    const { connect, settings } = await practice();
    writeFileSync(settings.knownHosts, `@revoked * ${hostKey.public}\n`);
    const error = await failure(connect({ confirmHostKey: async () => true }, unpinned));
    expect(error.code).toBe("ssh/host-key-changed");
    expect(error.message).toContain("revoked");
  });
});

describe("an unknown host", () => {
  test("is refused with its fingerprint when nobody can be asked", async () => {
    const { connect, server } = await practice();
    const error = await failure(connect({}, unpinned));
    expect(error.code).toBe("ssh/host-key-unknown");
    expect(error.host).toBe("node1");
    expect(error.message).toContain(fingerprint(key(hostKey.public)));
    expect(error.remedy).toContain("ssh-keygen -lf");
    expect(server.logins()).toBe(0);
  });

  test("is let in after a yes, and written down 0600 so that nobody is asked again", async () => {
    const { connect, settings, server } = await practice();
    const asked: string[] = [];
    const confirmHostKey = async (_host: unknown, shown: string) => {
      asked.push(shown);
      return true;
    };
    await connect({ confirmHostKey }, unpinned);
    await connect({ confirmHostKey }, unpinned);
    expect(asked).toEqual([fingerprint(key(hostKey.public))]);
    const written = readFileSync(settings.knownHosts, "utf8");
    expect(written).toBe(`[127.0.0.1]:${server.port} ${hostKey.public.split(" ").slice(0, 2).join(" ")}\n`);
    expect(statSync(settings.knownHosts).mode & 0o777).toBe(0o600);
  });

  test("is refused after a no, and nothing is written", async () => {
    const { connect, settings } = await practice();
    const error = await failure(connect({ confirmHostKey: async () => false }, unpinned));
    expect(error.code).toBe("ssh/host-key-unknown");
    expect(existsSync(settings.knownHosts)).toBe(false);
  });

  test("is added on a line of its own to a file without a final newline", async () => {
    const { connect, settings } = await practice();
    writeFileSync(settings.knownHosts, `elsewhere ${otherKey.public}`);
    await connect({ confirmHostKey: async () => true }, unpinned);
    expect(readFileSync(settings.knownHosts, "utf8").trim().split("\n")).toHaveLength(2);
  });

  test("may be thought about for longer than a login may take", async () => {
    const { connect } = await practice();
    stopClock();
    const confirmHostKey = async () => {
      await vi.advanceTimersByTimeAsync(60_000);
      return true;
    };
    await connect({ confirmHostKey, readyTimeoutMs: 1_000 }, unpinned);
  });

  test("is asked about one at a time, and a question that fails does not hold up the next", async () => {
    const { host, settings } = await practice();
    const open = { now: 0, most: 0, asked: 0 };
    const confirmHostKey = async () => {
      open.now += 1;
      open.asked += 1;
      open.most = Math.max(open.most, open.now);
      await new Promise((resolve) => setTimeout(resolve, 20));
      open.now -= 1;
      if (open.asked === 1) throw new DroverError("cli/cancelled", "cancelled", { remedy: "Run it again." });
      return false;
    };
    const connect = createConnect({ ...settings, confirmHostKey });
    const together = Array.from({ length: 3 }, () => failure(connect({ ...host, ...unpinned })));
    const codes = (await Promise.all(together)).map(({ code }) => code);
    expect(codes.sort()).toEqual(["cli/cancelled", "ssh/host-key-unknown", "ssh/host-key-unknown"]);
    expect(open).toEqual({ now: 0, most: 1, asked: 3 });
  });
});
