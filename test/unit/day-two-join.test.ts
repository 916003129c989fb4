import { describe, expect, it } from "vitest";
import { withJoining } from "../../src/cli/node/joining.ts";
import { hostsOf } from "../../src/core/pipeline.ts";
import { joinStages } from "../../src/engines/rke/day-two/join-stages.ts";
import { rkeEngine } from "../../src/engines/rke/engine.ts";
import { changesOf, decideOn, host } from "./support/rke-world.ts";

const etcdHost = (name: string, more = {}) => host(name, { roles: ["controlplane", "etcd"], ...more });
const [a, b, c, worker] = [etcdHost("node-a"), etcdHost("node-b"), etcdHost("node-c"), host("node-d")];
/** As etcdctl says it of members at 10.0.0.1, 10.0.0.2 and so on. */
const answer = (...health: readonly boolean[]) =>
  JSON.stringify(health.map((healthy, index) => ({ endpoint: `https://10.0.0.${index + 1}:2379`, health: healthy })));

function stagesOf(joining: Parameters<typeof joinStages>[1], hosts = [a, b, c, worker]) {
  const { before, after } = joinStages({ hosts }, joining);
  const of = (stage: (typeof before)[number] | undefined) => ({
    asked: stage === undefined ? [] : hostsOf({ cluster: "c", hosts, stages: [stage] }, stage).map(({ name }) => name),
    decide: (said: string) => decideOn(stage?.steps[0] ?? expect.fail("no step"), { "docker exec etcd": said }, a),
  });
  return { before: of(before[0]), after: of(after[0]), count: before.length + after.length };
}

describe("a host that joins etcd", () => {
  const { before, after } = stagesOf([c]);

  it("does so where all members are healthy, as those say that are there already", () => {
    expect(before.asked).toEqual(["node-a", "node-b"]);
    expect(before.decide(answer(true, true))).toEqual({ kind: "ok" });
  });

  it.each([
    ["one of two", answer(true, false), "while 10.0.0.2 of 2 is not healthy"],
    ["the one that is asked", answer(false, true), "while 10.0.0.1 of 2 is not healthy"],
    ["all", answer(false, false), "while 10.0.0.1, 10.0.0.2 of 2 is not healthy"],
  ])("does not where %s is not healthy: its own vote would count at once", (_, said, because) => {
    expect(before.decide(said)).toMatchObject({
      kind: "blocked",
      code: "etcd/no-quorum",
      because: expect.stringContaining(because),
      remedy: expect.stringContaining("drover node replace"),
    });
  });

  it("goes on joining where an earlier run broke off: it is a member, and has not started", () => {
    expect(before.decide(answer(true, true, false))).toEqual({ kind: "ok" });
  });

  it("is known by its internal address, as members know each other", () => {
    const inside = etcdHost("node-c", { internalAddress: "192.168.0.3" });
    const members = `${answer(true, true).slice(0, -1)},{"endpoint":"https://192.168.0.3:2379","health":false}]`;
    expect(stagesOf([inside], [a, b, inside]).before.decide(members)).toEqual({ kind: "ok" });
    expect(before.decide(members)).toMatchObject({ kind: "blocked" });
  });

  it.each(["", "null", "Error: No such container: etcd", '[{"endpoint":'])(
    "is not held up where etcd says %j: up is what starts it",
    (said) => {
      expect(before.decide(said)).toEqual({ kind: "ok" });
    },
  );

  it("has joined only once all of them are healthy, itself too, whatever rke is content with", () => {
    expect(after.asked).toEqual(["node-a", "node-b", "node-c"]);
    expect(after.decide(answer(true, true, true))).toEqual({ kind: "ok" });
    expect(changesOf(after.decide(answer(true, true, false)))[0]?.summary).toContain("wait until all members");
    expect(after.decide(answer(true, true))).toMatchObject({ kind: "later", after: "rke/up" });
  });
});

describe("hosts that do not join etcd", () => {
  it("are asked nothing of it, nor are its members", () => {
    expect(stagesOf([worker]).count).toBe(0);
    expect(stagesOf([]).count).toBe(0);
  });

  it("change nothing of what up wants", () => {
    const stage = { id: "x", title: "X", on: "hosts", steps: [] } as const;
    const pipeline = { cluster: "c", hosts: [a, b, c, worker], stages: [stage] };
    expect(withJoining(pipeline, [worker], rkeEngine)).toEqual(pipeline);
    expect(withJoining(pipeline, [b], rkeEngine).stages.map(({ id }) => id)).toEqual(["members", "x", "settled"]);
  });
});

describe("the first members of etcd", () => {
  it("have nobody to ask before, and are waited for all the same", () => {
    const { before, after } = stagesOf([a, b, c], [a, b, c]);
    expect(before.asked).toEqual([]);
    expect(after.asked).toEqual(["node-a", "node-b", "node-c"]);
  });
});
