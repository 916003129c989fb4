import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { findCertificates } from "../../src/cli/day-two/find-certificates.ts";
import { checkedName, findSnapshots, refuseTaken, snapshotToRestore } from "../../src/cli/day-two/snapshots.ts";
import { SeveralFailed } from "../../src/core/errors.ts";
import type { Result } from "../../src/core/probe.ts";
import { hostCertificates } from "../../src/engines/rke/day-two/certificates.ts";
import { snapshotFiles } from "../../src/engines/rke/day-two/snapshot-files.ts";
import { readCertificate } from "../../src/engines/rke/read-certificate.ts";
import { testFolder } from "../test-folder.ts";
import { answerBatch } from "./support/batch-double.ts";
import { knownPem } from "./support/certificates.ts";
import { answer, FakeHost, lineError } from "./support/fake-host.ts";
import { cluster, host, paths, setupOf, withRke } from "./support/rke-world.ts";

const hosts = [
  host("cp-a", { roles: ["controlplane"] }),
  host("etcd-b", { roles: ["etcd"] }),
  host("etcd-c", { roles: ["etcd", "worker"] }),
];
const three = { ...cluster, hosts };
const wanted = "v1.32.3-rancher1-1";

let machine: FakeHost;
/** What each host has of what is asked for, by its name; a host without an entry does not answer. */
let has: Record<string, string>;
let origin: Result;
beforeEach(() => {
  machine = new FakeHost();
  has = {};
  origin = answer("");
  machine.onConnect = (name) => {
    if (has[name] === undefined) throw lineError("ssh/unreachable");
  };
  machine.onExec = (script, name) =>
    answerBatch(script, (question) =>
      [snapshotFiles, hostCertificates].some(({ sh }) => sh.text === question) ? answer(has[name] ?? "") : origin,
    ) ?? answer("", 1);
});
const failuresOf = (run: Promise<unknown>) =>
  run.then(
    () => [],
    (thrown: unknown) =>
      thrown instanceof SeveralFailed ? thrown.failures.map(({ code, host: at }) => [code, at]) : [thrown],
  );

describe("the snapshots that there are", () => {
  const find = () => findSnapshots({ cluster: three }, machine.deps);

  it("are asked of the etcd hosts alone, and each names the hosts that have it, the newest first", async () => {
    has = { "etcd-b": "10 1700000000.5 old.zip\n", "etcd-c": "20 1700000050.0 new.zip\n12 1700000003.9 old.zip\n" };
    expect(await find()).toEqual({
      snapshots: [
        { name: "new", bytes: 20, takenAt: 1_700_000_050_000, hosts: ["etcd-c"] },
        { name: "old", bytes: 12, takenAt: 1_700_000_000_000, hosts: ["etcd-b", "etcd-c"] },
      ],
      answered: hosts.slice(1),
      silent: {},
    });
    expect([machine.opened, machine.open]).toEqual([2, 0]);
  });

  it("are those of the hosts that answer, with why the others do not", async () => {
    has = { "etcd-c": "" };
    expect(await find()).toEqual({
      snapshots: [],
      answered: [hosts[2]],
      silent: { "etcd-b": "the line says ssh/unreachable" },
    });
  });

  it("are not known where no etcd host answers: that is no empty list", async () => {
    has = { "cp-a": "" };
    expect(await failuresOf(find())).toEqual([
      ["ssh/unreachable", "etcd-b"],
      ["ssh/unreachable", "etcd-c"],
    ]);
  });

  it("keep another from taking the name of one, whichever host has it", async () => {
    has = { "etcd-c": "1 1700000000 taken.zip\n" };
    const found = await find();
    expect(() => refuseTaken(found, "free")).not.toThrow();
    expect(() => refuseTaken(found, "take")).not.toThrow();
    expect(() => refuseTaken(found, "taken")).toThrow(
      expect.objectContaining({
        code: "etcd/snapshot-exists",
        message: "there is a snapshot taken already, on etcd-c",
        remedy: "Give another --name, or none.",
      }),
    );
  });

  it.each(["a", "A.b_c:d+e-f", "x".repeat(200), "zip", "a.zip.b", "2026-01-01T00:00:00Z_etcd"])(
    "may be called %s",
    (name) => expect(checkedName(name)).toBe(name),
  );

  it.each(["", "-a", ".a", "a/b", "a b", "a\n", "a.zip", "x".repeat(201), "$(id)", "é"])(
    "may not be called %j",
    (name) => expect(() => checkedName(name)).toThrow(expect.objectContaining({ code: "cli/usage" })),
  );
});

describe("the snapshot that is to be restored", () => {
  let state: string;
  const setup = (more = {}) => {
    const at = setupOf({ ...withRke(more), hosts });
    return { ...at, paths: { ...paths, state } };
  };
  const restored = (name = "s1", given = setup()) =>
    snapshotToRestore(given, name, { ...machine.deps, now: () => 1_700_003_600_000 });
  const versionLine = (version: string) => `"kubernetesVersion": "${version}"\n`;
  const authorityLine = (pem: string) => `  "certificatePEM": ${JSON.stringify(pem)}\n`;

  beforeEach(() => {
    state = join(testFolder("restore"), "cluster.rkestate");
    has = { "etcd-b": "", "etcd-c": "1 1700000000 s1.zip\n2 1600000000 s2.zip\n" };
    origin = answer(versionLine(wanted));
  });

  it("is told with what is lost by it", async () => {
    const { snapshot, lost } = await restored();
    expect(snapshot).toEqual({ name: "s1", bytes: 1, takenAt: 1_700_000_000_000, hosts: ["etcd-c"] });
    expect(lost).toHaveLength(2);
    expect(lost[0]).toContain("2023-11-14T22:13:20.000Z (1 h ago)");
  });

  it("is looked into on a host that has it", async () => {
    await restored();
    const looks = machine.scripts.filter((script) => script.includes("extractstatefile"));
    expect(looks).toHaveLength(1);
    expect(looks[0]).toContain("--name s1 ");
    // Both etcd hosts for the list, and the one that has it once more.
    expect([machine.opened, machine.open]).toEqual([3, 0]);
  });

  it("is refused where it is of another Kubernetes than the inventory wants", async () => {
    origin = answer(versionLine("v1.31.9-rancher1-1"));
    await expect(restored()).rejects.toMatchObject({
      code: "etcd/snapshot-unfit",
      message: `s1 was taken of Kubernetes v1.31.9-rancher1-1, and the inventory wants ${wanted}`,
      remedy: expect.stringContaining("Set rke.kubernetesVersion to v1.31.9-rancher1-1"),
    });
  });

  it.each<[string, () => void]>([
    ["the state within cannot be read", () => (origin = answer("", 125, "docker: no such image"))],
    ["the host that has it is lost meanwhile", () => (machine.onConnect = lostAt(3))],
  ])("goes on with its version not known where %s, and says so", async (_, spoil) => {
    spoil();
    expect((await restored()).lost).toContain(`not known: whether it was taken of Kubernetes ${wanted}`);
  });

  it("is foreign where its authority is not that of the state here, and only then", async () => {
    const foreign = (lost: readonly string[]) => lost.some((line) => line.includes("authority and keys"));
    const bundle = (pem: string) => ({ certificatesBundle: { "kube-ca": { certificatePEM: pem } } });
    origin = answer(versionLine(wanted) + authorityLine(knownPem));
    expect(foreign((await restored()).lost)).toBe(false);
    writeFileSync(state, JSON.stringify({ desiredState: bundle(knownPem), currentState: {} }));
    expect(foreign((await restored()).lost)).toBe(false);
    writeFileSync(state, JSON.stringify({ desiredState: bundle("another"), currentState: {} }));
    expect(foreign((await restored()).lost)).toBe(true);
    writeFileSync(state, "no state");
    expect(foreign((await restored()).lost)).toBe(false);
  });

  it("that no host has is told with those that there are, ten at most", async () => {
    await expect(restored("s3")).rejects.toMatchObject({
      code: "etcd/snapshot-missing",
      message: "no etcd host has a snapshot s3",
      remedy: "There are: s1, s2.",
    });
    has["etcd-c"] = Array.from({ length: 12 }, (_, at) => `1 ${1_700_000_000 - at} n${at}.zip\n`).join("");
    await expect(restored("s3")).rejects.toMatchObject({ remedy: expect.stringMatching(/: n0, .*, n9\.$/) });
    has["etcd-c"] = "";
    await expect(restored("s3")).rejects.toMatchObject({ remedy: expect.stringContaining("none at all") });
  });

  /** Refuses this connection, counted from the first. */
  function lostAt(number: number): () => void {
    let count = 0;
    return () => {
      count += 1;
      if (count === number) throw lineError("ssh/connection-lost");
    };
  }
});

describe("the certificates on the hosts", () => {
  const { endsAt, fingerprint } = readCertificate(knownPem) ?? expect.fail();
  const day = 24 * 60 * 60_000;
  const find = (now = endsAt - 100 * day) => findCertificates(three, { ...machine.deps, now: () => now });
  const section = (name: string) => `== ${name}.pem\n${knownPem}\n`;

  it("are one line where several hosts have the same, and by name where they end together", async () => {
    has = { "cp-a": section("kube-b") + section("kube-a"), "etcd-b": section("kube-a"), "etcd-c": "" };
    const line = { endsAt, fingerprint, daysLeft: 100, soon: false };
    expect(await find()).toEqual({
      certificates: [
        { ...line, name: "kube-a", hosts: ["cp-a", "etcd-b"] },
        { ...line, name: "kube-b", hosts: ["cp-a"] },
      ],
      silent: {},
    });
    expect([machine.opened, machine.open]).toEqual([3, 0]);
  });

  it.each([
    [30 * day, 30, false],
    [30 * day - 1, 29, true],
    [1, 0, true],
    [-1, -1, true],
  ])("end soon from 30 days on: %d ms before", async (left, daysLeft, soon) => {
    has = { "cp-a": section("kube-a") };
    expect((await find(endsAt - left)).certificates).toMatchObject([{ daysLeft, soon }]);
  });

  it("are those of the hosts that answer, with why the others do not; of none there is no list", async () => {
    has = { "cp-a": section("kube-a"), "etcd-c": "" };
    expect(await find()).toMatchObject({
      certificates: [{ name: "kube-a" }],
      silent: { "etcd-b": "the line says ssh/unreachable" },
    });
    has = {};
    expect(await failuresOf(find())).toEqual(hosts.map(({ name }) => ["ssh/unreachable", name]));
  });
});
