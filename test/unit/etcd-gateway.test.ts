import { describe, expect, it } from "vitest";
import { etcdMembers, readEtcdMembers } from "../../src/engines/rke/day-two/etcd-health.ts";
import { addressIn, isMemberOn, memberCertificate, memberUrl } from "../../src/engines/rke/day-two/etcd-member.ts";
import { host } from "./support/rke-world.ts";

// Recorded from etcd 3.5.16 with RKE's flags, three members, by curl 7.88: the numbers are shortened.
const entry = (n: number, more = "") =>
  `{"ID":"${n}", "name":"etcd-${n}", "peerURLs":["https://10.0.0.${n}:2380"], "clientURLs":["https://10.0.0.${n}:2379"]${more}}`;
const list = (...entries: readonly string[]) =>
  `{"header":{"cluster_id":"9", "member_id":"1", "raft_term":"2"}, "members":[${entries.join(", ")}]}`;
const three = list(entry(1), entry(3), entry(2));
const status = (n: number, leader = "2", more = "") =>
  `{"header":{"cluster_id":"9", "member_id":"${n}", "revision":"1", "raft_term":"2"}, "version":"3.5.16", "dbSize":"20480", ${leader === "" ? "" : `"leader":"${leader}", `}"raftIndex":"8", "raftTerm":"2", "raftAppliedIndex":"8"${more}, "dbSizeInUse":"16384"}`;
const well = '{"health":"true","reason":""}';
const ill = (reason: string) => `{"health":"false","reason":"${reason}"}`;
const from = (n: number, ...lines: readonly string[]) => `== https://10.0.0.${n}:2379\n${lines.join("\n")}\n`;
const silent = (n: number, ms = 0) =>
  `curl: (7) Failed to connect to 10.0.0.${n} port 2379 after ${ms} ms: Couldn't connect to server`;

const byAddress = (stdout: string) =>
  Object.fromEntries((readEtcdMembers(stdout) ?? []).map(({ address, ...rest }) => [address, rest]));
const whyNot = (stdout: string) =>
  Object.fromEntries((readEtcdMembers(stdout) ?? []).map(({ address, because }) => [address, because]));

describe("etcd's members over HTTPS", () => {
  it("are known with health, size, version and leader, whoever answered first", () => {
    const answer = from(1, three, status(1), well) + from(3, status(3), well) + from(2, status(2), well);
    expect(readEtcdMembers(answer)).toEqual([
      { address: "10.0.0.1", healthy: true, bytes: 20480, leader: false, version: "3.5.16" },
      { address: "10.0.0.3", healthy: true, bytes: 20480, leader: false, version: "3.5.16" },
      { address: "10.0.0.2", healthy: true, bytes: 20480, leader: true, version: "3.5.16" },
    ]);
  });

  it("are not all healthy where one is down, which is told with the reason and without made-up figures", () => {
    const answer = from(1, three, status(1), well) + from(3, silent(3)) + from(2, status(2), well);
    expect(byAddress(answer)).toMatchObject({
      "10.0.0.1": { healthy: true },
      "10.0.0.2": { healthy: true },
      "10.0.0.3": {
        healthy: false,
        because: "Failed to connect to 10.0.0.3 port 2379: Couldn't connect to server",
        bytes: undefined,
        leader: false,
        version: "",
      },
    });
  });

  it("give the same reason in the same words each time, however long it took", () => {
    const [once, again] = [3, 1041].map((ms) => whyNot(from(1, three, status(1), well) + from(3, silent(3, ms))));
    expect(once).toEqual(again);
    const timeout = "curl: (28) Operation timed out after 5001 milliseconds with 0 bytes received";
    expect(whyNot(from(1, three, timeout))["10.0.0.1"]).toBe("Operation timed out with 0 bytes received");
  });

  it("are none of them healthy while an alarm stands, as etcdctl says too", () => {
    const raised = ', "errors":["memberID:1 alarm:NOSPACE "]';
    const sick = (n: number) => [status(n, "2", raised), ill("ALARM NOSPACE")];
    const answer = from(1, three, ...sick(1)) + from(2, ...sick(2)) + from(3, ...sick(3));
    expect(whyNot(answer)).toEqual({
      "10.0.0.1": "ALARM NOSPACE",
      "10.0.0.2": "ALARM NOSPACE",
      "10.0.0.3": "ALARM NOSPACE",
    });
    expect(byAddress(answer)["10.0.0.2"]).toMatchObject({ healthy: false, leader: true, bytes: 20480 });
  });

  it("are known without a quorum too: the one that is left says that there is no leader", () => {
    const answer =
      from(1, three, status(1, "", ', "errors":["etcdserver: no leader"]'), ill("RAFT NO LEADER")) +
      from(2, silent(2)) +
      from(3, silent(3));
    expect(whyNot(answer)).toMatchObject({
      "10.0.0.1": "RAFT NO LEADER",
      "10.0.0.2": expect.stringMatching(/^Failed/),
    });
    expect(readEtcdMembers(answer)?.filter(({ leader, healthy }) => leader || healthy)).toEqual([]);
  });

  it("are understood though curl complains before the newline after an answer", () => {
    const mixed = `${status(1)}curl: (28) Operation timed out after 5001 milliseconds with 0 bytes received`;
    expect(byAddress(from(1, three, mixed))["10.0.0.1"]).toMatchObject({
      healthy: false,
      because: "Operation timed out with 0 bytes received",
      bytes: 20480,
    });
  });

  it("count a learner as not healthy, though etcd's own /health says so of it", () => {
    const members = list(entry(1), entry(4, ', "isLearner":true'));
    const answer = from(1, members, status(1), well) + from(4, status(4, "2", ', "isLearner":true'), well);
    expect(byAddress(answer)).toMatchObject({
      "10.0.0.1": { healthy: true },
      "10.0.0.4": { healthy: false, because: "it is a learner, without a vote", bytes: 20480 },
    });
  });

  it("count one that was added and has never started, which has no address of its own yet", () => {
    const members = list('{"ID":"4", "peerURLs":["https://10.0.0.4:2380"], "isLearner":true}', entry(1));
    expect(whyNot(from(1, members, status(1), well))).toEqual({
      "10.0.0.4": "it was added, and has not started",
      "10.0.0.1": undefined,
    });
  });

  it("have addresses of version 6 and names as well", () => {
    const members = list(
      '{"ID":"1", "peerURLs":["https://[2001:db8::1]:2380"], "clientURLs":["https://[2001:db8::1]:2379"]}',
      '{"ID":"2", "peerURLs":["https://db.example.com:2380"], "clientURLs":["https://db.example.com:2379"]}',
    );
    const answer = `== https://[2001:db8::1]:2379\n${members}\n${status(1)}\n${well}\n== https://db.example.com:2379\n${well}\n`;
    expect(whyNot(answer)).toEqual({ "2001:db8::1": undefined, "db.example.com": undefined });
  });
});

describe("an answer about etcd's members that makes no sense", () => {
  it.each([
    "== https://10.0.0.1:2379\n",
    "== \n{}\n",
    `== https://10.0.0.1:2379\n${three.slice(0, -3)}`,
    `== https://10.0.0.1:2379\n{"members":null}\n${well}`,
    `== https://10.0.0.1:2379\n{"members":[]}\n${well}`,
    `== https://10.0.0.1:2379\n[{"members":[1]}]`,
    "== https://10.0.0.1:2379\n\u0000\uffff{[\n",
    three,
    well,
    "404 page not found\n",
    "sh: 1: curl: not found\n",
  ])("is none: case %#", (answer) => {
    expect(readEtcdMembers(answer)).toBeUndefined();
  });

  it.each<[string, readonly string[]]>([
    ["nothing", []],
    ["no JSON", ["502 bad gateway"]],
    ["half an answer", [status(1), well.slice(0, -4)]],
    ["health as a boolean, which etcd never says", ['{"health":true}']],
    ["health of another shape", ['{"health":{"true":true}}']],
    ["false without a reason", [ill("")]],
    ["a reason that is none", ['{"health":"false","reason":{}}']],
  ])("of one member is never taken for health: %s", (_, lines) => {
    const answer = from(1, list(entry(1)), ...lines);
    expect(byAddress(answer)["10.0.0.1"]).toMatchObject({ healthy: false, because: expect.stringMatching(/./) });
  });

  it("is no size, leader or version where those are of another kind", () => {
    const odd = (size: string) =>
      byAddress(from(1, list(entry(1)), `{"header":[], "dbSize":${size}, "version":3, "leader":null}`, well))[
        "10.0.0.1"
      ];
    for (const size of ["20480", '"-1"', '"2e9"', '"99999999999999999999"', "null", '""', "{}"])
      expect(odd(size)).toMatchObject({ healthy: true, bytes: undefined, leader: false, version: "" });
  });

  it("is told on one harmless line, and shortened", () => {
    const loud = from(1, list(entry(1)), ill(`\\u001b[2J${"x".repeat(5000)}\\n`));
    const because = whyNot(loud)["10.0.0.1"] ?? expect.fail("no reason");
    expect(because).toMatch(/^[ -~…]*$/);
    expect(because.length).toBeLessThanOrEqual(200);
  });

  it("does not hide the other members, nor does one throw that is no object", () => {
    const members = list("null", "7", '"x"', '{"clientURLs":7}', '{"clientURLs":[{}],"peerURLs":null}', entry(2));
    const answer = from(1, members) + from(2, status(2), well);
    expect(byAddress(answer)["10.0.0.2"]).toMatchObject({ healthy: true });
    expect(readEtcdMembers(answer)?.filter(({ healthy }) => healthy)).toHaveLength(1);
  });

  it("is never one member's for another's", () => {
    expect(whyNot(from(1, three, status(1), well) + from(2, status(2), well))["10.0.0.3"]).toBe("it does not answer");
  });
});

describe("where a host's member of etcd is found", () => {
  const plain = host("node-a");
  const inside = host("node-a", { internalAddress: "192.168.0.7" });
  const named = host("node-a", { address: "Db.Example.com" });
  const six = host("node-a", { address: "2001:db8::1" });

  it("is where RKE tells the other members, and its certificate has the name that RKE gives it", () => {
    expect([plain, inside, named, six].map((one) => [memberUrl(one), memberCertificate(one)])).toEqual([
      ["https://10.0.0.1:2379", "/etc/kubernetes/ssl/kube-etcd-10-0-0-1"],
      ["https://192.168.0.7:2379", "/etc/kubernetes/ssl/kube-etcd-192-168-0-7"],
      ["https://Db.Example.com:2379", "/etc/kubernetes/ssl/kube-etcd-db-example-com"],
      ["https://[2001:db8::1]:2379", "/etc/kubernetes/ssl/kube-etcd-2001:db8::1"],
    ]);
  });

  it("and what the member is called by the others agree", () => {
    const member = (address: string) => ({ address, healthy: true, bytes: undefined, leader: false, version: "" });
    for (const one of [plain, inside, named, six]) {
      expect(isMemberOn(one, member(addressIn(memberUrl(one))))).toBe(true);
      expect(isMemberOn(one, member("10.9.9.9"))).toBe(false);
    }
  });

  it("is asked with the path of its key, which is never read by anything but curl", () => {
    const { text } = etcdMembers(plain).sh;
    expect(text).toContain("--key /etc/kubernetes/ssl/kube-etcd-10-0-0-1-key.pem");
    expect(text).not.toMatch(/cat |\$\(<|base64/);
  });
});
