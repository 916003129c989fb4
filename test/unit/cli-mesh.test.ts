import { describe, expect, it } from "vitest";
import { checkJson, checkReportSchema } from "../../src/cli/check-json.ts";
import type { Context } from "../../src/cli/context.ts";
import type { Checked } from "../../src/cli/run-checks.ts";
import { cellOf, checkText } from "../../src/cli/show-checks.ts";
import { readListening } from "../../src/mesh/listener.ts";
import { readReports } from "../../src/mesh/report.ts";
import { type Pair, pairsOf } from "../../src/mesh/seen.ts";
import { dateAndTime } from "../../src/view/clock.ts";
import { host, cluster as sample } from "./support/rke-world.ts";

const names = ["k1", "k2"];
const hosts = names.map((name, index) =>
  host(name, { address: `10.0.0.${index + 1}`, roles: ["controlplane", "etcd", "worker"] }),
);
const cluster = { ...sample, hosts, rke: { ...sample.rke, network: { plugin: "flannel" as const, options: {} } } };
const all = "listening tcp:2379=open tcp:2380=open tcp:6443=open tcp:10250=open udp:8472=open";
const open = ["tcp 2379 0 400", "tcp 2380 0 400", "tcp 6443 0 400", "tcp 10250 0 400", "tcp 22 0 400"];
const udp = "udp 8472 20 20 224 264 470 47";
const size = "size 1500 1500";
const route = "route 10.0.0.2 eth0 -";

/** The way from k1 to k2 on which these things were seen. */
function way(rows: readonly string[], listening = all): Pair {
  const said = [...rows.map((row) => `k2 ${row}`), "done", ""].join("\n");
  const [pair] = pairsOf(
    {
      hosts,
      listening: new Map([["k2", readListening(listening)]]),
      reports: new Map([["k1", readReports(said, ["k2"])]]),
    },
    cluster,
  );
  if (pair === undefined) throw new Error("no pair");
  return pair;
}

const closed = (code: number, ...ports: readonly number[]): readonly string[] =>
  open.map((row) => (ports.some((port) => row.startsWith(`tcp ${port} `)) ? row.replace(" 0 ", ` ${code} `) : row));

const ways: readonly (readonly [name: string, pair: Pair, text: string, good: boolean])[] = [
  ["all is well", way([route, ...open, udp, size]), "0.3 ms", true],
  ["a slow line", way([route, ...open, "udp 8472 20 20 90224 141250 170000 47", size]), "141.3 ms", true],
  ["nothing gets through", way([route, ...closed(110, 22, 2379, 2380, 6443, 10_250)]), "no way", false],
  ["the name has no address", way([]), "no way", false],
  ["one port is dropped", way([route, ...closed(110, 2379), udp, size]), "no 2379", false],
  ["three are rejected", way([route, ...closed(111, 2379, 2380, 6443), udp, size]), "no 2379,2380,6443", false],
  ["pod traffic is dropped", way([route, ...open, "udp 8472 20 0 0 0 0 0"]), "no 8472", false],
  ["only small packets arrive", way([route, ...open, udp, "size 1400 1500"]), "1400 bytes", false],
  ["no packet was measured", way([route, ...open, udp, "size 0 1500"]), "0 bytes", false],
  ["some datagrams are lost", way([route, ...open, "udp 8472 20 17 224 264 470 47", size]), "3/20 lost", false],
  [
    "the other host could take no UDP port",
    way([route, ...open, "udp 8472 20 0 0 0 0 0"], `${all.replace("udp:8472=open", "udp:8472=taken")}`),
    "0.4 ms",
    true,
  ],
  [
    "a reset where nothing of ours listens",
    way([route, ...closed(111, 10_250), udp, size], all.replace("tcp:10250=open", "tcp:10250=taken")),
    "0.3 ms",
    true,
  ],
  ["nothing was tried", way([route]), "untried", false],
];

const checkedOf = (pairs: readonly Pair[]): Checked => ({ hosts, results: [], seen: [], pairs });
const textAt = (columns: number | undefined, pairs: readonly Pair[]): string =>
  checkText(checkedOf(pairs), { env: {}, stdout: { isTTY: false, columns } } as unknown as Context, false);

describe("a direction between two hosts", () => {
  it.each(ways)("where %s", (_, pair, text, good) => {
    expect(cellOf(pair)).toEqual({ from: "k1", to: "k2", text, good });
  });

  it.each(ways)("where %s, for programs: as the schema has it", (_, pair) => {
    const json = JSON.parse(JSON.stringify(checkJson("lab", checkedOf([pair]), new Set())));
    expect(() => checkReportSchema.parse(json)).not.toThrow();
    expect(json.mesh).toHaveLength(1);
  });

  const told = (pair: Pair | undefined) =>
    checkJson("lab", checkedOf(pair === undefined ? [] : [pair]), new Set()).mesh[0];
  const named = (name: string) => told(ways.find(([one]) => one === name)?.[1]);

  it("tells programs each port, the round trip, what was lost, sizes and clocks", () => {
    expect(named("all is well")).toEqual({
      from: "k1",
      to: "k2",
      ports: [
        { protocol: "tcp", port: 2379, outcome: "open" },
        { protocol: "tcp", port: 2380, outcome: "open" },
        { protocol: "tcp", port: 6443, outcome: "open" },
        { protocol: "tcp", port: 10_250, outcome: "open" },
        { protocol: "udp", port: 8472, outcome: "open" },
      ],
      roundTrip: 0.264,
      sent: 20,
      lost: 0,
      packetBytes: 1500,
      clockAhead: 0.047,
    });
    expect(named("some datagrams are lost")).toMatchObject({ sent: 20, lost: 3, roundTrip: 0.264 });
  });

  it("tells no round trip and no clock where no datagram came back", () => {
    expect(named("pod traffic is dropped")).toMatchObject({
      sent: 20,
      lost: 20,
      roundTrip: null,
      clockAhead: null,
      packetBytes: null,
    });
    expect(named("nothing was tried")).toMatchObject({ sent: 0, lost: 0, roundTrip: null });
    expect(named("the name has no address")?.ports.map(({ outcome }) => outcome)).toEqual(Array(5).fill("untried"));
  });
});

describe("the mesh under the report", () => {
  const bad = ways.find(([name]) => name === "three are rejected")?.[1];
  const pairs = bad === undefined ? [] : [bad];

  it("is a table where it fits, and a list of what is not well where it does not", () => {
    expect(textAt(80, pairs)).toContain("  k1  -   no 2379,2380,6443");
    expect(textAt(20, pairs)).toContain("  k1 to k2: no 2379,2380,6443");
    expect(textAt(20, pairs)).toContain("0 of 1 directions are well");
    expect(textAt(undefined, pairs)).toBe(textAt(100, pairs));
  });

  it("is not there where nothing was tried", () => {
    expect(textAt(80, [])).not.toContain("Who reaches whom");
  });
});

describe("a moment", () => {
  it("is told as day and time of day, with two digits each", () => {
    expect(dateAndTime(Date.UTC(2026, 0, 5, 3, 7, 59))).toBe("2026-01-05 03:07");
    expect(dateAndTime(Date.UTC(2026, 10, 21, 23, 59, 59))).toBe("2026-11-21 23:59");
  });
});
