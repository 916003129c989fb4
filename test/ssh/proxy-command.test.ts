import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { createShowKey } from "../../src/connection/show-key.ts";
import { type ConnectSettings, createConnect } from "../../src/connection/ssh.ts";
import { failure, hostKey, practice, scratch, stopClock, userKey } from "./practice.ts";
import { startTestServer } from "./test-server.ts";

const soon = { timeoutMs: 60_000 };

/** What nc does, for machines that have none: bytes from here to there and back. Writes its pid beside itself. */
function pipeProgram(folder: string): string {
  const path = join(folder, "pipe.mjs");
  writeFileSync(
    path,
    `import { connect } from "node:net";
import { writeFileSync } from "node:fs";
writeFileSync(${JSON.stringify(`${path}.pid`)}, String(process.pid));
const socket = connect(Number(process.argv[3]), process.argv[2]);
socket.on("error", (error) => { console.error(error.message); process.exit(1); });
socket.on("close", () => process.exit(0));
process.stdin.pipe(socket);
socket.pipe(process.stdout);
`,
  );
  return path;
}

async function way() {
  const given = await practice();
  const pipe = pipeProgram(given.folder);
  const command = `${process.execPath} ${pipe} 127.0.0.1 ${given.host.port}`;
  // Where there is nothing: only the command leads to it.
  const over = { address: "192.0.2.1", port: 22, proxyCommand: command };
  const pid = () => Number(readFileSync(`${pipe}.pid`, "utf8"));
  return { ...given, over, command, pid };
}

/** A program that ended and was not asked for yet (state Z) is not alive: not every machine's first process asks. */
const isAlive = (pid: number) => {
  const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
  return /^[^Z]/.test(stdout.trim());
};

/** A line has been written to this file, and what its writer said before can have arrived here. */
async function written(path: string): Promise<void> {
  await expect.poll(() => existsSync(path) && readFileSync(path, "utf8")).toMatch(/\n$/);
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** How a login fails whose time is over once its command has written to this file. */
async function outOfTime(
  connect: Awaited<ReturnType<typeof way>>["connect"],
  over: Parameters<typeof connect>[1],
  path: string,
) {
  stopClock();
  const work = failure(connect({ readyTimeoutMs: 1000 }, over));
  await written(path);
  vi.advanceTimersByTime(1000);
  return work;
}

describe("a ProxyCommand", () => {
  test("brings the bytes where no network does, and ends with the connection", async () => {
    const { connect, over, pid } = await way();
    const connection = await connect({}, over);
    const big = "x".repeat(3 * 1024 * 1024);
    expect((await connection.exec(`echo in; cat <<'E' | wc -c\n${big}\nE`, soon)).stdout).toMatch(/^in\n\s*3145729\n$/);
    expect((await connection.exec("head -c 3000000 /dev/zero | tr '\\0' y", soon)).stdout).toHaveLength(3_000_000);
    expect(isAlive(pid())).toBe(true);
    await connection.close();
    await expect.poll(() => isAlive(pid())).toBe(false);
  });

  test("is run by the operator's own shell", async () => {
    const { folder, connect, over } = await way();
    const shell = join(folder, "myshell");
    writeFileSync(shell, `#!/bin/sh\necho "$@" > ${folder}/ran\nexec /bin/sh "$@"\n`, { mode: 0o755 });
    await connect({ shell }, over);
    expect(readFileSync(join(folder, "ran"), "utf8")).toBe(`-c exec ${over.proxyCommand}\n`);
  });

  test("that ends before the login is told with what it said", async () => {
    const { connect, over } = await way();
    const proxyCommand = "sh -c 'echo connecting >&2; echo no route to the bastion >&2; exit 3'";
    const error = await failure(connect({}, { ...over, proxyCommand }));
    expect(error).toMatchObject({ code: "ssh/unreachable", host: "node1" });
    expect(error.message).toBe("its ProxyCommand ended (exit code 3)");
    expect(error.details).toEqual([`ProxyCommand ${proxyCommand}`, "connecting", "no route to the bastion"]);
  });

  test.each([
    ["nonexistent-program-of-drover", /ended \(exit code 127\)/, /not found/],
    ["sh -c 'kill -9 $$'", /ended \(SIGKILL\)/, /^ProxyCommand/],
    ["true", /ended \(exit code 0\)/, /^ProxyCommand/],
    ["echo HTTP/1.1 403 Forbidden", /ended \(exit code 0\)|gave no SSH session|cut the connection/, /^ProxyCommand/],
  ])("that is no way is told: %s", async (proxyCommand, message, detail) => {
    const { connect, over } = await way();
    const error = await failure(connect({}, { ...over, proxyCommand }));
    expect(error.code).toBe("ssh/unreachable");
    expect(error.message).toMatch(message);
    expect(error.details.join("\n")).toMatch(new RegExp(detail.source, "m"));
  });

  test("that stays silent is cut when a login's time is over, with what it said", async () => {
    const { connect, over, folder } = await way();
    const said = join(folder, "p");
    const proxyCommand = `sh -c 'echo waiting for the VPN >&2; echo $$ >${said}; sleep 60'`;
    const error = await outOfTime(connect, { ...over, proxyCommand }, said);
    expect(error.message).toContain("does not answer");
    expect(error.details).toContain("waiting for the VPN");
    const pid = Number(readFileSync(said, "utf8"));
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  test("that started others takes them with it", async () => {
    const { folder, connect, over } = await way();
    const child = join(folder, "child");
    const proxyCommand = `sh -c 'sleep 60 & echo $! >${child}; wait'`;
    await outOfTime(connect, { ...over, proxyCommand }, child);
    await expect.poll(() => isAlive(Number(readFileSync(child, "utf8")))).toBe(false);
  });

  test("that floods stderr is quoted in its last lines alone", async () => {
    const { connect, over } = await way();
    const proxyCommand = "sh -c 'seq 1 200000 >&2; head -c 9000 /dev/zero | tr \"\\0\" z >&2; exit 1'";
    const { details } = await failure(connect({}, { ...over, proxyCommand }));
    expect(details.length).toBeLessThan(25);
    expect(details).toContain("200000");
    expect(details.join("")).toMatch(/z{100}/);
    expect(Math.max(...details.map((line) => line.length))).toBeLessThan(500);
  });

  test("that dies later takes the connection with it: what runs there fails at once", async () => {
    const { connect, over, pid } = await way();
    const connection = await connect({}, over);
    const running = connection.exec("sleep 60", { timeoutMs: 60_000 });
    await sleep(200);
    process.kill(pid(), "SIGKILL");
    const error = await failure(running);
    expect(error.code).toBe("ssh/connection-lost");
    expect(error.message).toContain("its ProxyCommand ended (SIGKILL)");
  });

  test("leads to a jump host, and the jump host to the host", async () => {
    const given = await way();
    const jump = await startTestServer({
      hostKeys: [hostKey.private],
      authorized: userKey.public,
      env: { PATH: "/usr/bin:/bin" },
      forwards: true,
    });
    onTestFinished(() => jump.stop());
    const pipe = pipeProgram(scratch());
    const hop = {
      ...given.host,
      name: "jump",
      address: "192.0.2.1",
      proxyCommand: `${process.execPath} ${pipe} 127.0.0.1 ${jump.port}`,
    };
    const connection = await given.connect({}, { jump: [hop] });
    expect((await connection.exec("echo in", soon)).stdout).toBe("in\n");
    expect(jump.forwarded).toEqual([given.server.port]);
    await connection.close();
    const pid = Number(readFileSync(`${pipe}.pid`, "utf8"));
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  test("shows the host's key, too, and does not outlive that", async () => {
    const { settings, host, over, pid } = await way();
    const shown = await createShowKey(settings)({ ...host, ...over }, { trusted: [], revoked: [] });
    expect(shown.verdict.kind).toBe("unknown");
    await expect.poll(() => isAlive(pid())).toBe(false);
    const dead = createShowKey(settings)(
      { ...host, ...over, proxyCommand: "sh -c 'echo x >&2; exit 1'" },
      { trusted: [], revoked: [] },
    );
    expect((await failure(dead)).details).toContain("x");
  });

  test.each([{ address: "-oProxyCommand=x" }, { address: "a;id" }, { user: "$(id)" }, { user: "-l" }])(
    "is not even started for %j",
    async (bad) => {
      const { folder, settings, host, over } = await way();
      const connect = createConnect(settings satisfies ConnectSettings);
      const started = { ...host, ...over, proxyCommand: `touch ${folder}/started`, ...bad };
      expect((await failure(connect(started))).code).toBe("inventory/invalid");
      expect(existsSync(join(folder, "started"))).toBe(false);
    },
  );
});
