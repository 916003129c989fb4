import { describe, expect, it } from "vitest";
import { checkMesh } from "../../src/checks/results.ts";
import type { Host, Role } from "../../src/core/cluster.ts";
import { readListening } from "../../src/mesh/listener.ts";
import { readReports } from "../../src/mesh/report.ts";
import { host, cluster as sample } from "./support/rke-world.ts";

const all: readonly Role[] = ["controlplane", "etcd", "worker"];
const ports = [2379, 2380, 6443, 10_250];
const listening = `listening ${ports.map((port) => `tcp:${port}=open`).join(" ")} udp:8472=open`;
const flannel = { ...sample.rke, network: { plugin: "flannel" as const, options: {} } };

/** What one host says of the way to another, where all is well but for what is given. */
interface Way {
  readonly route?: string;
  /** errno by port, 22 among them. */
  readonly tcp?: Readonly<Record<number, number>>;
  readonly udp?: string;
  readonly size?: string;
}

const well = "20 20 224 264 470 47";

function rowsOf(to: string, { route = "eth0 -", tcp = {}, udp = well, size = "1500 1500" }: Way): readonly string[] {
  const tried = [22, ...ports].map((port) => `tcp ${port} ${tcp[port] ?? 0} 400`);
  const rows = [...(route === "" ? [] : [`route 10.0.0.2 ${route}`]), ...tried, `udp 8472 ${udp}`, `size ${size}`];
  return rows.map((row) => `${to} ${row}`);
}

interface World {
  readonly names?: readonly string[];
  readonly of?: (name: string) => Partial<Host>;
  /** `a b`: the way from a to b. */
  readonly ways?: Readonly<Record<string, Way>>;
  readonly taken?: Readonly<Record<string, string>>;
  readonly mute?: readonly string[];
  readonly built?: boolean;
  readonly manage?: boolean;
}

/** What the mesh checks find between hosts that all have these roles: check, hosts, evidence and fix of each finding. */
function found({ names = ["a", "b"], of = () => ({}), ways = {}, taken = {}, mute = [], ...more }: World) {
  const hosts = names.map((name, index) =>
    host(name, { address: `10.0.0.${index + 1}`, roles: [...all], ...of(name) }),
  );
  const reports = hosts.map(({ name: from }) => {
    const others = names.filter((name) => name !== from);
    const said = others.flatMap((to) => rowsOf(to, ways[`${from} ${to}`] ?? {}));
    return [from, mute.includes(from) ? undefined : readReports([...said, "done", ""].join("\n"), others)] as const;
  });
  const taking = (name: string) => listening.replace(`${taken[name]}=open`, `${taken[name]}=taken`);
  const seen = {
    hosts,
    listening: new Map(names.map((name) => [name, readListening(taking(name))])),
    reports: new Map(reports),
  };
  const firewall = { ...sample.firewall, manage: more.manage ?? false };
  const situation = { cluster: { ...sample, hosts, rke: flannel, firewall }, built: more.built ?? false };
  return checkMesh(seen, situation).filter(({ verdict }) => verdict !== "ok");
}

const told = (world: World) => found(world).map(({ check, hosts, evidence }) => [check, hosts.join(","), evidence]);
const everything = (errno: number) => Object.fromEntries([22, ...ports].map((port) => [port, errno]));

describe("a mesh that is well", () => {
  it("has nothing to say, with every check said to be in order for all its hosts", () => {
    expect(found({})).toEqual([]);
    expect(found({ names: ["a", "b", "c"], built: true, manage: true })).toEqual([]);
  });

  it("is not spoken of where there is one host", () => {
    expect(found({ names: ["a"], mute: ["a"] })).toEqual([]);
  });
});

describe("a limit of the mesh", () => {
  const worker = () => ({ roles: ["worker"] as const });
  it.each<[string, World["of"], Way, Way]>([
    ["mesh/packet-size", undefined, { size: "1500 1500" }, { size: "1499 1500" }],
    ["mesh/packet-size", undefined, { size: "9000 1500" }, { size: "1500 9000" }],
    ["mesh/loss", undefined, { udp: well }, { udp: "20 19 224 264 470 47" }],
    ["mesh/latency", undefined, { udp: "20 20 224 20000 470 47" }, { udp: "20 20 224 20001 470 47" }],
    ["mesh/latency", worker, { udp: "20 20 224 100000 470 47" }, { udp: "20 20 224 100001 470 47" }],
    ["mesh/clock", undefined, { udp: "20 20 2000 2000 2000 501000" }, { udp: "20 20 2000 2000 2000 501001" }],
    ["mesh/clock", undefined, { udp: "20 20 2000 2000 2000 -501000" }, { udp: "20 20 2000 2000 2000 -501001" }],
  ])("%s is held from both sides", (check, of, good, bad) => {
    const world = (way: Way): World => ({ ...(of === undefined ? {} : { of }), ways: { "a b": way } });
    expect(told(world(good))).toEqual([]);
    expect(found(world(bad)).map((one) => one.check)).toEqual([check]);
    expect(found(world(bad))[0]?.hosts).toEqual(["a", "b"]);
  });

  it("of etcd's is one for two hosts that both have it, and not for the way to another", () => {
    const of = (name: string) => ({ roles: name === "b" ? (["worker"] as const) : all });
    expect(told({ of, ways: { "a b": { udp: "20 20 224 21000 470 47" } } })).toEqual([]);
  });

  it("of clocks is told in one direction of the two", () => {
    const off = { udp: "20 20 2000 2000 2000 900000" };
    expect(told({ ways: { "a b": off, "b a": { udp: "20 20 2000 2000 2000 -900000" } } })).toEqual([
      ["mesh/clock", "a,b", "a to b: 0.90 s ahead, right to 1.0 ms"],
    ]);
    expect(told({ ways: { "b a": off } })).toEqual([]);
  });
});

describe("a port that does not get through", () => {
  it.each([
    [110, "dropped without an answer"],
    [111, "rejected with a reset"],
    [113, "rejected with an ICMP error"],
    [101, "without a route"],
    [1, "stopped by a rule of the sender itself"],
  ])("says how: errno %d", (errno, how) => {
    expect(told({ ways: { "a b": { tcp: { 10250: errno } } } })).toEqual([
      ["mesh/tcp", "b", `10250/tcp (the kubelet) from a is ${how}, although the host itself answers`],
    ]);
  });

  it("is told once for all senders, with those from where it does, and what to do for just these", () => {
    const ways = { "a c": { tcp: { 6443: 110 } }, "b c": { tcp: { 6443: 110 } } };
    const [one, another] = found({ names: ["a", "b", "c", "d"], ways });
    expect(one).toMatchObject({
      hosts: ["c"],
      evidence:
        "6443/tcp (the Kubernetes API) from a, b is dropped without an answer, although the host itself answers; from d it gets through",
      fix: "Let a firewall on c, or between the hosts, accept 6443/tcp from 10.0.0.1, 10.0.0.2.",
    });
    expect(another).toBeUndefined();
  });

  it("is told apart for each host, each port and each way in which it fails", () => {
    const ways = {
      "a b": { tcp: { 6443: 110, 2379: 110 } },
      "c b": { tcp: { 6443: 111 } },
      "b a": { tcp: { 6443: 110 } },
    };
    expect(told({ names: ["a", "b", "c"], ways }).map(([, hosts, text]) => `${hosts} ${text?.split(" ")[0]}`)).toEqual([
      "b 2379/tcp",
      "b 6443/tcp",
      "a 6443/tcp",
      "b 6443/tcp",
    ]);
  });

  it("is put right with the address by which hosts know each other", () => {
    const of = (name: string) => ({ internalAddress: `192.168.0.${name === "a" ? 1 : 2}` });
    const [one] = found({ of, ways: { "a b": { udp: "20 0 0 0 0 0" } } });
    expect(one?.fix).toBe("Let a firewall on b, or between the hosts, accept 8472/udp from 192.168.0.1.");
    expect(one?.evidence).toBe(
      "8472/udp (pod traffic (VXLAN)) from a is not answered, although the host itself answers",
    );
  });

  it("is left to up where the inventory lets Drover open ports, and to a person else", () => {
    const ways = { "a b": { tcp: { 6443: 110 }, udp: "20 0 0 0 0 0" } };
    const steps = (manage: boolean) => found({ ways, manage }).map(({ check, fixedByUp }) => [check, fixedByUp]);
    expect(steps(true)).toEqual([
      ["mesh/tcp", "os/firewall"],
      ["mesh/udp", "os/firewall"],
    ]);
    expect(steps(false)).toEqual([
      ["mesh/tcp", undefined],
      ["mesh/udp", undefined],
    ]);
  });

  it("is none where somebody else has it: that was not tried, which matters before the cluster is made only", () => {
    const world = { taken: { b: "tcp:6443" }, ways: { "a b": { tcp: { 6443: 111 } } }, names: ["a", "b", "c"] };
    const ways = { ...world.ways, "c b": { tcp: { 6443: 111 } } };
    expect(told({ ...world, ways })).toEqual([["mesh/tried", "", "taken already, so not tried: 6443/tcp on b"]]);
    expect(told({ ...world, ways, built: true })).toEqual([]);
  });
});

describe("a host that reaches nothing of another", () => {
  const dead = { udp: "20 0 0 0 0 0", size: "0 1500" };
  it.each<[string, Way, string, RegExp]>([
    ["has no name for it", { route: "", tcp: {} }, "a finds no address for 10.0.0.2", /nameserver that knows it/],
    ["has no route", { ...dead, tcp: everything(101) }, "a has no route to b (10.0.0.2)", /Add a route/],
    [
      "has a route through no card",
      { ...dead, route: "- -", tcp: everything(113) },
      "a has no route to b (10.0.0.2)",
      /Add a route/,
    ],
    [
      "finds nobody there",
      { ...dead, tcp: everything(113) },
      "nobody answers for b: a sends to 10.0.0.2 through eth0, and that address is not there",
      /network masks and VLANs/,
    ],
    [
      "hears nothing",
      { ...dead, route: "eth1 10.0.0.254", tcp: everything(110) },
      "nothing from a reaches b, ssh not either: a sends to 10.0.0.2 through eth1 by 10.0.0.254",
      /drops all from a, and for the way back: b may answer through another card/,
    ],
  ])("%s", (_, way, evidence, fix) => {
    const [one, another] = found({ ways: { "a b": way } }).filter(({ check }) => check !== "mesh/packet-size");
    expect(one).toMatchObject({ check: "mesh/route", hosts: ["a"], evidence });
    expect(one?.fix).toMatch(fix);
    expect(one?.fixedByUp).toBeUndefined();
    expect(another).toBeUndefined();
  });

  it("reaches it where sshd's port or a datagram gets through: then single ports are told", () => {
    const checks = (way: Way) => [...new Set(found({ ways: { "a b": way } }).map(({ check }) => check))];
    expect(checks({ ...dead, tcp: { ...everything(110), 22: 0 } })).toContain("mesh/tcp");
    expect(checks({ tcp: everything(110) })).toEqual(["mesh/tcp"]);
  });
});

describe("many ways at once", () => {
  it("are one finding, which names six and counts the rest, with all hosts in order", () => {
    const names = ["c", "a", "b"];
    const lossy = { udp: "20 10 224 264 470 47" };
    const ways = Object.fromEntries(names.flatMap((from) => names.map((to) => [`${from} ${to}`, lossy])));
    expect(told({ names, ways })).toEqual([
      [
        "mesh/loss",
        "a,b,c",
        ["c to a", "c to b", "a to c", "a to b", "b to c", "b to a"].map((way) => `${way}: 10 of 20 lost`).join("; "),
      ],
    ]);
    const more = ["a", "b", "c", "d"];
    const wider = Object.fromEntries(more.flatMap((from) => more.map((to) => [`${from} ${to}`, lossy])));
    const [one] = told({ names: more, ways: wider });
    expect(one?.[2]?.split("; ")).toHaveLength(7);
    expect(one?.[2]).toMatch(/; and 6 more$/);
  });

  it("are not known where a host could not try or listen", () => {
    expect(told({ mute: ["b"] })).toEqual([["mesh/tried", "b", "the listener or the trial did not run there"]]);
  });
});
