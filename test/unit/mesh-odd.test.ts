import { describe, expect, it } from "vitest";
import type { Role } from "../../src/core/cluster.ts";
import { listenerScript, readListening } from "../../src/mesh/listener.ts";
import { proberProbe } from "../../src/mesh/prober.ts";
import { readReports } from "../../src/mesh/report.ts";
import { pairsOf } from "../../src/mesh/seen.ts";
import { targetsOf } from "../../src/mesh/targets.ts";
import { randomNumbers } from "./support/random-numbers.ts";
import { cluster, host } from "./support/rke-world.ts";
import { rounds } from "./support/thoroughness.ts";

const of = (lines: string, name = "b") => readReports(`${lines}\ndone\n`, [name])?.[0];
const empty = { to: "b", route: undefined, tcp: [], udp: [], size: undefined };

describe("what a host says of its way to another", () => {
  it.each([
    ["nothing", ""],
    ["of somebody else", "c tcp 22 0 100\nb2 tcp 22 0 100"],
    ["in other words", "b icmp 1 2\nb tcp22 0 100\nb  tcp 22 0 100\nB tcp 22 0 100"],
    [
      "in too many or too few numbers",
      "b tcp 22 0\nb tcp 22 0 100 7\nb udp 8472 20 20 1 2 3\nb size 1500\nb route a b",
    ],
    [
      "in no numbers",
      "b tcp x 0 100\nb tcp 22 0x0 100\nb tcp 22 NaN 1\nb udp 8472 20 20 1e3 2 3 4\nb size 1500 Infinity",
    ],
    ["in numbers that are too large to be exact", "b tcp 22 0 9999999999999999\nb size 99999999999999999999 1500"],
  ])("%s tells nothing of it", (_, lines) => {
    expect(of(lines)).toEqual(empty);
  });

  it("is nothing at all where it did not come to its end, whatever it said before", () => {
    for (const output of ["", "b tcp 22 0 100\n", "done b\n", "b done\n", "done\nb tcp 22 0 100\n", "done x"])
      expect(readReports(output, ["b"]), output).toBeUndefined();
    expect(readReports("done", ["b"])).toEqual([empty]);
  });

  it("goes to the host that it names, also one that is called as the end or as a kind of line", () => {
    const found = readReports("done tcp 22 0 100\ntcp tcp 22 111 5\nudp size 1400 1500\ndone\n", [
      "done",
      "tcp",
      "udp",
    ]);
    expect(found).toMatchObject([
      { to: "done", tcp: [{ port: 22, outcome: "open", ms: 0.1 }] },
      { to: "tcp", tcp: [{ port: 22, outcome: "refused" }] },
      { to: "udp", size: { passes: 1400, card: 1500 } },
    ]);
  });

  it.each([
    [0, "open"],
    [1, "forbidden"],
    [13, "forbidden"],
    [101, "unrouted"],
    [104, "refused"],
    [110, "silent"],
    [111, "refused"],
    [113, "unreachable"],
    [99, "unreachable"],
    [-1, "unreachable"],
  ])("with the error number %d is %s", (code, outcome) => {
    expect(of(`b tcp 22 ${code} 0`)?.tcp).toEqual([{ port: 22, outcome, ms: 0 }]);
  });

  it("has a way without a gateway, a card of any name, and a clock that is behind", () => {
    const found = of(`b route 10.0.0.2 ${"e".repeat(200)} -\nb udp 8472 20 19 224 264 470 -5000`);
    expect(found?.route).toEqual({ address: "10.0.0.2", dev: "e".repeat(64), via: undefined });
    expect(found?.udp).toMatchObject([{ sent: 20, answered: 19, least: 0.224, clockAhead: -5 }]);
  });
});

describe("the listener's first line", () => {
  it.each([
    ["listening tcp:22=open udp:8472=taken tcp:80=open", ["tcp:22", "tcp:80"]],
    ["listening", []],
    ["  listening  tcp:22=open\r", ["tcp:22"]],
    ["listening =open tcp:22=opened open", [""]],
  ])("%j says which ports are ours", (line, wanted) => {
    expect([...(readListening(line) ?? [])]).toEqual(wanted);
  });

  it.each(["", "Listening tcp:22=open", "sh: perl: not found", "listeningtcp:22=open"])("%j makes no sense", (line) => {
    expect(readListening(line)).toBeUndefined();
  });
});

const allRoles: readonly Role[] = ["controlplane", "etcd", "worker"];

describe("whom a host tries", () => {
  function some(below: (limit: number) => number, count: number) {
    return Array.from({ length: count }, (_, index) => {
      const roles = allRoles.filter(() => below(4) === 0);
      return host(`n${index}`, {
        address: `10.0.${index >> 8}.${index & 255}`,
        roles: roles.length > 0 ? roles : ["worker"],
      });
    });
  }

  it("is everybody who holds the cluster together, nobody twice, and never itself", () => {
    const below = randomNumbers(5);
    for (let round = 0; round < rounds(40); round += 1) {
      const hosts = some(below, 1 + below(60));
      for (const from of hosts) {
        const names = targetsOf(from, { ...cluster, hosts }, hosts).map(({ name }) => name);
        expect(new Set(names).size).toBe(names.length);
        expect(names).not.toContain(from.name);
        const central = hosts.filter(
          ({ roles, name }) => name !== from.name && roles.some((role) => role !== "worker"),
        );
        expect(names).toEqual(expect.arrayContaining(central.map(({ name }) => name)));
        // The others too where there are few, or where it is itself one of them.
        if (hosts.length <= 21 || from.roles.some((role) => role !== "worker"))
          expect(names).toHaveLength(hosts.length - 1);
      }
    }
  });

  it("among many workers is twenty, so that each is tried by twenty", () => {
    const hosts = Array.from({ length: 300 }, (_, index) => host(`n${index}`, { roles: ["worker"] }));
    const tried = hosts.flatMap((from) => targetsOf(from, { ...cluster, hosts }, hosts).map(({ name }) => name));
    const times = Map.groupBy(tried, (name) => name);
    expect([...times.values()].map(({ length }) => length)).toEqual(hosts.map(() => 20));
  });

  it("is asked for by the address among hosts, at its ports and at that of its own sshd", () => {
    const [from, to] = [host("a"), host("b", { address: "203.0.113.7", internalAddress: "10.0.0.7", port: 2222 })];
    const [target] = targetsOf(from, { ...cluster, hosts: [from, to] }, [from, to]);
    expect(target).toMatchObject({ name: "b", address: "10.0.0.7" });
    expect(target?.ports.at(-1)).toEqual({ protocol: "tcp", port: 2222 });
  });
});

describe("what is sent to a host", () => {
  it("quotes names and addresses, whatever is in them", () => {
    const hostile = "x'; reboot; '$(id)`id`\n";
    const { sh } = proberProbe([{ name: hostile, address: "$(id)", ports: [{ protocol: "tcp", port: 22 }] }], "00ff");
    const words = sh.text.slice(sh.text.lastIndexOf(" 00ff ") + " 00ff ".length);
    expect(words).toBe(`'${`${hostile},$(id),tcp:22`.replaceAll("'", `'\\''`)}'`);
    expect(listenerScript([{ protocol: "udp", port: 8472, use: "x" }], "00ff").text).toMatch(/ 00ff udp:8472\n$/);
  });
});

it("a host that lies in its report makes no pairs with hosts that are none", () => {
  const hosts = [host("a"), host("b")];
  const report = { to: "ghost", route: undefined, tcp: [], udp: [], size: undefined };
  const reports = new Map([
    ["a", [report, { ...report, to: "b" }]],
    ["ghost", [report]],
  ]);
  const pairs = pairsOf({ hosts, listening: new Map(), reports }, { ...cluster, hosts });
  expect(pairs.map(({ from, to, cutOff }) => [from.name, to.name, cutOff])).toEqual([["a", "b", "unnamed"]]);
  expect(pairs[0]?.ports.every(({ outcome }) => outcome === "untried")).toBe(true);
});
