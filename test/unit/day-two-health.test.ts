import { describe, expect, it } from "vitest";
import { daysLeft, hostCertificates, readCertificates } from "../../src/engines/rke/day-two/certificates.ts";
import { clusterHealth } from "../../src/engines/rke/day-two/cluster-health.ts";
import { componentsProbe } from "../../src/engines/rke/day-two/components.ts";
import { etcdQuota, healthProblems, hostsOfSickMembers } from "../../src/engines/rke/day-two/health-problems.ts";
import { type HostHealth, healthQuestions, readHealth } from "../../src/engines/rke/day-two/host-health.ts";
import { rotateStages } from "../../src/engines/rke/day-two/rotate.ts";
import { rotateKeyPhase, rotateKeyStages } from "../../src/engines/rke/day-two/rotate-key.ts";
import { snapshotProblems } from "../../src/engines/rke/day-two/snapshot-problems.ts";
import { renderCertificates } from "../../src/view/certificates.ts";
import { type ClusterStatus, renderStatus } from "../../src/view/status.ts";
import { knownPem } from "./support/certificates.ts";
import { changesOf, decideOn, host, scriptsOf, setupOf, withRke } from "./support/rke-world.ts";
import { escapes } from "./support/view-support.ts";

const now = Date.parse("2026-11-21T12:00:00Z");
const day = 86_400_000;
const etcdHost = host("node-a", { roles: ["controlplane", "etcd"] });

const well: HostHealth = {
  host: etcdHost,
  components: [{ name: "etcd", state: "running" }],
  certificates: [{ name: "kube-ca", endsAt: now + 3650 * day, fingerprint: "a" }],
  members: [{ address: "10.0.0.1", healthy: true, bytes: 2_000_000, leader: true, version: "3.5.16" }],
  snapshots: [{ name: "s", bytes: 1, takenAt: now - day }],
};

describe("the certificates on a host", () => {
  it("are read with their names, ends and fingerprints", () => {
    const [one, ...more] = readCertificates(`== kube-ca.pem\n${knownPem}\n== kube-node.pem\n${knownPem}\n`);
    expect(one).toMatchObject({ name: "kube-ca", fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(one?.endsAt).toBe(Date.parse("Nov 18 10:57:29 2036 GMT"));
    expect(more).toMatchObject([{ name: "kube-node", fingerprint: one?.fingerprint }]);
  });

  it.each([
    "",
    "garbage",
    "== kube-ca.pem\n",
    "== kube-ca.pem\nnot a certificate\n",
    `== ../x.pem\n${knownPem}`,
    `== kube-ca.pem\n${knownPem.slice(0, 200)}`,
    `== a b.pem\n${knownPem}`,
  ])("are left out where they are none: case %#", (answer) => {
    expect(readCertificates(answer)).toEqual([]);
    expect(hostCertificates.parse({ code: 1, stdout: answer, stderr: "" })).toEqual([]);
  });

  it("are asked for without their keys", () => {
    expect(hostCertificates.sh.text).toContain("*-key.pem | '*.pem')");
  });

  it("have whole days left, and fewer than none once they have ended", () => {
    expect([now + 10 * day, now + day - 1, now, now - 1].map((endsAt) => daysLeft(endsAt, now))).toEqual([
      10, 0, 0, -1,
    ]);
  });
});

describe("the components of a host", () => {
  const said = (roles: typeof etcdHost.roles, stdout: string, code = 0) =>
    componentsProbe(host("x", { roles })).parse({ code, stdout, stderr: "" });

  it("are those of its roles, with Docker's word for each", () => {
    const stdout =
      "etcd running\nkubelet exited\nkube-proxy running\nkube-apiserver running\nkube-scheduler restarting\nmine running\n";
    expect(said(["controlplane", "etcd"], stdout)).toEqual([
      { name: "etcd", state: "running" },
      { name: "kube-apiserver", state: "running" },
      { name: "kube-controller-manager", state: "missing" },
      { name: "kube-scheduler", state: "restarting" },
      { name: "kubelet", state: "exited" },
      { name: "kube-proxy", state: "running" },
    ]);
    expect(said(["worker"], "")?.map(({ name }) => name)).toEqual(["nginx-proxy", "kubelet", "kube-proxy"]);
  });

  it("are not known without Docker", () => {
    expect(said(["worker"], "", 127)).toBeUndefined();
  });
});

describe("the health of a host", () => {
  it("is asked for in a few questions, of etcd only where it runs", () => {
    expect(healthQuestions(etcdHost).length).toBe(4);
    expect(
      healthQuestions(host("w"))
        .map(({ text }) => text)
        .join(),
    ).not.toContain("etcdctl");
  });

  it("is read from whatever was answered, and nothing is made up where nothing was", () => {
    expect(readHealth(host("w"), new Map())).toMatchObject({
      components: undefined,
      certificates: [],
      members: undefined,
      snapshots: [],
    });
    const hostile = new Map(
      healthQuestions(etcdHost).map(({ text }) => [text, { code: 0, stdout: "\u0000}{[\n==", stderr: "" }]),
    );
    expect(() => readHealth(etcdHost, hostile)).not.toThrow();
  });
});

describe("what is wrong with a cluster's health", () => {
  const problems = (...hosts: readonly Partial<HostHealth>[]) =>
    healthProblems(
      hosts.map((one) => ({ ...well, ...one })),
      now,
    );

  it("is nothing where all is well, and nothing where no host was asked", () => {
    expect(problems({})).toEqual([]);
    expect(healthProblems([], now)).toEqual([]);
  });

  it.each<[string, Partial<HostHealth>, RegExp]>([
    [
      "a component that does not run",
      { components: [{ name: "kubelet", state: "exited" }] },
      /^node-a: kubelet is exited$/,
    ],
    [
      "a component that is gone, with what brings it back: up does not by itself",
      { components: [{ name: "kube-proxy", state: "missing" }, ...(well.components ?? [])] },
      /^node-a: kube-proxy is missing; to make it anew, remove cluster\.yml .*, and run `drover up`$/,
    ],
    [
      "a machine that was installed anew",
      { components: ["etcd", "kubelet"].map((name) => ({ name, state: "missing" })) },
      /^node-a: none of Kubernetes' own programs is there; .*drover node replace node-a/,
    ],
    [
      "a Docker that does not answer",
      { components: undefined },
      /^node-a: Docker does not answer; if this machine was installed anew: `drover node replace node-a`$/,
    ],
    ["etcd that does not answer", { members: undefined }, /^etcd does not answer on any host$/],
    [
      "a sick member",
      { members: [{ address: "10.0.0.9", healthy: false, bytes: undefined, leader: false, version: "" }] },
      /the member at 10\.0\.0\.9 is not healthy/,
    ],
    [
      "an etcd that fills up",
      { members: [{ address: "10.0.0.1", healthy: true, bytes: 1_900_000_000, leader: true, version: "" }] },
      /1900 MB at 10\.0\.0\.1; at 2147 MB it stops/,
    ],
    [
      "a certificate that ends",
      { certificates: [{ name: "kube-node", endsAt: now + 9.5 * day, fingerprint: "" }] },
      /node-a: the certificate kube-node ends in 9 days/,
    ],
    [
      "a certificate that ends tomorrow",
      { certificates: [{ name: "kube-node", endsAt: now + 1.5 * day, fingerprint: "" }] },
      /kube-node ends in 1 day;/,
    ],
    [
      "a certificate that has ended",
      { certificates: [{ name: "kube-node", endsAt: now - 1, fingerprint: "" }] },
      /kube-node has ended/,
    ],
  ])("is %s", (_, more, words) => {
    expect(problems(more)).toEqual([expect.stringMatching(words)]);
  });

  const gib = 1024 ** 3;
  it.each<[string, Partial<Parameters<typeof withRke>[0]>, number, RegExp | undefined]>([
    ["usual", {}, 1.7 * gib, /1825 MB at 10\.0\.0\.1; at 2147 MB/],
    // As Rancher's own documentation advises it ("Tuning etcd for Large Installations").
    ["larger", { extraArgs: { etcd: { "quota-backend-bytes": "5368709120" } } }, 1.7 * gib, undefined],
    ["larger", { extraArgs: { etcd: { "quota-backend-bytes": "5368709120" } } }, 4.5 * gib, /4832 MB .*; at 5369 MB/],
    ["variable's", { extraEnv: { etcd: { ETCD_QUOTA_BACKEND_BYTES: "8589934592" } } }, 4.5 * gib, undefined],
    ["missing", { extraArgs: { etcd: { "quota-backend-bytes": "-1" } } }, 9 * gib, undefined],
    ["given as none", { extraArgs: { etcd: { "quota-backend-bytes": "0" } } }, 1.7 * gib, /at 2147 MB/],
    ["given as nonsense", { extraArgs: { etcd: { "quota-backend-bytes": "5G" } } }, 1.7 * gib, /at 2147 MB/],
  ])("is an etcd that fills up to its quota, where that is %s (%#)", (_, rke, bytes, words) => {
    const members = (well.members ?? []).map((member) => ({ ...member, bytes }));
    const quota = etcdQuota(withRke(rke).rke);
    expect(healthProblems([{ ...well, members }], now, quota)).toEqual(
      words === undefined ? [] : [expect.stringMatching(words)],
    );
  });

  it.each([
    ["exited", /^node-a: etcd is exited$/],
    ["missing", /^node-a: etcd is missing; to make it anew, /],
    ["restarting", /^node-a: etcd is restarting$/],
  ])("is said once of a member whose container is %s, though the others call it sick as well", (state, words) => {
    const mine = {
      address: "10.0.0.1",
      healthy: false,
      because: "refused",
      bytes: undefined,
      leader: false,
      version: "",
    };
    const theirs = { ...mine, address: "10.0.0.2" };
    const components = [
      { name: "etcd", state },
      { name: "kubelet", state: "running" },
    ];
    expect(problems({ components, members: [mine] })).toEqual([expect.stringMatching(words)]);
    // Of a member elsewhere, whose container is not known, it is still told.
    expect(problems({ components, members: [mine, theirs] })).toEqual([
      expect.stringMatching(words),
      "etcd: the member at 10.0.0.2 is not healthy: refused",
    ]);
  });

  it("names the hosts that answered and whose member is sick, by the address that members know", () => {
    const members = ["10.0.0.1", "192.168.0.2", "10.0.0.3"].map((address) => ({
      address,
      healthy: address === "10.0.0.3",
      bytes: undefined,
      leader: false,
      version: "",
    }));
    const hosts = [
      { ...well, members },
      { ...well, host: host("node-b", { roles: ["etcd"], internalAddress: "192.168.0.2" }), members: undefined },
      { ...well, host: host("node-c", { roles: ["etcd"] }), members },
      { ...well, host: host("node-d") },
    ];
    expect(hostsOfSickMembers(hosts).map((one) => one.host.name)).toEqual(["node-a", "node-b"]);
    expect(hostsOfSickMembers([])).toEqual([]);
  });

  it("is said once of etcd, whoever tells it", () => {
    const sick = { members: [{ address: "10.0.0.9", healthy: false, bytes: undefined, leader: false, version: "" }] };
    expect(problems(sick, { ...sick, host: host("node-b", { roles: ["etcd"] }) })).toHaveLength(1);
  });
});

describe("snapshots that the inventory wants", () => {
  const hour = 3_600_000;
  const taken = (ago: number): Partial<HostHealth> => ({ snapshots: [{ name: "s", bytes: 1, takenAt: now - ago }] });
  const wanted = (everyHours: number) => ({ enabled: true, everyHours, keep: 1, timeoutSeconds: 300, s3: undefined });
  const problems = (one: Partial<HostHealth>, everyHours = 6, age = 30 * day) =>
    snapshotProblems([{ ...well, ...one }], wanted(everyHours), now - age, now);

  it("are no problem while one is of the last two turns, or the cluster is too young to have any", () => {
    expect(problems(taken(12 * hour))).toEqual([]);
    expect(problems(taken(5 * day), 168)).toEqual([]);
    expect(problems({ snapshots: [] }, 6, 11 * hour)).toEqual([]);
    expect(snapshotProblems([{ ...well, snapshots: [] }], wanted(6), undefined, now)).toEqual([]);
  });

  it("are one where two turns have passed without, with the place that tells why", () => {
    expect(problems(taken(13 * hour))).toEqual([
      "etcd: the last snapshot, s, is 13 hours old, and the inventory wants one every 6 hours; `docker logs etcd-rolling-snapshots` on an etcd host tells why",
    ]);
    expect(problems(taken(5 * day), 1)).toEqual([expect.stringMatching(/is 5 days old, .* one every hour;/)]);
    expect(problems({ snapshots: [] })).toEqual([expect.stringMatching(/there is no snapshot, .* one every 6 hours;/)]);
  });

  it("are not missed where none are wanted, or no etcd host could be asked", () => {
    expect(snapshotProblems([{ ...well, snapshots: [] }], { ...wanted(6), enabled: false }, 0, now)).toEqual([]);
    expect(snapshotProblems([{ ...well, host: host("w", { roles: ["worker"] }) }], wanted(6), 0, now)).toEqual([]);
    expect(snapshotProblems([], wanted(6), 0, now)).toEqual([]);
  });
});

describe("the health that status shows", () => {
  const health = clusterHealth(
    [
      well,
      {
        ...well,
        host: host("node-b"),
        snapshots: [],
        certificates: [{ name: "kube-node", endsAt: now + 100 * day, fingerprint: "b" }],
      },
    ],
    now,
  );

  it("is of the whole cluster: the newest snapshot, the certificate that ends first", () => {
    expect(health).toMatchObject({
      components: [{ host: "node-a" }, { host: "node-b" }],
      etcd: [{ healthy: true }],
      lastSnapshot: { name: "s", hosts: ["node-a"] },
      certificate: { name: "kube-node", host: "node-b", daysLeft: 100 },
    });
    expect(clusterHealth([], now)).toBeUndefined();
  });

  it("stands in lines below the title, and is left out where nobody could be asked", () => {
    const status: ClusterStatus = {
      cluster: "demo",
      made: true,
      nodes: [],
      hosts: [],
      releases: [],
      problems: [],
      notes: [],
      health,
    };
    const text = renderStatus(status, { color: false, width: 100 });
    expect(text.split("\n").slice(1, 4)).toEqual([
      "Components: 2 of 2 running",
      "etcd: 1 of 1 members healthy, 2.0 MB; last snapshot: s of 2026-11-20T12:00Z",
      "Certificates: kube-node on node-b ends first, in 100 days",
    ]);
    expect(renderStatus({ ...status, health: undefined }, { color: false, width: 100 })).toBe(
      "Cluster demo: no node is known\n",
    );
  });
});

describe("certificates as a table", () => {
  const line = {
    name: "kube-ca",
    hosts: ["a", "b"],
    endsAt: now + 10 * day,
    daysLeft: 10,
    fingerprint: "x",
    soon: true,
  };

  it("say what to do about those that end soon, and which hosts kept silent", () => {
    const text = renderCertificates(
      [line, { ...line, name: "old", daysLeft: -3 }, { ...line, name: "new", daysLeft: 900, soon: false }],
      { c: "nothing answers" },
      { color: false, width: 120 },
    );
    expect(text).toMatch(/kube-ca +2026-12-01 +10 +a, b +renew: drover certs rotate/);
    expect(text).toMatch(/old .* ENDED /);
    expect(text).toMatch(/new .* 900 +a, b +-\n/);
    expect(text).toContain("c did not answer: nothing answers");
  });

  it("hold no codes of a terminal that a host sent, and say if there are none", () => {
    expect(renderCertificates([{ ...line, name: "\u001b[2J" }], {}, { color: false, width: 120 })).not.toMatch(escapes);
    expect(renderCertificates([], {}, { color: false, width: 120 })).toBe("No certificates\n");
  });
});

describe("a rotation", () => {
  const decided = (services: readonly string[], authority: boolean) => {
    const stages = rotateStages(setupOf(), { services, authority, token: "t" });
    return decideOn(stages.find(({ id }) => id === "rotate")?.steps[0] ?? expect.fail(), {});
  };

  it("is of all but the authority, which stays unless it is asked for", () => {
    expect(scriptsOf(decided([], false))).toContain("rke cert rotate  --config /c/cluster.yml");
    expect(scriptsOf(decided([], false))).not.toContain("--rotate-ca");
    expect(scriptsOf(decided([], true))).toContain("cert rotate --rotate-ca");
    expect(changesOf(decided([], true))[0]).toMatchObject({ disrupts: "cluster" });
  });

  it("may be of some services, and says which", () => {
    expect(scriptsOf(decided(["etcd", "kubelet"], false))).toContain("cert rotate --service etcd --service kubelet");
    expect(changesOf(decided(["etcd"], false))[0]).toMatchObject({
      summary: expect.stringContaining("of etcd"),
      disrupts: "service",
    });
  });

  it("ends with a cluster that is waited for", () => {
    expect(rotateStages(setupOf(), { services: [], authority: false, token: "t" }).map(({ id }) => id)).toEqual([
      "tools",
      "hosts",
      "rotate",
      "ready",
    ]);
  });
});

describe("a new key for secrets", () => {
  const encrypted = setupOf(
    withRke({ clusterYml: { services: { "kube-api": { secrets_encryption_config: { enabled: true } } } } }),
  );
  const stepsOf = (setup: typeof encrypted) => rotateKeyStages(setup, "t").flatMap(({ steps }) => steps);
  const step = (setup: typeof encrypted, id: string) => stepsOf(setup).find((one) => one.id === id) ?? expect.fail(id);

  it("is made by rke, where there is an old one, and ends with a cluster that is waited for", () => {
    expect(scriptsOf(decideOn(step(encrypted, "secrets/rotate-key"), {}))).toContain(
      "rke encrypt rotate-key --config /c/cluster.yml",
    );
    expect(decideOn(step(encrypted, "secrets/encrypted"), {}).kind).toBe("ok");
    expect(rotateKeyStages(encrypted, "t").map(({ id }) => id)).toEqual(["tools", "hosts", "rotate-key", "ready"]);
  });

  it("is refused where secrets are not encrypted, before anything else is asked", () => {
    expect(stepsOf(setupOf())[0]?.id).toBe("secrets/encrypted");
    expect(decideOn(step(setupOf(), "secrets/encrypted"), {})).toMatchObject({
      kind: "blocked",
      remedy: expect.stringContaining("rke.api.secretsEncryption"),
    });
  });

  it("tells when secrets are written anew", () => {
    const log = (message: string) => `time="x" level=info msg=${JSON.stringify(message)}`;
    expect(rotateKeyPhase(log("Rewriting cluster secrets"))?.phase).toBe("writing every secret anew");
    expect(rotateKeyPhase(log("[worker] Upgrading Worker Plane.."))?.phase).toBe("upgrading the workers");
    expect(rotateKeyPhase("no log")).toBeUndefined();
  });
});
