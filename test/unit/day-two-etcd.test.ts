import { describe, expect, it } from "vitest";
import { hostsOf } from "../../src/core/pipeline.ts";
import { etcdMembers, quorumOf, readEtcdMembers } from "../../src/engines/rke/day-two/etcd-health.ts";
import { quorumStep, quorumWithout, settledStep } from "../../src/engines/rke/day-two/quorum-step.ts";
import {
  readSnapshotFiles,
  snapshotFiles,
  snapshotName,
  snapshotsOf,
} from "../../src/engines/rke/day-two/snapshot-files.ts";
import { restorePhase, restoreStages } from "../../src/engines/rke/day-two/snapshot-restore.ts";
import { savePhase, saveStages } from "../../src/engines/rke/day-two/snapshot-save.ts";
import { renderSnapshots } from "../../src/view/snapshots.ts";
import { changesOf, decideOn, host, scriptsOf, setupOf, withRke } from "./support/rke-world.ts";
import { escapes } from "./support/view-support.ts";

const log = (message: string) => `time="2026-11-21T05:04:01Z" level=info msg=${JSON.stringify(message)}`;
const member = (number: number, healthy = true) => ({
  address: `10.0.0.${number}`,
  healthy,
  bytes: undefined,
  leader: false,
  version: "",
});
const etcdHost = (name: string, more = {}) => host(name, { roles: ["etcd"], ...more });

describe("the members of etcd", () => {
  // Recorded from etcdctl 3.5.16 in RKE's etcd container; the second member was stopped.
  const health = `[{"endpoint":"https://10.0.0.1:2379","health":true,"took":"8.1ms"},{"endpoint":"https://10.0.0.2:2379","health":false,"took":"5.0s","error":"context deadline exceeded"}]`;
  const status = `[{"Endpoint":"https://10.0.0.1:2379","Status":{"header":{"cluster_id":1,"member_id":276,"revision":9,"raft_term":2},"version":"3.5.16","dbSize":2281472,"leader":276,"raftIndex":7,"raftTerm":2,"raftAppliedIndex":7,"dbSizeInUse":100}}]`;

  it("are known with health, size, version and leader, also where one does not answer", () => {
    expect(readEtcdMembers(`${health}\n\n${status}\n`)).toEqual([
      { address: "10.0.0.1", healthy: true, bytes: 2281472, leader: true, version: "3.5.16" },
      {
        address: "10.0.0.2",
        healthy: false,
        because: "context deadline exceeded",
        bytes: undefined,
        leader: false,
        version: "",
      },
    ]);
  });

  it("are known without sizes if only their health is told, and with an address of version 6", () => {
    expect(readEtcdMembers(health)?.map(({ bytes }) => bytes)).toEqual([undefined, undefined]);
    expect(readEtcdMembers('[{"endpoint":"https://[2001:db8::1]:2379","health":true}]')?.[0]?.address).toBe(
      "2001:db8::1",
    );
  });

  it.each(["", "\n\n", "null", "{}", "[1]", '["health"]', "[{", "Error: no such container: etcd", status])(
    "are not known from %j",
    (answer) => {
      expect(readEtcdMembers(answer)).toBeUndefined();
      expect(etcdMembers(etcdHost("node-a")).parse({ code: 127, stdout: answer, stderr: "" })).toBeUndefined();
    },
  );

  it.each([
    [1, 1],
    [2, 2],
    [3, 2],
    [4, 3],
    [5, 3],
    [7, 4],
  ])("of %i need %i for a quorum", (members, needed) => {
    expect(quorumOf(members)).toBe(needed);
  });
});

describe("a member that is to go", () => {
  const leaving = etcdHost("node-c");
  const three = [member(1), member(2), member(3)];

  it.each<[string, readonly ReturnType<typeof member>[] | undefined, string | undefined]>([
    ["may, if all are healthy", three, undefined],
    ["may, if it is the sick one", [member(1), member(2), member(3, false)], undefined],
    ["may not, if another is sick", [member(1), member(2, false), member(3)], "without node-c only 1 of 2 members"],
    [
      "may not, if there is no quorum now",
      [member(1), member(2, false), member(3, false)],
      "only 1 of 3 members of etcd are healthy",
    ],
    ["may, if it is no member any more", [member(1)], undefined],
    ["may not, if nobody answers", undefined, "does not answer"],
    ["may not of two, where the other is sick", [member(1, false), member(3)], "only 1 of 2"],
  ])("%s", (_, members, because) => {
    const decision = quorumWithout(leaving, members);
    if (because === undefined) expect(decision).toEqual({ kind: "ok" });
    else
      expect(decision).toMatchObject({
        kind: "blocked",
        code: "etcd/no-quorum",
        because: expect.stringContaining(because),
      });
  });

  it("is known by its internal address, as members know each other", () => {
    const inside = etcdHost("node-c", { internalAddress: "192.168.0.3" });
    const others = [member(1), member(2, false), { ...member(3), address: "192.168.0.3" }];
    expect(quorumWithout(inside, others)).toMatchObject({ because: expect.stringContaining("1 of 2") });
  });

  it("is asked about on the hosts that stay, and not on itself or on workers", () => {
    const step = quorumStep(leaving);
    const asked = [etcdHost("node-a"), leaving, host("node-b")].filter((one) => step.appliesTo?.(one));
    expect(asked.map(({ name }) => name)).toEqual(["node-a"]);
  });
});

describe("the members after a change", () => {
  const settled = settledStep([etcdHost("node-a"), etcdHost("node-b")]);
  const answer = (...health: readonly boolean[]) =>
    JSON.stringify(health.map((healthy, index) => ({ endpoint: `https://10.0.0.${index + 1}:2379`, health: healthy })));
  const decision = (...health: readonly boolean[]) =>
    decideOn(settled, { "docker exec etcd": health.length === 0 ? "" : answer(...health) }, etcdHost("node-a"));

  it("are well when as many are healthy as there should be", () => {
    expect(decision(true, true)).toEqual({ kind: "ok" });
  });

  it("are waited for while one catches up, and never taken for well while there are too many or too few", () => {
    expect(changesOf(decision(true, false))[0]?.summary).toBe("wait until all members of etcd are healthy");
    expect(decision(true, true, true)).toMatchObject({
      kind: "later",
      because: "etcd has 3 members, and 2 are wanted",
    });
    expect(decision(true)).toMatchObject({ kind: "later" });
    expect(decision()).toMatchObject({ kind: "later", because: "etcd has 0 members, and 2 are wanted" });
  });
});

describe("the snapshots on hosts", () => {
  it("are the whole files there, named as rke wants them", () => {
    const answer =
      "2281472 1763700000.5 first.zip\n100 1763710000.0 2026-11-21T05:04:01Z_etcd.zip\n7 1763720000.1 old\n";
    expect(readSnapshotFiles(answer)).toEqual([
      { name: "first", bytes: 2281472, takenAt: 1763700000000 },
      { name: "2026-11-21T05:04:01Z_etcd", bytes: 100, takenAt: 1763710000000 },
      { name: "old", bytes: 7, takenAt: 1763720000000 },
    ]);
  });

  it("count once where a restore that was cut has unpacked one", () => {
    const answer = "9 1763700000 a.zip\n99 1763800000 a\n";
    expect(readSnapshotFiles(answer)).toEqual([{ name: "a", bytes: 9, takenAt: 1763700000000 }]);
  });

  it.each([
    "",
    "garbage",
    "1 2",
    "x 1763700000 a.zip",
    "1 1763700000 a b.zip",
    "1 1763700000 ../../etc/passwd",
    "1 1763700000 $(reboot).zip",
    "1 1763700000 -rf.zip",
    "99999999999999999999 1 a.zip",
  ])("are none in %j", (answer) => {
    expect(readSnapshotFiles(answer)).toEqual([]);
    expect(snapshotFiles.parse({ code: 1, stdout: answer, stderr: "" })).toEqual([]);
  });

  it("are one snapshot under one name, the newest first, with all that have it", () => {
    const file = (name: string, takenAt: number, bytes = 1) => ({ name, takenAt, bytes });
    const found = [
      { host: host("a"), files: [file("x", 20), file("y", 30)] },
      { host: host("b"), files: [file("x", 10, 5)] },
      { host: host("c"), files: [] },
    ];
    expect(snapshotsOf(found)).toEqual([
      { name: "y", bytes: 1, takenAt: 30, hosts: ["a"] },
      { name: "x", bytes: 5, takenAt: 10, hosts: ["a", "b"] },
    ]);
  });

  it("have names that no command line takes for something else", () => {
    expect(
      ["a", "drover-20260101T000000Z", "2026-11-21T05:04:01Z_etcd", "a+b"].filter((name) => !snapshotName.test(name)),
    ).toEqual([]);
    expect(
      ["", "-x", ".x", "a/b", "a b", "a\nb", "a;b", "$(a)", "x".repeat(201)].filter((name) => snapshotName.test(name)),
    ).toEqual([]);
  });
});

describe("a snapshot that is taken", () => {
  const stages = saveStages(setupOf(withRke({ ignoreDockerVersion: true })), "mine", "token");
  const [save, kept] = stages.slice(1).map(({ steps }) => steps[0] ?? expect.fail("no step"));

  it("is rke's own, under the lock that every rke takes, with the state backed up first", () => {
    const script = scriptsOf(decideOn(save ?? expect.fail(), {}));
    const order = [
      "/c/rke.lock",
      "keep /c/cluster.rkestate",
      "etcd snapshot-save --name mine --config /c/cluster.yml --ignore-docker-version",
      "drover: token is done",
    ];
    const places = order.map((words) => script.indexOf(words));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
  });

  it("is done when rke's log says so of this very run", () => {
    expect(decideOn(save ?? expect.fail(), { "drover: token is done": "" }).kind).toBe("ok");
    expect(save?.probes(host("x"))["done"]?.sh.text).toContain("grep -qxF 'drover: token is done' /c/rke.log");
  });

  it("counts only once every etcd host has the file, whatever rke is content with", () => {
    const one = kept ?? expect.fail();
    expect([etcdHost("a"), host("b")].map((each) => one.appliesTo?.(each))).toEqual([true, false]);
    expect(decideOn(one, {}, etcdHost("a"))).toMatchObject({
      kind: "later",
      because: "there is no /opt/rke/etcd-snapshots/mine.zip",
    });
    expect(decideOn(one, { "test -s": "" }, etcdHost("a")).kind).toBe("ok");
  });

  it("tells on which host it is being taken", () => {
    expect(savePhase(log("[etcd] Running snapshot save once on host [10.0.0.1]"))?.phase).toBe("saving on 10.0.0.1");
    expect(savePhase(log("anything"))).toBeUndefined();
    expect(savePhase("no log")).toBeUndefined();
  });

  it("is refused before anything starts where no cluster was made from here", () => {
    const there = stages[0]?.steps[0] ?? expect.fail();
    expect(decideOn(there, {})).toMatchObject({ kind: "blocked", code: "cluster/absent" });
    expect(decideOn(there, { "test -s": "" }).kind).toBe("ok");
  });
});

describe("a restore", () => {
  const lost = ["all that was written after noon", "every pod"];
  const stages = restoreStages(setupOf(), { snapshot: "mine", lost, token: "token" });
  const step = stages[2]?.steps[0] ?? expect.fail("no step");

  it("wants every host to answer before anything is shown, workers too", () => {
    const [before, workers] = [stages[1] ?? expect.fail(), host("w", { roles: ["worker"] })];
    const pipeline = { cluster: "c", hosts: [etcdHost("a"), workers], stages };
    expect(hostsOf(pipeline, before)).toEqual(pipeline.hosts);
    expect(decideOn(before.steps[0] ?? expect.fail(), {})).toEqual({ kind: "ok" });
  });

  it("shows what is lost, disrupts the cluster, and gives rke the cluster.yml of the inventory", () => {
    const [change] = changesOf(decideOn(step, {}));
    expect(change).toMatchObject({
      disrupts: "cluster",
      before: "all that was written after noon\nevery pod\n",
      after: "",
    });
    expect(change?.actions[0]).toMatchObject({ kind: "write", path: "/c/cluster.yml", mode: 0o600, sensitive: true });
  });

  it("ends with a cluster that is waited for", () => {
    expect(stages.map(({ id }) => id)).toEqual(["tools", "hosts", "restore", "ready"]);
  });

  it("tells how far it is: rke's own steps, then those of rke up, and never back", () => {
    const run = [
      "Checking if state file is included in snapshot file for [mine]",
      "[etcd] starting backup server on host [10.0.0.1]",
      "[etcd] Get snapshot [mine] on host [10.0.0.2]",
      "Cleaning old kubernetes cluster",
      "[etcd] Restoring [mine] snapshot on etcd host [10.0.0.1]",
      "Building Kubernetes cluster",
      "[worker] Building up Worker Plane..",
      "Finished building Kubernetes cluster successfully",
      "Finished restoring snapshot [mine] on all etcd hosts",
    ].map((message) => restorePhase(log(message)));
    expect(run[2]?.phase).toBe("handing the snapshot to 10.0.0.2");
    expect(run[4]?.phase).toBe("restoring etcd on 10.0.0.1");
    const fractions = run.map((progress) => progress?.fraction ?? -1);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(restorePhase(log("something else"))).toBeUndefined();
  });
});

describe("the list of snapshots", () => {
  const shape = { color: false, width: 120, now: Date.parse("2026-11-21T12:00:00Z") };
  const one = { name: "mine", bytes: 2_281_472, takenAt: Date.parse("2026-11-21T10:30:00Z"), hosts: ["a", "b"] };

  it("says when each was taken, how large it is, and who has it", () => {
    const text = renderSnapshots([one], {}, shape);
    expect(text).toContain("1 snapshot\n");
    expect(text).toMatch(/mine +2026-11-21T10:30:00Z +1 h 30 min ago +2\.3 MB +a, b/);
  });

  it("names hosts that did not answer, and prints nothing of theirs as it is", () => {
    const text = renderSnapshots([], { a: "nothing answers" }, shape);
    expect(text).toBe("No snapshots\na did not answer: nothing answers\n");
    expect(renderSnapshots([{ ...one, name: "\u001b[2J" }], {}, shape)).not.toMatch(escapes);
  });

  it("does not take a clock that is ahead for a negative age", () => {
    expect(renderSnapshots([{ ...one, takenAt: shape.now + 60_000 }], {}, shape)).toContain("0.0 s ago");
  });
});
