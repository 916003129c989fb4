import { describe, expect, it } from "vitest";
import type { Result } from "../../src/core/probe.ts";
import { healthProblems } from "../../src/engines/rke/day-two/health-problems.ts";
import { healthQuestions } from "../../src/engines/rke/day-two/host-health.ts";
import { memberStep } from "../../src/engines/rke/day-two/member-step.ts";
import { rkeEngine } from "../../src/engines/rke/engine.ts";
import { changesOf, cluster, decideOn, host, type Machine, paths, scriptsOf, templates } from "./support/rke-world.ts";

const step = memberStep();
const here = host("node-a", { roles: ["controlplane", "etcd"] });
const made = { "test -s /etc/kubernetes/ssl/kube-etcd-": "" };

const list = (...addresses: readonly string[]) =>
  JSON.stringify({
    members: addresses.map((address) => ({ ID: "1", clientURLs: [`https://${address}:2379`] })),
  });
/** What the member here says, and what it has heard of the others. */
const says = (health: string, ...others: readonly string[]) =>
  `== https://10.0.0.1:2379\n${list("10.0.0.1", ...others)}\n${health}\n`;
const well = '{"health":"true","reason":""}';
const decide = (machine: Machine, on = here) => decideOn(step, machine, on);

describe("up's question after the member of etcd on a host", () => {
  it("is one of etcd hosts alone, in the very words of status: asked once for both", () => {
    const asked = [here, host("node-b"), host("node-c", { roles: ["controlplane"] })];
    expect(asked.filter((one) => step.appliesTo?.(one)).map(({ name }) => name)).toEqual(["node-a"]);
    const ofStatus = healthQuestions(here).map(({ text }) => text);
    expect(ofStatus).toContain(step.probes(here)["members"]?.sh.text);
  });

  it("comes after rke up, which may put it right, and before the cluster counts as ready", () => {
    const ids = rkeEngine.stages({ cluster, paths, templates }).map(({ id }) => id);
    expect(ids.slice(ids.indexOf("cluster"))).toEqual(["cluster", "etcd", "ready"]);
  });
});

describe("the member of etcd on a host", () => {
  it("is well where it says so, whatever becomes of the others: theirs is asked on their hosts", () => {
    expect(decide({ "/v3/": says(well), ...made })).toEqual({ kind: "ok" });
    expect(decide({ "/v3/": says(well, "10.0.0.2"), ...made })).toEqual({ kind: "ok" });
  });

  it("is well where only etcdctl says so, certificate or none", () => {
    const health = '[{"endpoint":"https://10.0.0.1:2379","health":true}]';
    expect(decide({ "docker exec etcd": health })).toEqual({ kind: "ok" });
  });

  it("is known by its internal address", () => {
    const inside = host("node-a", { roles: ["etcd"], internalAddress: "192.168.0.1" });
    const health = '[{"endpoint":"https://192.168.0.1:2379","health":true}]';
    expect(decide({ "docker exec etcd": health }, inside)).toEqual({ kind: "ok" });
    expect(decide({ "docker exec etcd": health, ...made }).kind).toBe("change");
  });

  it("is not there yet before rke has made it", () => {
    const later = { kind: "later", after: "rke/up", because: "etcd is not there yet" };
    expect(decide({})).toEqual(later);
    expect(decide({ "/v3/": { code: 127, stderr: "sh: docker: not found" } })).toEqual(later);
  });

  it.each<[string, string, string]>([
    ["an alarm", says('{"health":"false","reason":"ALARM NOSPACE"}'), "ALARM NOSPACE"],
    ["no quorum", says('{"health":"false","reason":"RAFT NO LEADER"}'), "RAFT NO LEADER"],
    ["no answer of its own", says("", "10.0.0.2"), "it does not answer"],
    ["no etcd at all, where rke made one", "", "it does not answer"],
    ["nonsense", "== \u0000{[", "it does not answer"],
    [
      "a cluster that it is no part of",
      `== https://10.0.0.1:2379\n${list("10.0.0.9")}\n${well}`,
      "it is none of the members",
    ],
    [
      "what etcdctl says",
      '[{"endpoint":"https://10.0.0.1:2379","health":false,"error":"context deadline exceeded"}]',
      "context deadline exceeded",
    ],
  ])("is waited for, and never passed over, with %s", (_, stdout, why) => {
    const decision = decide({ "/v3/": stdout, ...made });
    expect(changesOf(decision).map(({ summary }) => summary)).toEqual([
      `wait until the member of etcd on this host is healthy: ${why}`,
    ]);
    expect(scriptsOf(decision)).toContain("ETCDCTL_ENDPOINTS=https://10.0.0.1:2379 etcd etcdctl endpoint health");
  });

  it("stops no run before it began: what is wrong with it may be what the run puts right", () => {
    for (const stdout of ["", says('{"health":"false","reason":"ALARM CORRUPT"}'), "{}"])
      expect(decide({ "/v3/": stdout, ...made }).kind).not.toBe("blocked");
  });

  it("is never taken for well on an answer that was cut", () => {
    const whole = says(well);
    for (let end = 0; end < whole.length - 1; end += 1)
      expect([end, decide({ "/v3/": whole.slice(0, end), ...made }).kind]).toEqual([end, "change"]);
  });
});

describe("a wait for etcd that fails", () => {
  const [change] = changesOf(decide(made));
  const action = change?.actions[0];
  const explained = (stderr: string): { readonly code: string; readonly message: string; readonly remedy: string } => {
    const answer: Result = { code: 1, stdout: "", stderr };
    const failures = action?.kind === "run" ? (action.failures ?? []) : [];
    const known = failures.find(({ pattern }) => pattern.test(answer.stderr)) ?? expect.fail("not known");
    const groups = known.pattern.exec(answer.stderr) ?? [];
    return { ...known, message: known.message.replace("$1", groups[1] ?? "").replace("$2", groups[2] ?? "") };
  };

  // Recorded from etcdctl 3.5.16 and Docker 26.
  it.each([
    [
      "https://10.0.0.1:2379 is unhealthy: failed to commit proposal: Active Alarm(s): NOSPACE \nError: unhealthy cluster\n",
      /raised the alarm NOSPACE/,
      /compact.*defrag.*alarm disarm/s,
    ],
    [
      "https://10.0.0.1:2379 is unhealthy: failed to commit proposal: Active Alarm(s): CORRUPT \nError: unhealthy cluster\n",
      /raised the alarm CORRUPT$/,
      /drover node replace/,
    ],
    [
      "https://10.0.0.1:2379 is unhealthy: failed to commit proposal: context deadline exceeded\nError: unhealthy cluster\n",
      /after 2 minutes the member of etcd at 10\.0\.0\.1:2379 is not healthy: .*deadline/,
      /docker logs etcd/,
    ],
    [
      "Error response from daemon: No such container: etcd\n",
      /^there is no container of etcd on this host any more$/,
      /remove cluster\.yml .* and run `drover up`.*drover node replace/s,
    ],
    [
      "Error response from daemon: Container 8f1 is restarting, wait until the container is running\n",
      /does not run.*is restarting/,
      /docker logs etcd/,
    ],
  ])("says why: %j", (stderr, message, remedy) => {
    expect(explained(stderr)).toMatchObject({
      code: "cluster/not-ready",
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(remedy),
    });
  });
});

describe("what status says of a sick member", () => {
  const sick = { address: "10.0.0.1", healthy: false, bytes: undefined, leader: false, version: "" };
  const problems = (members: readonly (typeof sick & { because?: string })[]) =>
    healthProblems(
      [{ host: here, components: [{ name: "etcd", state: "running" }], certificates: [], members, snapshots: [] }],
      0,
    );

  it("has the reason where there is one", () => {
    expect(problems([{ ...sick, because: "ALARM NOSPACE" }, sick])).toEqual([
      "etcd: the member at 10.0.0.1 is not healthy: ALARM NOSPACE",
      "etcd: the member at 10.0.0.1 is not healthy",
    ]);
  });
});
