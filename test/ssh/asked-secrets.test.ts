import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { createConnect } from "../../src/connection/ssh.ts";
import { DroverError } from "../../src/core/errors.ts";
import { Secret } from "../../src/core/secret.ts";
import { fakePassword } from "./doubles.ts";
import { newKey } from "./new-key.ts";
import { failure, practice, seen, stopClock, userKey } from "./practice.ts";

const soon = { timeoutMs: 60_000 };
const stranger = newKey();

/** Somebody who gives these answers, one after the other, and what they were asked. */
function person(...answers: readonly string[]) {
  const questions: string[] = [];
  const askSecret = async (question: string) => {
    questions.push(question);
    await new Promise((resolve) => setTimeout(resolve, 20));
    return answers[questions.length - 1] ?? "no more answers";
  };
  return { questions, askSecret };
}

describe("a password", () => {
  const methods = ["password", "keyboard-interactive"] as const;

  test.each(methods)("that is at hand logs in by %s, where no key does", async (method) => {
    const { connect, server } = await practice({
      authorized: stranger.public,
      password: { method, text: "open sesame" },
    });
    const connection = await connect({}, { login: { password: new Secret("open sesame") } });
    expect((await connection.exec("echo in", soon)).stdout).toBe("in\n");
    expect(server.tried).toEqual([`${method} open sesame`]);
  });

  test.each(methods)("that is wrong is tried once by %s, and not repeated", async (method) => {
    const { connect, server } = await practice({
      authorized: stranger.public,
      password: { method, text: "open sesame" },
    });
    const error = await failure(connect({}, { keyPath: undefined, login: { password: new Secret("hunter2") } }));
    expect(error.code).toBe("ssh/auth-failed");
    expect(error.message).toContain("with the password");
    expect(seen(error)).not.toContain("hunter2");
    expect(server.tried).toEqual([`${method} hunter2`]);
  });

  test("is not asked for where the key opens", async () => {
    const { connect } = await practice({ password: { method: "password", text: "x" } });
    const { askSecret, questions } = person();
    await connect({ askSecret }, { login: { password: "ask" } });
    expect(questions).toEqual([]);
  });

  test("is asked for once for all hosts with that user, also when they want to know at the same time", async () => {
    const { host, settings, server } = await practice({
      authorized: stranger.public,
      password: { method: "password", text: "open sesame" },
    });
    const { askSecret, questions } = person("open sesame");
    const connect = createConnect({ ...settings, askSecret });
    const hosts = Array.from({ length: 8 }, (_, n) => ({
      ...host,
      name: `n${n}`,
      login: { password: "ask" as const },
    }));
    const connections = await Promise.all(hosts.map(connect));
    expect(questions).toEqual(["Password of ada to log in:"]);
    expect(server.logins()).toBe(8);
    await Promise.all(connections.map((connection) => connection.close()));
  });

  test("that was mistyped costs one login, and is asked for again", async () => {
    const { connect, server } = await practice({
      authorized: stranger.public,
      password: { method: "password", text: "open sesame" },
    });
    const { askSecret, questions } = person("open barley", "open sesame");
    await connect({ askSecret }, { login: { password: "ask" } });
    expect(questions).toEqual(["Password of ada to log in:", "node1 did not take that. Password of ada to log in:"]);
    expect(server.tried).toEqual(["password open barley", "password open sesame"]);
  });

  test("is asked for three times at most, for all hosts together", async () => {
    const { host, settings, server } = await practice({
      authorized: stranger.public,
      password: { method: "password", text: "open sesame" },
    });
    const { askSecret, questions } = person();
    const connect = createConnect({ ...settings, askSecret });
    const hosts = ["a", "b", "c"].map((name) => ({ ...host, name, login: { password: "ask" as const } }));
    const errors = await Promise.all(hosts.map((one) => failure(connect(one))));
    expect(errors.map(({ code }) => code)).toEqual(["ssh/auth-failed", "ssh/auth-failed", "ssh/auth-failed"]);
    expect(questions).toHaveLength(3);
    expect(server.tried).toHaveLength(3);
  });

  test("is not waited for where nobody can be asked", async () => {
    const { connect } = await practice({ authorized: stranger.public });
    const error = await failure(connect({}, { login: { password: "ask" } }));
    expect(error.code).toBe("ssh/auth-failed");
  });

  test("that nobody wants to type cancels", async () => {
    const { connect } = await practice({ authorized: stranger.public });
    const askSecret = () => Promise.reject(new DroverError("cli/cancelled", "cancelled", { remedy: "Run it again." }));
    expect((await failure(connect({ askSecret }, { login: { password: "ask" } }))).code).toBe("cli/cancelled");
  });
});

describe("a second factor", () => {
  const secondFactor = { prompt: "Verification code: ", answer: "123456" };

  test("is asked of a person, who may take longer than a login may", async () => {
    const { connect, server } = await practice({ secondFactor });
    const asked: string[] = [];
    stopClock();
    const answerPrompt = async (_: unknown, prompt: string, echo: boolean) => {
      asked.push(`${prompt}${echo}`);
      await vi.advanceTimersByTimeAsync(60_000);
      return "123456";
    };
    const connection = await connect({ answerPrompt }, { login: { timeoutSeconds: 1 } });
    expect((await connection.exec("echo in", soon)).stdout).toBe("in\n");
    expect(asked).toEqual(["Verification code: false"]);
    expect(server.tried).toEqual(["publickey", "keyboard-interactive 123456"]);
  });

  test("without anybody to ask is a refused login", async () => {
    const { connect } = await practice({ secondFactor });
    expect((await failure(connect())).code).toBe("ssh/auth-failed");
  });
});

describe("an encrypted key", () => {
  const locked = newKey({ passphrase: "sesame" });

  test("is opened by a person, once for all hosts", async () => {
    const { folder, host, settings } = await practice({ authorized: locked.public });
    const keyPath = join(folder, "locked");
    writeFileSync(keyPath, locked.private);
    const { askSecret, questions } = person("barley", "sesame");
    const connect = createConnect({ ...settings, askSecret });
    const hosts = ["a", "b", "c"].map((name) => ({ ...host, name, keyPath, login: { passphrase: "ask" as const } }));
    const connections = await Promise.all(hosts.map(connect));
    expect(questions).toEqual([`Passphrase of ${keyPath}:`, `That does not open it. Passphrase of ${keyPath}:`]);
    await Promise.all(connections.map((connection) => connection.close()));
  });

  test("that the host does not take either is a refused login", async () => {
    const { folder, connect } = await practice();
    const keyPath = join(folder, "locked");
    writeFileSync(keyPath, locked.private);
    const { askSecret, questions } = person("sesame");
    const error = await failure(connect({ askSecret }, { keyPath, login: { passphrase: "ask" } }));
    expect(error.code).toBe("ssh/auth-failed");
    expect(questions).toHaveLength(1);
  });
});

describe("sudo's password", () => {
  const needing = () => practice({ uid: 1000, sudo: "password" });
  const asked = { sudoPassword: "ask" as const };

  test("is asked for when sudo wants one, and only then", async () => {
    const free = await practice({ uid: 1000 });
    const { askSecret, questions } = person(fakePassword);
    await (await free.connect({ askSecret }, asked)).exec("true", soon);
    expect(questions).toEqual([]);
    const { connect } = await needing();
    const connection = await connect({ askSecret }, asked);
    expect((await connection.exec(`printf %s "$FAKE_ROOT"`, soon)).stdout).toBe("yes");
    expect((await connection.exec(`printf %s "$FAKE_ROOT"`, soon)).stdout).toBe("yes");
    expect(questions).toEqual(["Password of ada for sudo on the hosts:"]);
  });

  test("is asked for once for all hosts, and for scripts that start at the same time", async () => {
    const { settings, host } = await needing();
    const { askSecret, questions } = person(fakePassword);
    const connect = createConnect({ ...settings, askSecret });
    const connections = await Promise.all(["a", "b", "c"].map((name) => connect({ ...host, ...asked, name })));
    onTestFinished(async () => void (await Promise.all(connections.map((connection) => connection.close()))));
    const run = connections.flatMap((connection) => [connection, connection].map((one) => one.exec("echo x", soon)));
    expect((await Promise.all(run)).map(({ stdout }) => stdout)).toEqual(Array.from({ length: 6 }, () => "x\n"));
    expect(questions).toHaveLength(1);
  });

  test("that was mistyped is tried once, and asked for again", async () => {
    const { connect, folder } = await needing();
    const { askSecret, questions } = person("wr0ng", fakePassword);
    const connection = await connect({ askSecret }, asked);
    expect((await connection.exec("echo x", soon)).stdout).toBe("x\n");
    expect(questions).toHaveLength(2);
    expect(
      readFileSync(join(folder, "tries.log"), "utf8")
        .split("\n")
        .filter((line) => line === "1").length,
    ).toBeGreaterThan(1);
  });

  test("also opens the way for scripts that are held", async () => {
    const { connect } = await needing();
    const held = await (await connect(person(fakePassword), asked)).hold(`echo "$FAKE_ROOT"; cat >/dev/null`);
    expect(held.first).toBe("yes");
    await held.release();
  });

  test("that nobody can be asked for is told with what to do; the script has not run", async () => {
    const { connect, folder } = await needing();
    const error = await failure((await connect({}, asked)).exec(`touch ${folder}/ran`, soon));
    expect(error.code).toBe("sudo/denied");
    expect(error.remedy).toContain("ssh.sudoPassword");
    expect(existsSync(join(folder, "ran"))).toBe(false);
  });
});

describe("a secret", () => {
  test("shows nowhere but where it is revealed", () => {
    const secret = new Secret("hunter2");
    const shown = [String(secret), `${secret}`, JSON.stringify({ secret }), JSON.stringify([secret])];
    expect(shown.join()).not.toContain("hunter2");
    expect(secret.reveal()).toBe("hunter2");
    expect(structuredClone({ secret })).not.toHaveProperty("secret.value");
  });

  test("is not in what can be seen of a host", async () => {
    const { host } = await practice({ authorized: userKey.public });
    const { inspect } = await import("node:util");
    const full = { ...host, sudoPassword: new Secret("hunter2"), login: { password: new Secret("hunter2") } };
    expect(inspect(full, { depth: 9, showHidden: true }) + JSON.stringify(full)).not.toContain("hunter2");
  });
});
