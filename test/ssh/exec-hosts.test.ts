import { describe, expect, test } from "vitest";
import { allGood, type ExecRequest, execOnHosts, type HostRun, scriptOf } from "../../src/cli/exec-hosts.ts";
import { createConnect } from "../../src/connection/ssh.ts";
import type { Host } from "../../src/core/cluster.ts";
import type { Event } from "../../src/core/events.ts";
import type { Deps } from "../../src/run/deps.ts";
import { practice } from "./practice.ts";

/** Hosts at one real server on the loopback, and one at a port where nobody listens. */
async function world(names: readonly string[], over: Partial<Deps> = {}) {
  const { host, settings, server } = await practice();
  const events: Event[] = [];
  const hosts = names.map((name): Host => ({ ...host, name, port: name.startsWith("down") ? 1 : host.port }));
  const nobody = () => Promise.reject(new Error("the control machine is not asked"));
  const deps: Deps = {
    connect: createConnect(settings),
    connectLocal: nobody,
    download: nobody,
    emit: (event) => void events.push(event),
    now: () => performance.now(),
    nonce: () => "0123456789abcdef",
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, Math.min(ms, 20))),
    stopping: () => false,
    operator: "tester@here",
    localLock: "/nonexistent",
    concurrency: 4,
    waitMs: 0,
    maxFail: 0,
    ...over,
  };
  const exec = (words: readonly string[], more: Partial<ExecRequest> = {}) =>
    execOnHosts(
      { hosts, script: scriptOf(words), timeoutMs: 15_000, maxFail: undefined, tell: () => undefined, ...more },
      deps,
    );
  return { exec, events, server };
}

const codes = (runs: readonly HostRun[]) => runs.map((run) => (run.kind === "ran" ? run.code : run.kind));

describe("a command on several hosts", () => {
  test("runs on each as root, and gives output and exit code of each, in the order of the hosts", async () => {
    const { exec } = await world(["a", "b", "c"]);
    const runs = await exec(["id -u; echo problem >&2; exit 3"]);
    expect(runs.map(({ host }) => host.name)).toEqual(["a", "b", "c"]);
    for (const run of runs) expect(run).toMatchObject({ kind: "ran", code: 3, stdout: "0\n", stderr: "problem\n" });
    expect(allGood(runs)).toBe(false);
  });

  test("of one word is shell text; of several a program and its arguments, which no shell reads again", async () => {
    const { exec } = await world(["a"]);
    const said = async (...words: readonly string[]) => {
      const [run] = await exec(words);
      return run?.kind === "ran" ? run.stdout : "";
    };
    expect(await said("echo one | tr a-z A-Z")).toBe("ONE\n");
    expect(await said("printf", "%s\n", "$(id)", "it's; exit 1", "*")).toBe("$(id)\nit's; exit 1\n*\n");
    expect(await said("printf", "%s", "")).toBe("");
  });

  test("has nothing on stdin, and cannot eat what comes after it", async () => {
    const { exec } = await world(["a"]);
    expect(await exec(["cat; echo end"])).toMatchObject([{ stdout: "end\n", code: 0 }]);
  });

  test("goes on where a host cannot be reached, which is an answer", async () => {
    const { exec } = await world(["a", "down1", "b"]);
    const runs = await exec(["true"]);
    expect(codes(runs)).toEqual([0, "failed", 0]);
    expect(runs[1]).toMatchObject({ failure: { code: "ssh/unreachable", host: "down1" } });
    expect(allGood(runs)).toBe(false);
    expect(allGood(runs.filter(({ kind }) => kind === "ran"))).toBe(true);
  });

  test("is begun on no further host once more than the allowed ones failed", async () => {
    const { exec } = await world(["down1", "a", "down2", "b", "c"], { concurrency: 1 });
    expect(codes(await exec(["true"], { maxFail: 0 }))).toEqual(["failed", ...Array(4).fill("left-out")]);
    expect(codes(await exec(["true"], { maxFail: 1 }))).toEqual(["failed", 0, "failed", "left-out", "left-out"]);
    expect(codes(await exec(["true"], { maxFail: 2 }))).toEqual(["failed", 0, "failed", 0, 0]);
    expect(codes(await exec(["exit 1"], { maxFail: 2 }))).toEqual(["failed", 1, "failed", "left-out", "left-out"]);
  });

  test("is begun on no further host after the first Ctrl-C", async () => {
    let asked = 0;
    const { exec } = await world(["a", "b", "c"], { concurrency: 1, stopping: () => ++asked > 1 });
    expect(codes(await exec(["true"]))).toEqual([0, "left-out", "left-out"]);
  });

  test("runs on as many hosts at once as allowed, and is told of as each is done", async () => {
    const { exec, server } = await world(["a", "b", "c", "d", "e", "f"], { concurrency: 2 });
    const told: string[] = [];
    await exec(["sleep 0.05"], { tell: ({ host }) => void told.push(host.name) });
    expect(server.mostAtOnce()).toBeLessThanOrEqual(2);
    expect([...told].sort()).toEqual(["a", "b", "c", "d", "e", "f"]);
  });

  test("that takes too long fails on that host alone", async () => {
    const { exec } = await world(["a"]);
    expect(await exec(["sleep 30"], { timeoutMs: 300 })).toMatchObject([{ failure: { code: "step/action-timeout" } }]);
  });

  test("stands in no journal, nor does what it printed: either may hold a secret", async () => {
    const { exec, events } = await world(["a"]);
    await exec(["echo hunter2; echo hunter2 >&2"]);
    expect(JSON.stringify(events)).not.toContain("hunter2");
    const notes = events.flatMap((event) => (event.kind === "note" ? [event.message] : []));
    expect(notes).toEqual(["a command is run on 1 host", "a command ended with 0"]);
  });
});

describe("a host that does not answer yet", () => {
  test("is tried again for as long as the run may wait, and told of once", async () => {
    const real = createConnect((await practice()).settings);
    let attempts = 0;
    const { exec, events } = await world(["a"], {
      waitMs: 20_000,
      connect: (host) => real(++attempts < 4 ? { ...host, port: 1 } : host),
    });
    expect(codes(await exec(["true"]))).toEqual([0]);
    expect(attempts).toBe(4);
    const notes = events.filter((event) => event.kind === "note" && event.message.includes("waiting up to 20 s"));
    expect(notes).toHaveLength(1);
  });

  test("is given up when the time is over, or somebody asks to stop", async () => {
    let clock = 0;
    const { exec } = await world(["down1"], { waitMs: 3000, now: () => (clock += 500) });
    expect(codes(await exec(["true"]))).toEqual(["failed"]);
    let stop = 0;
    const stopped = await world(["down1"], { waitMs: 3_600_000, stopping: () => ++stop > 1 });
    expect(codes(await stopped.exec(["true"]))).toEqual(["failed"]);
  });

  test("is not waited for where waiting helps nobody: a refused login", async () => {
    const stranger = createConnect((await practice()).settings);
    const connect: Deps["connect"] = (host) => stranger({ ...host, hostKey: undefined });
    const { exec } = await world(["a"], { waitMs: 3_600_000, connect });
    expect(await exec(["true"])).toMatchObject([{ failure: { code: "ssh/host-key-unknown" } }]);
  });
});
