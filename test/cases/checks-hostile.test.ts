import { describe, expect, it } from "vitest";
import { type CheckFacts, endpoints, sharedNames } from "../../src/checks/check-facts.ts";
import { checkHosts } from "../../src/checks/results.ts";
import type { Probe } from "../../src/core/probe.ts";
import { factProbes } from "../../src/facts/host-facts.ts";
import { lookupsFact } from "../../src/facts/lookups.ts";
import { reachFact } from "../../src/facts/reach.ts";
import { syncLatencyFact } from "../../src/facts/sync-latency.ts";
import { randomNumbers } from "../unit/support/random-numbers.ts";
import { rounds } from "../unit/support/thoroughness.ts";
import { answerOf, checkCases, clusterOf, healthy } from "./check-files.ts";
import { caseHost } from "./steps.ts";

const host = { ...caseHost, roles: ["controlplane", "etcd", "worker"], gpu: true } as const;
const cluster = {
  ...clusterOf({ cluster: { addons: { rancher: { hostname: "rancher.example.com" } } } }),
  hosts: [host],
};

const probes: Readonly<Record<string, Probe<unknown>>> = {
  ...factProbes(host),
  reach: reachFact(endpoints(cluster)),
  lookups: lookupsFact(sharedNames(cluster)),
  syncLatency: syncLatencyFact,
};

/** What a host with a GPU that is well answers, by fact. */
const wholes = Object.keys(probes).map((name) => {
  const more = name === "gpus" ? { devices: "0000:19:00.0 0x2335 0x030200 nvidia de103523 16 16\ndone\n" } : {};
  return [name, answerOf({ ...healthy[name], ...more }).stdout] as const;
});

function read(name: string, stdout: string): unknown {
  return probes[name]?.parse({ code: 0, stdout, stderr: "" });
}

const hostile = [
  "",
  "-1",
  "99999999999999999999",
  "[]",
  "{}",
  '[{"ifname":7,"addr_info":{"local":[]},"flags":"UP"}]',
  '[{"dst":{},"dev":"","nexthops":[[],3,{"dev":"eth0"}]}]',
  '{"ServerVersion":"28","Runtimes":[],"SecurityOptions":{},"DockerRootDir":[]}',
  "\0",
  "\u001b]0;x\u0007",
  "\uFFFD",
  "\\x2",
  "\\xzz /",
  "%2F%",
  "-- end",
  "\n-- json\n{",
  "a".repeat(10_000),
  "/ / / / /",
  "::1%eth0 localhost",
  "tcp LISTEN 0 1 :::99999 * users:((",
];

/** An answer with some of its words, lines or numbers in the wrong place. */
function disturbed(text: string, below: (most: number) => number): string {
  const word = () => hostile[below(hostile.length)] ?? "";
  const rows = text.split("\n");
  const isMark = (row: string) => row.startsWith("-- ");
  const at = below(rows.length);
  const row = rows[at] ?? "";
  const others = [
    () => rows.with(at, isMark(row) ? row : word()),
    () => rows.with(at, isMark(row) ? row : row.replace(/[\w./:-]+/, word)),
    () => rows.with(at, isMark(row) ? row : row.replaceAll(/\d+/g, word)),
    () => rows.with(at, isMark(row) ? row : row.slice(0, below(row.length + 1))),
    () => rows.toSpliced(at, isMark(row) ? 0 : 1),
    () => rows.toSpliced(at, 0, word()),
    () => (isMark(row) ? rows : rows.toSpliced(at, 0, row, row)),
  ];
  return (others[below(others.length)]?.() ?? rows).join("\n");
}

describe("facts of a host that answers something else", () => {
  it.each(wholes)("%s: half an answer, cut anywhere, is none", (name, whole) => {
    expect(read(name, whole)).toBeDefined();
    const end = whole.trimEnd().length;
    const step = Math.max(1, Math.floor(end / rounds(200)));
    // The latency is a single line, whose last digit may be missing without a sign.
    for (let length = 0; length < end - (name === "syncLatency" ? 2 : 0); length += step)
      expect(read(name, whole.slice(0, length)), `${length} of ${end}`).toBeUndefined();
  });

  it.each(wholes)("%s: is none where the command failed and said something else", (name) => {
    for (const stdout of hostile)
      expect(probes[name]?.parse({ code: 127, stdout, stderr: "sh: not found" }), stdout).toBeUndefined();
  });

  it("are numbers that are some, and texts of one kind, whatever stands in the answer", () => {
    const below = randomNumbers(3);
    const wrong = (value: unknown): boolean =>
      (typeof value === "number" && !Number.isFinite(value)) ||
      (typeof value === "object" && value !== null && Object.values(value).some(wrong));
    for (const [name, whole] of wholes) {
      for (let round = 0; round < rounds(300); round += 1) {
        const text = disturbed(disturbed(whole, below), below);
        expect(wrong(read(name, text)), `${name}: ${text}`).toBe(false);
      }
    }
  });
});

describe("NUL bytes, which no word of a shell can hold", () => {
  const broken = [
    ...wholes,
    ...checkCases.flatMap(({ answers = {} }) =>
      Object.entries(answers).map(([name, parts]) => [name, answerOf({ ...healthy[name], ...parts }).stdout] as const),
    ),
  ];

  it("are in no fact, wherever they stand in an answer, raw or as findmnt writes them", () => {
    for (const [name, whole] of broken) {
      for (const nul of ["\0", "\\x00"]) {
        const text = whole.replaceAll(
          /^(?!-- |done$|end$)(.{3,})$/gm,
          (row) => `${row.slice(0, 2)}${nul}${row.slice(2)}`,
        );
        expect(JSON.stringify(read(name, text)) ?? "", name).not.toContain("\\u0000");
      }
    }
  });

  it("end no check: what would be removed is named by what is left", () => {
    const answer = answerOf({ ...healthy["leftovers"], cni: "10-a\0b.conf\n", interfaces: "cali\0x\n" });
    const entries = wholes.map(([name, whole]) => [name, read(name, name === "leftovers" ? answer.stdout : whole)]);
    const facts: CheckFacts = Object.fromEntries(entries);
    const seen = [{ host, facts, asked: { from: 0, to: 40 } }];
    const told = checkHosts(seen, { cluster, built: false }).find(({ check }) => check === "leftovers/cni");
    expect(told?.commands.map(({ text }) => text)).toEqual([
      "rm -f -- '/etc/cni/net.d/10-a\uFFFDb.conf'",
      "ip link delete 'cali\uFFFDx'",
    ]);
  });
});

describe("checks of a host that answers something else", () => {
  it("never throw, and speak in whole sentences", () => {
    const below = randomNumbers(5);
    const said = new Set<string>();
    for (let round = 0; round < rounds(700); round += 1) {
      const broken = checkCases[below(checkCases.length)];
      const entries = wholes.map(([name, whole]) => {
        const parts = broken?.answers?.[name];
        const base = parts === undefined ? whole : answerOf({ ...healthy[name], ...parts }).stdout;
        const text = below(4) === 0 ? disturbed(disturbed(base, below), below) : base;
        return [name, read(name, text)];
      });
      const facts: CheckFacts = Object.fromEntries(entries);
      const seen = [{ host, facts, asked: { from: 0, to: 40 } }];
      for (const { check, verdict, evidence, fix } of checkHosts(seen, { cluster, built: false })) {
        if (verdict !== "found") continue;
        said.add(check);
        expect(evidence, check).not.toMatch(/undefined|\bnull\b|\bNaN\b|\[object|Infinity/);
        expect(evidence.trim(), check).not.toBe("");
        expect(fix, check).toMatch(/[.:)]$/);
      }
    }
    expect(said.size).toBeGreaterThan(rounds(70));
  });
});
