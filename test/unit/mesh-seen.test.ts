import { describe, expect, it } from "vitest";
import type { PairReport, TcpOutcome } from "../../src/mesh/report.ts";
import { type Pair, pairsOf } from "../../src/mesh/seen.ts";
import { cluster, host } from "./support/rke-world.ts";

const hosts = [host("a"), host("b", { roles: ["etcd"] }), host("c")];
const given = { ...cluster, hosts };
const route = { address: "10.0.0.2", dev: "eth0", via: undefined };
const outcomes: readonly TcpOutcome[] = ["open", "refused", "unreachable", "unrouted", "forbidden", "silent"];

const answers = (answered: number, port = 8472) => ({
  ...{ port, sent: 20, answered, least: 0.2, median: 0.3, most: 0.4, clockAhead: 0 },
});
const report = (more: Partial<PairReport>): PairReport => ({
  ...{ to: "b", route, tcp: [], udp: [], size: undefined },
  ...more,
});

/** The way from a to b on which this was seen, where b could take these ports. */
function way(more: Partial<PairReport>, ours: ReadonlySet<string> | undefined): Pair {
  const reports = new Map([["a", [report(more)]]]);
  const [pair] = pairsOf({ hosts, listening: new Map([["b", ours]]), reports }, given);
  if (pair === undefined) throw new Error("no pair");
  return pair;
}

const outcomeOf = (port: string, more: Partial<PairReport>, ours: ReadonlySet<string> | undefined) =>
  way(more, ours).ports.find((one) => `${one.protocol}:${one.port}` === port)?.outcome;
const kubelet = (outcome: TcpOutcome) => ({ tcp: [{ port: 10_250, outcome, ms: 0.1 }] });

describe("a TCP port between two hosts", () => {
  it.each(outcomes.filter((one) => one !== "refused"))("that was found %s is so, whoever listens there", (outcome) => {
    for (const ours of [undefined, new Set<string>(), new Set(["tcp:10250"])])
      expect(outcomeOf("tcp:10250", kubelet(outcome), ours)).toBe(outcome);
  });

  it("that sends a reset is closed by something between where our listener had it; else it tells nothing", () => {
    expect(outcomeOf("tcp:10250", kubelet("refused"), new Set(["tcp:10250"]))).toBe("refused");
    for (const ours of [undefined, new Set<string>(), new Set(["udp:10250", "tcp:1025", "tcp:22"])])
      expect(outcomeOf("tcp:10250", kubelet("refused"), ours)).toBe("untried");
  });

  it("of which nothing was said is untried", () => {
    const ssh = { tcp: [{ port: 22, outcome: "open" as const, ms: 0.1 }] };
    expect(outcomeOf("tcp:10250", ssh, new Set(["tcp:10250"]))).toBe("untried");
  });
});

describe("a UDP port between two hosts", () => {
  const ours = new Set(["udp:8472"]);

  it("is open once a single datagram came back, whoever listens there", () => {
    for (const listening of [undefined, ours]) {
      expect(outcomeOf("udp:8472", { udp: [answers(1)] }, listening)).toBe("open");
      expect(outcomeOf("udp:8472", { udp: [answers(20)] }, listening)).toBe("open");
    }
  });

  it("is silent where our own listener heard nothing; another program does not answer us", () => {
    expect(outcomeOf("udp:8472", { udp: [answers(0)] }, ours)).toBe("silent");
    for (const listening of [undefined, new Set<string>(), new Set(["tcp:8472"])])
      expect(outcomeOf("udp:8472", { udp: [answers(0)] }, listening)).toBe("untried");
  });

  it("is untried where nothing was sent, or to another port", () => {
    expect(outcomeOf("udp:8472", {}, ours)).toBe("untried");
    expect(outcomeOf("udp:8472", { udp: [answers(20, 4789)] }, ours)).toBe("untried");
  });
});

describe("a host is cut off from another", () => {
  const tcp = (...all: readonly TcpOutcome[]) => all.map((outcome, index) => ({ port: 22 + index, outcome, ms: 0 }));
  const cutOff = (more: Partial<PairReport>) => way(more, new Set()).cutOff;

  it("where its name has no address, whatever else was said", () => {
    expect(cutOff({ route: undefined })).toBe("unnamed");
    expect(cutOff({ route: undefined, tcp: tcp("open"), udp: [answers(20)] })).toBe("unnamed");
  });

  it.each(outcomes)("where every port is alike %s, if that is no answer", (outcome) => {
    const wanted = outcome === "open" || outcome === "refused" ? undefined : outcome;
    expect(cutOff({ tcp: tcp(outcome) })).toBe(wanted);
    expect(cutOff({ tcp: tcp(outcome, outcome, outcome), udp: [answers(0)] })).toBe(wanted);
    expect(cutOff({ tcp: tcp(outcome, outcome), udp: [answers(0), answers(1)] })).toBeUndefined();
  });

  it("nowhere that ports differ, or that none was tried", () => {
    for (const one of outcomes)
      for (const other of outcomes.filter((each) => each !== one))
        for (const all of [tcp(one, other), tcp(one, one, other)]) expect(cutOff({ tcp: all })).toBeUndefined();
    expect(cutOff({})).toBeUndefined();
  });
});

describe("the ways between hosts", () => {
  it("come in the order of the hosts, each with what its own report says, and none for who could not try", () => {
    const reports = new Map([
      ["c", [report({ to: "b" }), report({ to: "a" })]],
      ["b", undefined],
      ["a", [report({ to: "c" }), report({ to: "b", ...kubelet("open") })]],
    ]);
    const pairs = pairsOf({ hosts, listening: new Map(), reports }, given);
    expect(pairs.map(({ from, to }) => `${from.name} ${to.name}`)).toEqual(["a c", "a b", "c b", "c a"]);
    expect(pairs.map(({ report: { tcp } }) => tcp.length)).toEqual([0, 1, 0, 0]);
    // What is needed there: the kubelet and pods' packets, and nothing of etcd's, which workers never ask.
    expect(pairs[1]?.ports.map(({ port, use }) => [port, use])).toEqual([
      [10_250, "the kubelet"],
      [8472, "pod traffic (VXLAN)"],
    ]);
  });
});
