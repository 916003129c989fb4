import { describe, expect, test, vi } from "vitest";
import type { Connection } from "../../src/connection/types.ts";
import { failure, practice, stopClock } from "./practice.ts";

const soon = { timeoutMs: 120_000 };

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

describe("a line that is lost", () => {
  test.each(["end", "reset"] as const)("by %s fails the script that runs on it, at once", async (how) => {
    const { server, connect } = await practice();
    const connection = await connect();
    const work = failure(connection.exec("echo half an answer; sleep 120", soon));
    await pause(200);
    const before = performance.now();
    server.cut(how);
    const error = await work;
    expect(error.code).toBe("ssh/connection-lost");
    expect(error.host).toBe("node1");
    expect(performance.now() - before).toBeLessThan(30_000);
  });

  test("by a reset while nothing runs is no uncaught exception, and later scripts fail", async () => {
    const { server, connect } = await practice();
    const connection = await connect();
    await connection.exec("true", soon);
    server.cut("reset");
    await pause(50);
    expect((await failure(connection.exec("echo late", soon))).code).toBe("ssh/connection-lost");
    expect((await failure(connection.hold("cat"))).code).toBe("ssh/connection-lost");
    await connection.close();
  });

  test("by a goodbye in the packet that let us in is an error, not an uncaught exception", async () => {
    const { connect } = await practice({
      // Not in the server's API: DISCONNECT with a reason, 11 = by application, 12 = too many connections.
      onReady: (connection) => Reflect.get(connection, "_protocol").disconnect(12),
    });
    const work = connect().then((connection) => connection.exec("true", soon));
    expect((await failure(work)).code).toMatch(/^ssh\/(connection-lost|unreachable)$/);
  });

  test("fails the scripts that wait for their turn, too", async () => {
    const { server, connect } = await practice();
    const connection = await connect();
    const jobs = Array.from({ length: 8 }, () => failure(connection.exec("sleep 120", soon)));
    await pause(300);
    server.cut("reset");
    expect(new Set((await Promise.all(jobs)).map(({ code }) => code))).toEqual(new Set(["ssh/connection-lost"]));
  });

  test("while a hold is open ends the hold, and its release neither throws nor hangs", async () => {
    const { server, connect } = await practice();
    const connection = await connect();
    const held = await connection.hold("echo mine; cat >/dev/null");
    server.cut("reset");
    await pause(50);
    const before = performance.now();
    await held.release();
    await connection.close();
    expect(performance.now() - before).toBeLessThan(30_000);
  });

  test.each([
    ["a script", (connection: Connection) => connection.exec("true", { timeoutMs: 180_000 })],
    ["a hold", (connection: Connection) => connection.hold("echo mine")],
  ])(
    "by a host that vanished is what ends %s, also where keep-alive asks more seldom than it may take",
    async (_, run) => {
      let vanish = (): unknown => undefined;
      const { connect } = await practice({
        onReady: (_connection, socket) => {
          vanish = () => socket?.pause();
        },
      });
      const connection = await connect({}, { login: { keepAliveSeconds: 600 } });
      await connection.exec("true", soon);
      stopClock();
      vanish();
      const work = failure(run(connection));
      await vi.advanceTimersByTimeAsync(180_000);
      await vi.advanceTimersByTimeAsync(10_000);
      expect(await work).toMatchObject({
        code: "ssh/connection-lost",
        message: expect.stringMatching(/no longer answers$/),
      });
      expect((await failure(connection.exec("true", soon))).code).toBe("ssh/connection-lost");
    },
  );

  test("while a hold waits for its first line fails it", async () => {
    const { server, connect } = await practice();
    const work = failure((await connect()).hold("sleep 120"));
    await pause(200);
    server.cut("end");
    expect((await work).code).toBe("ssh/connection-lost");
  });
});

describe("a channel", () => {
  test("that is closed without an exit code is a lost connection, never a success", async () => {
    const { connect } = await practice({
      onExec: (channel) => {
        channel.write("looks like an answer\n");
        channel.end();
        return true;
      },
    });
    expect((await failure((await connect()).exec("true", soon))).code).toBe("ssh/connection-lost");
  });
});

describe("closing", () => {
  test("fails what still runs, may be done twice, and later scripts fail", async () => {
    const connection = await (await practice()).connect();
    const work = failure(connection.exec("sleep 120", soon));
    await pause(100);
    await connection.close();
    await connection.close();
    expect((await work).code).toBe("ssh/connection-lost");
    expect((await failure(connection.exec("true", soon))).code).toBe("ssh/connection-lost");
  });

  test("waits for no answer, and the goodbye arrives all the same", async () => {
    const heard = Promise.withResolvers<readonly string[]>();
    let hear = (): unknown => undefined;
    const { connect } = await practice({
      onReady: (there, socket) => {
        const events: string[] = [];
        hear = () => socket?.resume();
        there.on("error", (error: Error) => events.push(error.message));
        there.on("close", () => heard.resolve(events));
        // 1 is SSH_MSG_DISCONNECT.
        Reflect.get(there, "_protocol")._handlers.DISCONNECT = () => events.push("goodbye");
        socket?.pause();
      },
    });
    const connection = await connect();
    stopClock();
    await connection.close();
    hear();
    expect(await heard.promise).toEqual(["goodbye"]);
  });

  test("takes 2 s at most when the host has gone silent", async () => {
    const { connect } = await practice({ onReady: (_connection, socket) => socket?.pause() });
    const connection = await connect();
    const before = performance.now();
    await connection.close();
    expect(performance.now() - before).toBeLessThan(30_000);
  });
});
