import { describe, expect, it } from "vitest";
import type { Host, Role } from "../../src/core/cluster.ts";
import { rkeHealth } from "../../src/engines/rke/day-two/cluster-health.ts";
import { componentsProbe } from "../../src/engines/rke/day-two/components.ts";
import { healthProblems } from "../../src/engines/rke/day-two/health-problems.ts";
import { type HostHealth, healthQuestions } from "../../src/engines/rke/day-two/host-health.ts";
import { readSnapshotFiles, snapshotsOf } from "../../src/engines/rke/day-two/snapshot-files.ts";
import { snapshotProblems } from "../../src/engines/rke/day-two/snapshot-problems.ts";
import { knownPem } from "./support/certificates.ts";
import { randomNumbers } from "./support/random-numbers.ts";
import { answer, cluster, host, type Machine } from "./support/rke-world.ts";
import { rounds } from "./support/thoroughness.ts";

const now = Date.parse("2026-11-21T12:00:00Z");
const hour = 3_600_000;
const day = 24 * hour;
const well: HostHealth = {
  host: host("node-a", { roles: ["controlplane", "etcd"] }),
  components: [{ name: "etcd", state: "running" }],
  certificates: [],
  members: [{ address: "10.0.0.1", healthy: true, bytes: undefined, leader: true, version: "" }],
  snapshots: [],
};

describe("the moment from which something is told", () => {
  it.each([
    [800, 1000, false],
    [801, 1000, true],
    [undefined, 1000, false],
    [2_000_000_000, Number.POSITIVE_INFINITY, false],
  ])("of %s bytes in etcd, which takes %i, is told: %s", (bytes, quota, isTold) => {
    const members = (well.members ?? []).map((member) => ({ ...member, bytes }));
    expect(healthProblems([{ ...well, members }], now, quota).length).toBe(isTold ? 1 : 0);
  });

  it.each([
    [30 * day, undefined],
    [30 * day - 1, "ends in 29 days"],
    [2 * day, "ends in 2 days"],
    [2 * day - 1, "ends in 1 day;"],
    [day - 1, "ends in 0 days"],
    [0, "ends in 0 days"],
    [-1, "has ended"],
  ])("of a certificate with %i ms left", (left, words) => {
    const certificates = [{ name: "kube-node", endsAt: now + left, fingerprint: "" }];
    const told = healthProblems([{ ...well, certificates }], now);
    expect(told).toEqual(words === undefined ? [] : [expect.stringContaining(words)]);
  });

  it("is the soonest of each host's certificates, once for each host", () => {
    const of = (name: string, ...days: readonly number[]): HostHealth => ({
      ...well,
      host: host(name),
      certificates: days.map((left) => ({ name: `in-${left}`, endsAt: now + left * day, fingerprint: "" })),
    });
    const hosts = [of("node-b", 20, 5, 40), of("node-c", 400), of("node-d", 3, 29)];
    expect(healthProblems(hosts, now)).toEqual([
      "node-b: the certificate in-5 ends in 5 days; `drover certs rotate` renews it",
      "node-d: the certificate in-3 ends in 3 days; `drover certs rotate` renews it",
    ]);
  });

  it.each([
    [6, 12 * hour, undefined],
    [6, 12 * hour + 1, "is 12 hours old, and the inventory wants one every 6 hours"],
    [1, 2 * hour + 1, "is 2 hours old, and the inventory wants one every hour"],
    [23, 47 * hour, "is 47 hours old"],
    [23, 48 * hour, "is 2 days old"],
    [48, 10 * day, "is 10 days old, and the inventory wants one every 2 days"],
  ])("of a snapshot wanted every %i hours, the last of which is %i ms old", (everyHours, age, words) => {
    const snapshots = [{ name: "s", bytes: 1, takenAt: now - age }];
    const wanted = { enabled: true, everyHours, keep: 1, timeoutSeconds: 300, s3: undefined };
    const told = snapshotProblems([{ ...well, snapshots }], wanted, 0, now);
    expect(told).toEqual(words === undefined ? [] : [expect.stringContaining(words)]);
  });

  it("is that of etcd hosts alone: a snapshot that lies on a worker is none of the cluster's", () => {
    const wanted = { enabled: true, everyHours: 6, keep: 1, timeoutSeconds: 300, s3: undefined };
    const snapshots = [{ name: "copied", bytes: 1, takenAt: now }];
    const told = snapshotProblems([well, { ...well, host: host("w"), snapshots }], wanted, now - 13 * hour, now);
    expect(told).toEqual([expect.stringContaining("there is no snapshot")]);
    expect(snapshotProblems([well], wanted, now - 12 * hour, now)).toEqual([]);
  });
});

describe("the programs of a host", () => {
  it.each<[readonly Role[], string]>([
    [["etcd"], "etcd nginx-proxy kubelet kube-proxy"],
    [["controlplane"], "kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy"],
    [["worker"], "nginx-proxy kubelet kube-proxy"],
    [["etcd", "worker"], "etcd nginx-proxy kubelet kube-proxy"],
    [["controlplane", "worker"], "kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy"],
    [
      ["controlplane", "etcd", "worker"],
      "etcd kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy",
    ],
  ])("with the roles %j are %s", (roles, names) => {
    const read = componentsProbe(host("x", { roles })).parse({ code: 0, stdout: "", stderr: "" });
    expect(read?.map(({ name }) => name).join(" ")).toBe(names);
    expect(new Set(read?.map(({ state }) => state))).toEqual(new Set(["missing"]));
  });
});

describe("what status reads of the hosts beneath", () => {
  const [a, b, w] = [
    host("node-a", { roles: ["controlplane", "etcd"] }),
    host("node-b", { roles: ["etcd"] }),
    host("w"),
  ];
  const asked = (one: Host, machine: Machine) => ({
    host: one,
    answers: new Map(healthQuestions(one).map(({ text }) => [text, answer(machine, text)])),
  });
  const read = (...hosts: readonly ReturnType<typeof asked>[]) =>
    rkeHealth.read(cluster, hosts, { now, since: now - 30 * day });
  const nothing = { "docker ps": "", "cd /etc/kubernetes/ssl": "" };

  it("has traces of a cluster where any host has a container, a certificate or a snapshot", () => {
    expect(read(asked(a, nothing), asked(w, nothing)).hasTraces).toBe(false);
    expect(read(asked(a, {}), asked(w, {})).hasTraces).toBe(false);
    for (const more of [
      { "docker ps": "kubelet exited\n" },
      { "cd /etc/kubernetes/ssl": `== kube-ca.pem\n${knownPem}\n` },
      { "find /opt/rke": "1 1763700000 s.zip\n" },
    ])
      expect(read(asked(w, nothing), asked(a, { ...nothing, ...more })).hasTraces).toBe(true);
    expect(read(asked(a, { ...nothing, "docker ps": "customer-db running\n" })).hasTraces).toBe(false);
  });

  it("names the hosts whose member is sick, so that their step need not tell it again", () => {
    const health =
      '[{"endpoint":"https://10.0.0.1:2379","health":true},{"endpoint":"https://10.0.0.2:2379","health":false}]';
    const { told, problems } = read(
      asked(a, { ...nothing, "docker exec etcd": health }),
      asked(b, { ...nothing, "docker ps": "etcd running\n" }),
      asked(w, nothing),
    );
    expect([...told]).toEqual([["node-b", "etcd/healthy"]]);
    expect(problems).toContain("etcd: the member at 10.0.0.2 is not healthy");
  });

  it("is what the first host says that knows its members, whatever the later ones say", () => {
    const says = (healthy: boolean) => `[{"endpoint":"https://10.0.0.1:2379","health":${healthy}}]`;
    const { health } = read(
      asked(w, nothing),
      asked(b, { ...nothing, "docker exec etcd": says(false) }),
      asked(a, { ...nothing, "docker exec etcd": says(true) }),
    );
    expect(health?.etcd).toMatchObject([{ healthy: false }]);
    expect(read().health).toBeUndefined();
  });

  it("has no snapshot, certificate or program that nobody named", () => {
    expect(read(asked(w, {})).health).toEqual({
      components: [],
      etcd: [],
      lastSnapshot: undefined,
      certificate: undefined,
    });
  });
});

describe("snapshots of any hosts", () => {
  const below = randomNumbers(7);
  const random = () =>
    Array.from({ length: below(4) }, (_, index) => ({
      host: host(`h${index}`),
      files: Array.from({ length: below(4) }, () => ({
        name: `s${below(4)}`,
        bytes: below(1000),
        takenAt: below(5) * 1000,
      })).filter(({ name }, at, all) => all.findIndex((one) => one.name === name) === at),
    }));

  it("are the same in whatever order the hosts answered, each with all that have it", () => {
    for (let round = 0; round < rounds(300); round += 1) {
      const found = random();
      const list = snapshotsOf(found);
      const again = snapshotsOf(found.toReversed());
      expect(again.map(({ hosts, ...rest }) => ({ ...rest, hosts: hosts.toReversed() }))).toEqual(list);
      for (const { name, hosts, takenAt, bytes } of list) {
        const having = found.filter(({ files }) => files.some((file) => file.name === name));
        const files = having.flatMap((one) => one.files.filter((file) => file.name === name));
        expect(hosts).toEqual(having.map((one) => one.host.name));
        expect(takenAt).toBe(Math.min(...files.map((file) => file.takenAt)));
        expect(bytes).toBe(Math.max(...files.map((file) => file.bytes)));
      }
      expect(list.map(({ takenAt }) => takenAt)).toEqual(list.map(({ takenAt }) => takenAt).toSorted((x, y) => y - x));
    }
  });

  it("are read as they were written, and nothing else of the same folder is", () => {
    for (let round = 0; round < rounds(300); round += 1) {
      const files = random()[0]?.files ?? [];
      const lines = files.map(({ name, bytes, takenAt }) => `${bytes} ${takenAt / 1000}.${below(1000)} ${name}.zip`);
      const noise = ["7 1763700000.1 .hidden.zip", "7 17637 with space.zip", "7 1763700000.1", "total 8", ""];
      expect(readSnapshotFiles([...noise, ...lines, ...noise].join("\n"))).toEqual(files);
    }
  });
});
