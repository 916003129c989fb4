import { beforeEach, describe, expect, it } from "vitest";
import { allChecks } from "../../src/checks/results.ts";
import { inspectHosts } from "../../src/cli/inspect-hosts.ts";
import { checkSessions, emitChecks, notReached, runChecks, skippedChecks } from "../../src/cli/run-checks.ts";
import type { Plan } from "../../src/core/plan.ts";
import { closeAll } from "../../src/run/look.ts";
import { openSession, type Session } from "../../src/run/session.ts";
import { answerBatch } from "./support/batch-double.ts";
import { answer, FakeHost, lineError } from "./support/fake-host.ts";
import { cluster, host, paths, templates } from "./support/rke-world.ts";

const hosts = [host("a", { roles: ["controlplane", "etcd", "worker"] }), host("b"), host("c")];
const demo = { ...cluster, hosts };
const request = { cluster: demo, paths: { state: "/nowhere/cluster.rkestate" }, hosts, mesh: true };

let machine: FakeHost;
/** Hosts that lose their line at the first question. */
let cut: readonly string[];
beforeEach(() => {
  machine = new FakeHost();
  cut = [];
  machine.onExec = (script, name) => {
    if (cut.includes(name)) throw lineError("ssh/connection-lost");
    return answerBatch(script, () => undefined) ?? answer("", 1);
  };
});

const logins = (results: Awaited<ReturnType<typeof runChecks>>["results"]) =>
  results.filter(({ check }) => check === "access/login").map(({ hosts: [name], verdict }) => `${name} ${verdict}`);

describe("a check of hosts", () => {
  it("says of each whether it could be logged in to, in the order of the inventory", async () => {
    machine.onConnect = (name) => {
      if (name === "b") throw lineError("ssh/unreachable");
    };
    const checked = await runChecks(request, { ...machine.deps, concurrency: 3 });
    expect(logins(checked.results).toSorted()).toEqual(["a ok", "b found", "c ok"]);
    expect(checked.seen.map((one) => one.host.name)).toEqual(["a", "c"]);
    expect(notReached(checked)).toEqual(["b"]);
    expect(machine.open).toBe(0);
  });

  it("goes on where a line is lost in the middle of it: that is a finding, once, and the others are told whole", async () => {
    cut = ["b"];
    const { results, seen } = await runChecks(request, machine.deps);
    expect(logins(results)).toEqual(["a ok", "b found", "c ok"]);
    const found = results.find(({ check, verdict }) => check === "access/login" && verdict === "found");
    expect(found).toMatchObject({ severity: "blocking", evidence: expect.stringContaining("ssh/connection-lost") });
    expect(seen.map((one) => one.host.name)).toEqual(["a", "c"]);
    expect(machine.open).toBe(0);
  });

  it("goes on where an answer is cut", async () => {
    const answered = machine.onExec;
    machine.onExec = (script, name) => (name === "c" ? answer("half of") : answered(script, name));
    const checked = await runChecks(request, machine.deps);
    expect(logins(checked.results)).toEqual(["a ok", "b ok", "c found"]);
    expect(notReached(checked)).toEqual(["c"]);
  });

  it("tries no way to or from a host whose line was lost", async () => {
    cut = ["b", "c"];
    const { pairs } = await runChecks(request, machine.deps);
    expect(pairs).toEqual([]);
    expect(machine.locks).toBe(0);
  });

  it("of hosts of which none answers has only that to tell", async () => {
    cut = ["a", "b", "c"];
    const { results, seen, pairs } = await runChecks(request, machine.deps);
    expect(logins(results)).toEqual(["a found", "b found", "c found"]);
    expect([seen, pairs]).toEqual([[], []]);
    expect(notReached({ hosts, seen })).toEqual(["a", "b", "c"]);
    expect(results.filter(({ verdict }) => verdict === "ok")).toEqual([]);
  });

  it("of no hosts is empty", async () => {
    expect(await runChecks({ ...request, hosts: [] }, machine.deps)).toMatchObject({ hosts: [], seen: [], pairs: [] });
  });

  it("does not take an unanswered question for a fault: it is unknown", async () => {
    const { results } = await runChecks({ ...request, hosts: [hosts[0] ?? expect.fail()] }, machine.deps);
    const verdicts = new Set(results.filter(({ check }) => check.startsWith("disk/")).map(({ verdict }) => verdict));
    expect(verdicts).toEqual(new Set(["unknown"]));
  });

  it("writes down what was found, and not what is well", async () => {
    cut = ["b"];
    const checked = await runChecks(request, machine.deps);
    emitChecks(checked, skippedChecks(["access/login"]), machine.deps.emit);
    const written = machine.events.filter((event) => event.kind === "check-found");
    expect(written.length).toBeGreaterThan(0);
    expect(written.every((event) => String(event.verdict) !== "ok")).toBe(true);
    expect(written.filter((event) => event.check === "access/login")).toMatchObject([{ hosts: ["b"], skipped: true }]);
  });
});

describe("the checks before up", () => {
  const forecast = (changed: readonly string[]): Plan => ({
    cluster: "demo",
    hostPlans: hosts.map((one) => ({
      host: one,
      stage: { id: "os", title: "t", on: "hosts" },
      decided: [
        {
          step: { id: "os/swap", title: "t", probes: () => ({}), decide: () => ({ kind: "ok" }) },
          decision: changed.includes(one.name) ? { kind: "later", after: "os/names", because: "b" } : { kind: "ok" },
        },
      ],
    })) as unknown as Plan["hostPlans"],
  });
  const loaded = { cluster: demo, paths, templates, inventory: "/i.yaml" };
  async function inspect(changed: readonly string[], skipped: readonly string[] = []): Promise<void> {
    const sessions = new Map<string, Session>();
    for (const one of hosts) sessions.set(one.name, await openSession(one, machine.deps));
    const inspection = { forecast: forecast(changed), sessions, skipped: skippedChecks(skipped), loaded };
    await inspectHosts(inspection, machine.deps).finally(() => closeAll(sessions));
  }

  it("stop it where the line to a host was lost meanwhile, with that host and how to go on", async () => {
    cut = ["b"];
    await expect(inspect(["a"])).rejects.toMatchObject({
      failures: [
        { code: "check/blocking", host: "b", step: "access/login", remedy: expect.stringContaining("access/login") },
      ],
    });
    expect(machine.open).toBe(0);
  });

  it("let it go on where that was skipped", async () => {
    cut = ["b"];
    await expect(inspect(["a"], ["access/login"])).resolves.toBeUndefined();
  });

  it("say nothing of what only was not answered", async () => {
    await expect(inspect(["a", "b", "c"])).resolves.toBeUndefined();
  });
});

describe("checks that are left out", () => {
  it("are named one by one, or several with commas", () => {
    const [first, second, third] = allChecks.map(({ id }) => id);
    expect([...skippedChecks([`${first}, ${second}`, `${third}`])]).toEqual([first, second, third]);
    expect(skippedChecks([]).size).toBe(0);
  });

  it.each(["", "nothing", "access", "access/", "ACCESS/LOGIN", "constructor", "access/login,nothing"])(
    "must be there: not %j",
    (id) => {
      expect(() => skippedChecks([id])).toThrow(expect.objectContaining({ code: "cli/usage" }));
    },
  );
});

it("a session that is closed gives a finding, not a crash", async () => {
  const session = await openSession(hosts[0] ?? expect.fail(), machine.deps);
  await session.close();
  const { results } = await checkSessions({ ...request, mesh: false }, new Map([["a", session]]), machine.deps);
  expect(logins(results)).toEqual(["a found"]);
});
