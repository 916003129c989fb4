import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Secret } from "../../src/core/secret.ts";
import { fakePassword, installNoisyShell } from "./doubles.ts";
import { failure, practice, scratch, seen } from "./practice.ts";

const soon = { timeoutMs: 60_000 };
const whoami = `printf %s "\${FAKE_ROOT:-no}"`;
const withPassword = { sudoPassword: new Secret(fakePassword) };

function log(folder: string, name: string): readonly string[] {
  const path = join(folder, name);
  return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
}

describe("a login as root", () => {
  test("never calls sudo", async () => {
    const { folder, connect } = await practice({ uid: 0 });
    const connection = await connect();
    expect((await connection.exec(whoami, soon)).stdout).toBe("no");
    expect(log(folder, "sudo.log")).toEqual([]);
  });

  test("does not take the sudo password for a line of the script", async () => {
    const { connect } = await practice({ uid: 0 });
    const connection = await connect({}, withPassword);
    expect(await connection.exec("echo fine", soon)).toEqual({ code: 0, stdout: "fine\n", stderr: "" });
    expect(await connection.exec("echo fine", soon)).toEqual({ code: 0, stdout: "fine\n", stderr: "" });
  });
});

describe("a login that sudo lets through without a password", () => {
  test("runs scripts as root, with one exec for the first of them", async () => {
    const { server, connect } = await practice({ uid: 1000 });
    expect((await (await connect()).exec(whoami, soon)).stdout).toBe("yes");
    expect(server.commands).toHaveLength(1);
  });

  test("is found out once per connection", async () => {
    const { server, connect, folder } = await practice({ uid: 1000 });
    const connection = await connect();
    for (const n of [1, 2, 3]) expect((await connection.exec(`echo ${n}`, soon)).stdout).toBe(`${n}\n`);
    const later = 'exec sudo -n -- /bin/sh -s "$SSH_CONNECTION"';
    expect(server.commands.slice(1)).toEqual([later, later]);
    expect(log(folder, "sudo.log")).toHaveLength(3);
    expect(log(folder, "sudo.log").filter((line) => line.startsWith("-n -k -- /bin/sh -s"))).toHaveLength(1);
  });

  test("does not get the password it has no need for as a line of the script", async () => {
    const connection = await (await practice({ uid: 1000 })).connect({}, withPassword);
    expect(await connection.exec(whoami, soon)).toEqual({ code: 0, stdout: "yes", stderr: "" });
    expect(await connection.exec(whoami, soon)).toEqual({ code: 0, stdout: "yes", stderr: "" });
  });
});

describe("a login that sudo asks for a password", () => {
  test("runs scripts as root, and sudo's lecture is not taken for the script's stderr", async () => {
    const connection = await (await practice({ uid: 1000, sudo: "password" })).connect({}, withPassword);
    for (const _ of [1, 2]) {
      expect(await connection.exec(whoami, soon)).toEqual({ code: 0, stdout: "yes", stderr: "" });
    }
  });

  test("holds scripts as root", async () => {
    const connection = await (await practice({ uid: 1000, sudo: "password" })).connect({}, withPassword);
    const held = await connection.hold(`echo "\${FAKE_ROOT:-no}"; cat >/dev/null`);
    expect(held.first).toBe("yes");
    await held.release();
  });

  test("sends the password on stdin, never in a command line", async () => {
    const { server, connect, folder } = await practice({ uid: 1000, sudo: "password" });
    const connection = await connect({}, withPassword);
    await connection.exec("true", soon);
    await connection.exec("true", soon);
    const commandLines = [...server.commands, ...log(folder, "sudo.log")].join("\n");
    expect(commandLines).toContain("-S");
    expect(commandLines).not.toContain("horse");
  });

  test("is refused after one attempt with a wrong password, and the error does not hold it", async () => {
    const { folder, connect } = await practice({ uid: 1000, sudo: "password" });
    const error = await failure(
      (await connect({}, { sudoPassword: new Secret("wr0ng") })).exec(`touch ${folder}/ran`, soon),
    );
    expect(error.code).toBe("sudo/denied");
    expect(error.remedy).toContain("password");
    expect(seen(error)).not.toContain("wr0ng");
    expect(log(folder, "tries.log")).toEqual(["1"]);
    expect(existsSync(join(folder, "ran"))).toBe(false);
  });

  test("is refused without a password, with sudo's own words and the way out", async () => {
    const error = await failure((await (await practice({ uid: 1000, sudo: "password" })).connect()).exec("true", soon));
    expect(error.code).toBe("sudo/denied");
    expect(error.host).toBe("node1");
    expect(error.details).toEqual(["sudo: a password is required"]);
    expect(error.remedy).toContain("/etc/sudoers.d/");
  });

  test("never gets a password with a line break, which sudo would take for two", async () => {
    const { connect, server } = await practice({ uid: 1000, sudo: "password" });
    expect((await failure(connect({}, { sudoPassword: new Secret("two\nlines") }))).code).toBe("sudo/denied");
    expect(server.logins()).toBe(0);
  });
});

describe("a login that is not in the sudoers file", () => {
  test("is refused with sudo's own words, also behind a shell that prints", async () => {
    const loginShell = installNoisyShell(scratch());
    const { connect } = await practice({ uid: 1000, sudo: "denied", loginShell });
    const error = await failure((await connect()).exec("true", soon));
    expect(error.code).toBe("sudo/denied");
    expect(error.message).toBe("ada cannot become root");
    expect(error.details).toContain("sudo: ada is not in the sudoers file");
  });

  test("cannot hold a script either", async () => {
    const { connect } = await practice({ uid: 1000, sudo: "denied" });
    expect((await failure((await connect()).hold("cat"))).code).toBe("sudo/denied");
  });
});

describe("where the login comes from", () => {
  const from = { env: { SSH_CONNECTION: "192.0.2.7 50022 10.77.0.11 22" } };
  const say = `printf '%s, ' "$SSH_CONNECTION" "$#"`;

  test.each([
    ["a login as root", { uid: 0 }, {}],
    ["sudo", { uid: 1000 }, {}],
    ["sudo with a password", { uid: 1000, sudo: "password" }, withPassword],
  ] as const)("is known to every script, by way of %s", async (_name, how, login) => {
    const connection = await (await practice({ ...how, ...from })).connect({}, login);
    for (const _ of [1, 2]) {
      expect((await connection.exec(say, soon)).stdout).toBe("192.0.2.7 50022 10.77.0.11 22, 0, ");
    }
  });
});
