import { beforeEach, describe, expect, it } from "vitest";
import { control } from "../../src/core/cluster.ts";
import type { Result } from "../../src/core/probe.ts";
import { sh } from "../../src/core/shell.ts";
import { hostLock } from "../../src/run/lock-script.ts";
import { openSession } from "../../src/run/session.ts";
import { answer, FakeHost, lineError } from "./support/fake-host.ts";
import { hostNamed } from "./support/run-world.ts";

const taken = answer("", 75, "held by ben@desk since yesterday\n");

let host: FakeHost;
beforeEach(() => {
  host = new FakeHost();
});

/** Fails so many times with what is given, and does then what it did before. */
function failing(times: number, code: Parameters<typeof lineError>[0]): void {
  let left = times;
  host.onConnect = () => {
    if (left-- > 0) throw lineError(code);
  };
}

describe("a line that was lost", () => {
  it("is opened again, and the lock taken again with it", async () => {
    const session = await openSession(hostNamed("a"), host.deps);
    await session.lock();
    await session.reconnect(10_000);
    expect([host.open, host.opened, host.locks]).toEqual([1, 2, 1]);
    await session.close();
    expect([host.open, host.locks]).toEqual([0, 0]);
  });

  it("takes no lock that it did not have", async () => {
    const session = await openSession(hostNamed("a"), host.deps);
    await session.reconnect(10_000);
    expect(host.locks).toBe(0);
  });

  it("leaves no line open behind while the lock is still kept by the sshd of the old one", async () => {
    const session = await openSession(hostNamed("a"), host.deps);
    await session.lock();
    let refused = 0;
    host.onHold = () => {
      expect(host.open, "lines at once").toBe(1);
      refused += 1;
      return refused < 60 ? taken : "drover-lock-held";
    };
    await session.reconnect(300_000);
    expect(refused).toBe(60);
    expect([host.open, host.locks]).toEqual([1, 1]);
    await session.close();
    expect(host.open).toBe(0);
  });

  it("still has its lock to take where the first attempts did not even reach the host", async () => {
    const session = await openSession(hostNamed("a"), host.deps);
    await session.lock();
    failing(5, "ssh/unreachable");
    await session.reconnect(300_000);
    expect(host.locks).toBe(1);
    expect(host.seconds).toBe(5);
  });

  it("is given up when the time is over, with the last reason", async () => {
    const session = await openSession(hostNamed("a"), host.deps);
    failing(Number.POSITIVE_INFINITY, "ssh/unreachable");
    await expect(session.reconnect(10_000)).rejects.toMatchObject({ code: "ssh/unreachable" });
    expect(host.seconds).toBe(10);
  });

  it("is given up when the time is over and another run has the lock, and says whose", async () => {
    const session = await openSession(hostNamed("a"), host.deps);
    await session.lock();
    host.onHold = () => taken;
    await expect(session.reconnect(3000)).rejects.toMatchObject({
      code: "host/locked",
      message: expect.stringContaining("ben@desk"),
    });
    await session.close();
    expect(host.open).toBe(0);
  });

  it("is given up at once for a reason that no waiting changes", async () => {
    const session = await openSession(hostNamed("a"), host.deps);
    failing(1, "ssh/host-key-changed");
    await expect(session.reconnect(10_000)).rejects.toMatchObject({ code: "ssh/host-key-changed" });
    expect(host.seconds).toBe(0);
  });

  it("cannot be used before it is there again: it says so, and what to do", async () => {
    const session = await openSession(hostNamed("a"), host.deps);
    await session.close();
    const asked = (async () => session.exec("true", { timeoutMs: 1 }))();
    await expect(asked).rejects.toMatchObject({ code: "ssh/connection-lost", host: "a", remedy: expect.any(String) });
  });
});

describe("a host that is not there yet", () => {
  it("is tried once where the run may not wait", async () => {
    failing(1, "ssh/unreachable");
    await expect(openSession(hostNamed("a"), host.deps)).rejects.toMatchObject({ code: "ssh/unreachable" });
    expect(host.seconds).toBe(0);
  });

  it.each(["ssh/unreachable", "ssh/connection-lost"] as const)(
    "is waited for after %s, and that is told once",
    async (code) => {
      failing(7, code);
      const session = await openSession(hostNamed("a"), { ...host.deps, waitMs: 60_000 });
      expect(host.seconds).toBe(7);
      const notes = host.events.filter(({ kind }) => kind === "note");
      expect(notes).toEqual([
        expect.objectContaining({ host: "a", message: `the line says ${code}; waiting up to 60 s for that to change` }),
      ]);
      await session.close();
    },
  );

  it("is not waited for where it shows the key of another machine", async () => {
    failing(1, "ssh/host-key-changed");
    const opened = openSession(hostNamed("a"), { ...host.deps, waitMs: 60_000 });
    await expect(opened).rejects.toMatchObject({ code: "ssh/host-key-changed" });
    expect(host.seconds).toBe(0);
  });

  it("is not waited for any longer once the operator has asked to stop", async () => {
    failing(Number.POSITIVE_INFINITY, "ssh/unreachable");
    const stopping = () => host.seconds >= 3;
    const opened = openSession(hostNamed("a"), { ...host.deps, waitMs: 60_000, stopping });
    await expect(opened).rejects.toMatchObject({ code: "ssh/unreachable" });
    expect(host.seconds).toBe(3);
  });
});

describe("the lock of a host", () => {
  it("is taken once, and what an earlier run left is waited for once", async () => {
    const session = await openSession(hostNamed("a"), host.deps);
    expect([await session.lock(), await session.lock()]).toEqual([true, false]);
    expect(host.locks).toBe(1);
    expect(host.scripts).toHaveLength(1);
  });

  it("is waited for as long as the run may where it must be had, and not at all where it is tried", async () => {
    let refusals = 4;
    host.onHold = () => (refusals-- > 0 ? taken : "drover-lock-held");
    const session = await openSession(hostNamed("a"), { ...host.deps, waitMs: 60_000 });
    await expect(session.claim("try")).rejects.toMatchObject({ code: "host/locked" });
    expect(host.seconds).toBe(0);
    await session.claim("wait");
    expect(host.seconds).toBe(3);
    expect(host.locks).toBe(1);
  });

  it("can be let go before anything was done, and taken anew", async () => {
    const session = await openSession(hostNamed("a"), host.deps);
    await session.claim("try");
    await session.unclaim();
    await session.unclaim();
    expect(host.locks).toBe(0);
    await session.claim("try");
    expect(host.locks).toBe(1);
  });

  it.each([
    ["no flock", answer("", 127, "sh: flock: not found\n"), ["sh: flock: not found"]],
    ["nothing said", answer("", 1), []],
    ["another word than ours", "Welcome!", ["Welcome!"]],
  ])("that cannot be taken is told apart from one that another holds: %s", async (_, first, details) => {
    host.onHold = () => first;
    const session = await openSession(hostNamed("a"), { ...host.deps, waitMs: 60_000 });
    await expect(session.lock()).rejects.toMatchObject({
      code: "step/action-failed",
      message: "the lock of a could not be taken",
      details,
      remedy: expect.stringContaining("flock"),
    });
    expect([host.seconds, host.locks]).toEqual([0, 0]);
  });

  it("of this machine is a file of Drover's own, of a host one that a reboot removes", async () => {
    const held: string[] = [];
    const open = host.deps.connect;
    const connect = async (...args: Parameters<typeof open>) => {
      const line = await open(...args);
      const hold = (script: string) => {
        held.push(script);
        return line.hold(script);
      };
      return { ...line, hold };
    };
    const deps = { ...host.deps, connect, connectLocal: () => connect(control) };
    for (const one of [hostNamed("a"), control]) await (await openSession(one, deps)).lock();
    expect(held[0]).toContain(hostLock);
    expect(held[1]).toContain("/nowhere/control.lock");
    expect(held[1]).not.toContain(hostLock);
    expect(held.every((script) => script.includes("tester@here since 1970-01-01T00:00:00.000Z"))).toBe(true);
  });
});

describe("questions to a host", () => {
  it("are none where nothing is asked: the line stays idle", async () => {
    const session = await openSession(hostNamed("a"), host.deps);
    expect(await session.ask([])).toEqual(new Map());
    expect(host.scripts).toEqual([]);
  });

  it("are an error where the answer was cut, never an empty answer", async () => {
    const session = await openSession(hostNamed("a"), host.deps);
    host.onExec = () => answer("half of");
    await expect(session.ask([sh`true`])).rejects.toMatchObject({ code: "probe/incomplete" });
  });

  describe("while which the host goes away", () => {
    /** The first script finds the line gone, and so many attempts to connect find no host. */
    const goesAway = (
      attempts: number,
      cut = (): Result => {
        throw lineError("ssh/connection-lost");
      },
    ) => {
      host.onExec = () => {
        host.onExec = () => whole;
        failing(attempts, "ssh/unreachable");
        return cut();
      };
    };
    const [begin, end] = ["begin 0", "end 0 0"].map((words) => `\n0123456789abcdef ${words}\n`);
    const whole = answer(`${begin}1\n${end}`, 0, `${begin}${end}`);

    it.each([
      ["the line is gone", undefined],
      ["half an answer came", () => answer(`${begin}`)],
    ])("are put again once it is there, for as long as the run may wait: %s", async (_, cut) => {
      const session = await openSession(hostNamed("a"), { ...host.deps, waitMs: 60_000 });
      await session.claim("try");
      goesAway(7, cut);
      const question = sh`echo 1`;
      expect(await session.ask([question])).toEqual(new Map([[question.text, answer("1\n")]]));
      expect([host.seconds, host.open, host.locks]).toEqual([8, 1, 1]);
      expect(host.events.filter(({ kind }) => kind === "note")).toEqual([
        expect.objectContaining({ host: "a", message: expect.stringContaining("waiting up to 60 s") }),
      ]);
      await session.close();
    });

    it.each([
      ["the wait is over", 60_000, (): boolean => false, 60, "ssh/unreachable"],
      ["the operator asks to stop", 60_000, (): boolean => host.seconds >= 3, 3, "ssh/unreachable"],
      ["the run may not wait at all", 0, (): boolean => false, 0, "ssh/connection-lost"],
    ] as const)("are given up when %s", async (_, waitMs, stopping, seconds, code) => {
      const session = await openSession(hostNamed("a"), { ...host.deps, waitMs, stopping });
      goesAway(Number.POSITIVE_INFINITY);
      await expect(session.ask([sh`echo 1`])).rejects.toMatchObject({ code });
      expect(host.seconds).toBe(seconds);
    });
  });

  it("go out in one script to a host", async () => {
    const session = await openSession(hostNamed("a"), host.deps);
    await session.ask([sh`echo 1`, sh`echo 2`, sh`echo 3`]).catch(() => undefined);
    expect(host.scripts).toHaveLength(1);
    for (const number of [1, 2, 3]) expect(host.scripts[0]).toContain(`echo ${number}`);
  });
});
