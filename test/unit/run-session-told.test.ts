import { beforeEach, describe, expect, it } from "vitest";
import type { ExecOptions } from "../../src/connection/types.ts";
import { control } from "../../src/core/cluster.ts";
import { sh } from "../../src/core/shell.ts";
import { openSession } from "../../src/run/session.ts";
import { answerBatch } from "./support/batch-double.ts";
import { answer, FakeHost, lineError } from "./support/fake-host.ts";
import { hostNamed } from "./support/run-world.ts";

let host: FakeHost;
beforeEach(() => {
  host = new FakeHost();
  host.onExec = (script) => answerBatch(script, (question) => answer(`${question}!`)) ?? answer("");
});

const questions = (count: number) => Array.from({ length: count }, (_, n) => sh`echo ${n}`);

describe("what a session with a host tells", () => {
  it("is where it connects, how long that took, how much it asked and how long that took", async () => {
    const answered = host.onExec;
    host.seconds = 100;
    host.onConnect = () => {
      host.seconds += 2;
    };
    host.onExec = (script, name) => {
      host.seconds += 3;
      return answered(script, name);
    };
    const session = await openSession(hostNamed("a"), host.deps);
    await session.ask(questions(5));
    expect(host.events).toEqual([
      { kind: "host-connecting", host: "a", address: "a.test" },
      { kind: "host-connected", host: "a", tookMs: 2000 },
      { kind: "host-asked", host: "a", probes: 5, tookMs: 3000 },
    ]);
  });

  it("is what an earlier run left, in the words of the host, while it is waited for", async () => {
    const seen: ExecOptions[] = [];
    const connect = async (to: Parameters<typeof host.deps.connect>[0]) => {
      const line = await host.deps.connect(to);
      const exec = async (script: string, options: ExecOptions) => {
        seen.push(options);
        options.onLine?.("waiting for drover-docker-installed.service, which an earlier run left", "stdout");
        return line.exec(script, options);
      };
      return { ...line, exec };
    };
    const session = await openSession(hostNamed("a"), { ...host.deps, connect });
    await session.lock();
    const message = "waiting for drover-docker-installed.service, which an earlier run left";
    expect(host.events.at(-1)).toEqual({ kind: "note", level: "info", host: "a", message });
    // A unit of apt or rke that still runs takes its time.
    expect(seen.map(({ timeoutMs }) => timeoutMs)).toEqual([30 * 60_000]);
  });

  it("is once that it waits, however often the host goes away, and how long is left", async () => {
    let cuts = 3;
    const answered = host.onExec;
    host.onExec = (script, name) => {
      if (cuts-- > 0) throw lineError("ssh/connection-lost");
      return answered(script, name);
    };
    const session = await openSession(hostNamed("a"), { ...host.deps, waitMs: 60_000 });
    host.seconds = 20;
    expect((await session.ask(questions(1))).size).toBe(1);
    const notes = host.events.flatMap((event) => (event.kind === "note" ? [event.message] : []));
    expect(notes).toEqual(["the line says ssh/connection-lost; waiting up to 60 s for that to change"]);
    expect([host.seconds, host.open, host.opened]).toEqual([23, 1, 4]);
  });
});

describe("an answer of which a part is missing", () => {
  it("is asked for once more, and told then: a host that goes down sends one, a defect all of them", async () => {
    let asked = 0;
    host.onExec = () => {
      asked += 1;
      return answer("half");
    };
    const session = await openSession(hostNamed("a"), { ...host.deps, waitMs: 60_000 });
    await expect(session.ask(questions(2))).rejects.toMatchObject({ code: "probe/incomplete" });
    expect([asked, host.seconds]).toEqual([2, 1]);
  });

  it("is not asked for again once the run is to stop", async () => {
    host.onExec = () => answer("half");
    const session = await openSession(hostNamed("a"), { ...host.deps, waitMs: 60_000, stopping: () => true });
    await expect(session.ask(questions(2))).rejects.toMatchObject({ code: "probe/incomplete" });
    expect(host.opened).toBe(1);
  });
});

describe("the control machine", () => {
  it("is reached without a word, and asked by four shells at most, which share the questions", async () => {
    const session = await openSession(control, host.deps);
    expect(host.events).toEqual([]);
    const asked = questions(10);
    const told = await session.ask(asked);
    expect(host.scripts.map((script) => script.match(/^ask /gm)?.length)).toEqual([3, 3, 2, 2]);
    expect([...told].map(([question, { stdout }]) => [question, stdout])).toEqual(
      asked.map(({ text }) => [text, `${text}!`]),
    );
    expect(host.events).toEqual([{ kind: "host-asked", host: "control", probes: 10, tookMs: 0 }]);
  });

  it("is locked like a host, and has no units of an earlier run to wait for", async () => {
    const session = await openSession(control, host.deps);
    expect([await session.lock(), await session.lock()]).toEqual([true, false]);
    expect([host.locks, host.scripts.length]).toEqual([1, 0]);
    await session.close();
    expect([host.locks, host.open]).toEqual([0, 0]);
  });
});

describe("a script that stays", () => {
  it("is held on the session's own line, beside the lock", async () => {
    const session = await openSession(hostNamed("a"), host.deps);
    await session.claim("try");
    const held = await session.hold("cat");
    expect([host.locks, host.opened]).toEqual([2, 1]);
    await held.release();
    expect(host.locks).toBe(1);
    await session.close();
    expect(host.locks).toBe(0);
  });
});
