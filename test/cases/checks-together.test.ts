import { describe, expect, it } from "vitest";
import { allChecks } from "../../src/checks/results.ts";
import { randomNumbers } from "../unit/support/random-numbers.ts";
import { rounds } from "../unit/support/thoroughness.ts";
import { healthy, resultsOf } from "./check-files.ts";

type Written = NonNullable<Parameters<typeof resultsOf>[0]["others"]>[number];
type Answers = NonNullable<Written["answers"]>;

const now = Number(healthy["clock"]?.["now"]);

/** A further host that is well: a machine of its own, with what it answers else. */
function host(index: number, answers: Answers = {}, more: Written["host"] = {}): Written {
  const id = String(index).repeat(8);
  const machine = {
    hostname: `k${index}\n`,
    machineId: `${id.repeat(4)}\n`,
    productUuid: `${id}-1111-2222-3333-444444444444\n`,
    bootId: `${id}-5555-6666-7777-888888888888\n`,
  };
  const addresses = (healthy["network"]?.["addresses"] ?? "")
    .replaceAll("52:54:0a:7d:00:0b", `52:54:0a:7d:00:${10 + index}`)
    .replaceAll("10.125.0.11", `10.125.0.1${index}`)
    .replaceAll("02:42:2f:54:7c:2b", `02:42:0a:00:00:${10 + index}`);
  const own = { ...answers, machine: { ...machine, ...answers["machine"] } };
  return {
    host: { name: `k${index}`, address: `10.125.0.1${index}`, roles: ["worker"], ...more },
    answers: { network: { addresses }, ...own },
  };
}

/** Those checks that found something, with the hosts that they name. */
function found(one: Parameters<typeof resultsOf>[0]): Readonly<Record<string, readonly string[]>> {
  const told = resultsOf(one).filter(({ verdict }) => verdict !== "ok");
  return Object.fromEntries(
    [...Map.groupBy(told, ({ check }) => check)].map(([check, same]) => [check, same.flatMap(({ hosts }) => hosts)]),
  );
}

/** Hosts whose clocks are ahead of this machine's by so much. */
function clocks(...ahead: readonly number[]): Parameters<typeof resultsOf>[0] {
  const [first = 0, ...others] = ahead;
  const clock = (ms: number) => ({ clock: { now: `${now + ms}\n` } });
  return { answers: clock(first), others: others.map((ms, index) => host(index + 2, clock(ms))) };
}

describe("clocks of several hosts", () => {
  it.each([
    ["the second of two is ahead of here", [0, 3000], { "clock/apart": ["k2"] }],
    ["the first of two is ahead of here", [3000, 0], { "clock/apart": ["k1"] }],
    ["the second of two is behind", [0, -3000], { "clock/apart": ["k2"] }],
    ["the first of two is behind", [-3000, 0], { "clock/apart": ["k1"] }],
    ["two of four agree with here", [90_000, 0, 90_000, 0], { "clock/apart": ["k1", "k3"] }],
    ["two agree with each other, and not with here", [-5000, -5000], { "clock/here": [] }],
    ["two differ from each other and from here", [9000, 5000], { "clock/apart": ["k1"], "clock/here": [] }],
    ["the majority is not where this machine is", [60_000, 60_000, 0], { "clock/apart": ["k3"], "clock/here": [] }],
    ["they are a second apart", [0, 1000], {}],
    ["they are a second apart, as far as that can be measured", [0, 1020], {}],
    ["they are more than that apart", [0, 1021], { "clock/apart": ["k2"] }],
    ["one alone is off", [-1021], { "clock/here": [] }],
    ["one alone is right to a second", [-1020], {}],
  ] as const)("%s", (_, ahead, expected) => expect(found(clocks(...ahead))).toEqual(expected));

  it("that agree with each other to a second are never told apart, and are right or wrong together", () => {
    const below = randomNumbers(7);
    for (let round = 0; round < rounds(60); round += 1) {
      const all = below(2) === 0 ? below(2000) - 1000 : below(2e9) - 1e9;
      const ahead = Array.from({ length: 1 + below(5) }, () => all + below(1001) - 500);
      const told = found(clocks(...ahead));
      expect(told["clock/apart"], String(ahead)).toBeUndefined();
      if (Math.abs(all) > 1520) expect(told["clock/here"], String(ahead)).toEqual([]);
      if (Math.abs(all) <= 520) expect(told["clock/here"], String(ahead)).toBeUndefined();
    }
  });

  it("name exactly those that are off, as long as these are fewer than half", () => {
    const below = randomNumbers(11);
    for (let round = 0; round < rounds(60); round += 1) {
      const sign = below(2) === 0 ? 1 : -1;
      const wrong = Array.from({ length: below(3) }, () => sign * (1100 + below(1e8)));
      const right = Array.from({ length: wrong.length + 1 + below(2) }, () => 0);
      const names = wrong.map((_, index) => `k${index + 1}`);
      expect(found(clocks(...wrong, ...right))["clock/apart"] ?? [], String(wrong)).toEqual(names);
    }
  });
});

describe("identities of several hosts", () => {
  const machine = (parts: Readonly<Record<string, string>>): Answers => ({ machine: parts });
  const own = healthy["machine"] ?? {};
  const id = (name: string) => ({ [name]: own[name] ?? "" });

  it.each([
    ["clones", machine({ ...id("machineId") }), ["cluster/machine-id"]],
    [
      "clones of a virtual machine",
      machine({ ...id("machineId"), ...id("productUuid") }),
      ["cluster/machine-id", "cluster/product-uuid"],
    ],
    [
      "one machine under two names",
      machine({ ...id("machineId"), ...id("productUuid"), ...id("bootId") }),
      ["cluster/same-machine"],
    ],
    [
      "a firmware's id in capitals",
      machine({ productUuid: (own["productUuid"] ?? "").toUpperCase() }),
      ["cluster/product-uuid"],
    ],
    ["a host whose ids nobody set", machine({ machineId: "uninitialized\n", productUuid: "Not Settable\n" }), []],
  ] as const)("%s", (_, answers, expected) => {
    const told = found({ others: [host(2, answers)] });
    expect(Object.keys(told).sort()).toEqual(expected);
    for (const hosts of Object.values(told)) expect(hosts).toEqual(["k1", "k2"]);
  });

  it("are compared also where no host tells which boot of it answers", () => {
    const silent = { bootId: "" };
    const told = found({ answers: machine(silent), others: [host(2, machine({ ...silent, ...id("machineId") }))] });
    expect(told).toEqual({ "cluster/machine-id": ["k1", "k2"] });
  });

  it("that all hosts share are told once, with all of them", () => {
    const others = [2, 3, 4].map((index) => host(index, machine(id("machineId"))));
    expect(found({ others })).toEqual({ "cluster/machine-id": ["k1", "k2", "k3", "k4"] });
    const told = resultsOf({ others }).filter(({ check }) => check === "cluster/machine-id");
    expect(told).toHaveLength(1);
  });

  it("of two pairs of clones are told for each pair", () => {
    const pair = machine({ machineId: `${"9".repeat(32)}\n` });
    const others = [host(2, machine(id("machineId"))), host(3, pair), host(4, pair)];
    const told = resultsOf({ others }).filter(({ verdict }) => verdict === "found");
    expect(told.map(({ hosts }) => hosts)).toEqual([
      ["k1", "k2"],
      ["k3", "k4"],
    ]);
  });

  it("of network cards: a bridge of somebody's own is a card, one of Docker's is none", () => {
    const withBridge = (name: string, index: number): Written => {
      const one = host(index);
      const links: unknown[] = JSON.parse(one.answers?.["network"]?.["addresses"] ?? "[]");
      const bridge = {
        ifname: name,
        flags: ["UP", "LOWER_UP"],
        mtu: 1500,
        address: "52:54:00:aa:bb:cc",
        addr_info: [{ family: "inet", local: `192.0.2.${index}`, prefixlen: 24, scope: "global" }],
      };
      const addresses = JSON.stringify([...links, bridge]);
      return { ...one, answers: { ...one.answers, network: { addresses } } };
    };
    const both = (name: string) => found({ others: [withBridge(name, 2), withBridge(name, 3)] });
    expect(both("br-lan")).toEqual({ "cluster/mac": ["k2", "k3"] });
    expect(both("br-0123456789ab")).toEqual({});
    expect(both("docker0")).toEqual({});
  });
});

describe("several hosts, of which one is mute", () => {
  it("are judged by those that speak, and the mute one is told as unknown for itself alone", () => {
    const results = resultsOf({ others: [host(2, { machine: { "": "half an ans" } }), host(3)] });
    expect(results.filter(({ verdict }) => verdict === "found")).toEqual([]);
    const unknown = results.filter(({ verdict }) => verdict === "unknown");
    expect(unknown.map(({ check }) => check)).toContain("cluster/machine-id");
    for (const { hosts } of unknown) expect(hosts).toEqual(["k2"]);
    const judged = results.filter(({ check, verdict }) => check === "cluster/machine-id" && verdict === "ok");
    expect(judged.map(({ hosts }) => hosts)).toEqual([["k1", "k3"]]);
  });

  it("give every check one word for every host that it is for", () => {
    const results = resultsOf({ others: [host(2, { disks: { "": "" } }), host(3)] });
    for (const { id } of allChecks.filter(({ id }) => id.startsWith("disk/") && !id.includes("etcd"))) {
      const hosts = results.filter(({ check }) => check === id).flatMap((one) => one.hosts);
      expect(hosts.toSorted(), id).toEqual(["k1", "k2", "k3"]);
    }
  });
});
