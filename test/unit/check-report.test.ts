import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { checkList } from "../../scripts/check-list.ts";
import {
  allChecks,
  blocking,
  type CheckResult,
  checkLogin,
  type HostSeen,
  needsAttention,
} from "../../src/checks/results.ts";
import { checkJson, checkReportJsonSchema, checkReportSchema } from "../../src/cli/check-json.ts";
import { type Checked, emitChecks, refuseBlocking, skippedChecks } from "../../src/cli/run-checks.ts";
import { checkLine } from "../../src/cli/show-checks.ts";
import { DroverError, SeveralFailed } from "../../src/core/errors.ts";
import type { Event } from "../../src/core/events.ts";
import { renderChecks } from "../../src/view/check-report.ts";
import { meshMatrix } from "../../src/view/mesh-matrix.ts";
import { paint } from "../../src/view/paint.ts";
import { checkCases, clusterOf, resultsOf } from "../cases/check-files.ts";
import { someOf } from "./support/thoroughness.ts";
import { escapes } from "./support/view-support.ts";

const cluster = clusterOf({});

function resultsFor(...ids: readonly string[]): readonly CheckResult[] {
  return ids.flatMap((id) =>
    resultsOf(checkCases.find(({ check }) => check === id) ?? {}).filter(({ check }) => check === id),
  );
}

const some = resultsFor(
  "docker/daemon-json",
  "swap/on",
  "upkeep/reboot",
  "os/container",
  "kernel/vxlan",
  "cluster/kubernetes-version",
  "disk/root",
);

/** Of hosts that were all reached, but for these. */
function checkedOf(results: readonly CheckResult[], lost: readonly string[] = []): Checked {
  const reached = cluster.hosts.filter(({ name }) => !lost.includes(name));
  const seen = reached.map((host) => ({ host, facts: {}, asked: { from: 0, to: 1 } }) as HostSeen);
  return { hosts: cluster.hosts, results, seen, pairs: [] };
}

/** So many hosts, of which these could not be reached. */
const hosts = (count: number, ...notReached: readonly string[]) => ({ count, notReached });

function thrownBy(call: () => void): unknown {
  try {
    call();
  } catch (thrown) {
    return thrown;
  }
  return undefined;
}

describe("the report", () => {
  const options = { color: false, width: 90, verbose: false };

  it("tells what needs attention first, then what up will put right", async () => {
    await expect(renderChecks(some.map(checkLine), hosts(3), options)).toMatchFileSnapshot(
      "../golden/check-report.golden.txt",
    );
  });

  it("tells with -v of what is in order too", async () => {
    const text = renderChecks([...some, ...resultsOf({})].map(checkLine), hosts(3), { ...options, verbose: true });
    expect(text).toContain("In order");
    expect(text).toContain("+ gpu/lost: Every GPU answers on the bus");
  });

  it("says so in one line where nothing needs attention", () => {
    expect(renderChecks(resultsOf({}).map(checkLine), hosts(1), options)).toMatch(
      /^\d+ checks on 1 host: nothing needs attention\n$/,
    );
  });

  it.each([
    [["k2"], "1 of 3 hosts could not be reached, and so was not checked: k2", 2],
    [["k2", "k3"], "2 of 3 hosts could not be reached, and so were not checked: k2, k3", 1],
  ] as const)("says which hosts were not reached, and takes none of them for well: %j", (lost, said, reached) => {
    const text = renderChecks(resultsOf({}).map(checkLine), hosts(3, ...lost), { ...options, width: 200 });
    expect(text).toMatch(new RegExp(`^\\d+ checks on ${reached} hosts?: nothing needs attention\n${said}\n$`));
  });

  it.each([1, 2, 40])("says that nothing was checked where none of %d hosts was reached", (count) => {
    const names = Array.from({ length: count }, (_, index) => `n${index + 1}`);
    const text = renderChecks([], hosts(count, ...names), options);
    expect(text).not.toContain("needs attention");
    expect(text).toMatch(/^Nothing was checked\n/);
    expect(text.replaceAll(/\s+/g, " ")).toContain(`${count} of ${count} host${count === 1 ? "" : "s"} could not be`);
    for (const name of names) expect(text).toMatch(new RegExp(`\\b${name}\\b`));
    expect(text.split("\n").filter((line) => line.length > options.width)).toEqual([]);
  });

  it("tells the reasons too where the login was not left out", () => {
    const [host] = cluster.hosts;
    if (host === undefined) throw new Error("no host");
    const login = checkLogin(host, new DroverError("ssh/timeout", "it says nothing", { remedy: "Look at it." }));
    const text = renderChecks([checkLine(login)], hosts(1, host.name), options);
    expect(text).toMatch(
      /^Nothing was checked\n1 of 1 host could not be reached, and so was not checked: k1\n\nBlocking/,
    );
    expect(text).toContain("ssh/timeout: it says nothing");
  });

  it("is not green where a host was not reached", () => {
    const first = (count: number, ...lost: readonly string[]) =>
      renderChecks(resultsOf({}).map(checkLine), hosts(count, ...lost), { ...options, color: true });
    const { green, red } = paint(true);
    const lines = first(2, "k2").split("\n");
    expect(lines[1]).toBe(red("1 of 2 hosts could not be reached, and so was not checked: k2"));
    expect(first(1)).toBe(`${green(renderChecks(resultsOf({}).map(checkLine), hosts(1), options).trimEnd())}\n`);
    expect(first(1, "k1").split("\n")[0]).toBe(red("Nothing was checked"));
  });

  it("says the same of several hosts once, with their names", () => {
    const [one] = resultsFor("upkeep/reboot");
    const both = one === undefined ? [] : [one, { ...one, hosts: ["k2"] }];
    expect(renderChecks(both.map(checkLine), hosts(2), options)).toContain("k1, k2: a reboot is required");
  });

  it("shows nothing that a terminal would obey, and no colour where none is wanted", () => {
    const nasty = some.map((one) =>
      checkLine({ ...one, evidence: "\u001b[2J\u0007x", fix: "\u202ey", hosts: ["h\u001b[1m"] }),
    );
    expect(renderChecks(nasty, hosts(1, "h\u001b[1m"), options)).not.toMatch(escapes);
    expect(renderChecks(some.map(checkLine), hosts(1), { ...options, color: true })).toMatch(escapes);
  });
});

describe("the matrix", () => {
  const shape = { paint: paint(false), width: 80 };
  const cells = [
    { from: "a", to: "b", text: "0.3 ms", good: true },
    { from: "b", to: "a", text: "no 2379", good: false },
  ];

  it("has a row for whoever sends and a column for whoever is reached", () => {
    expect(meshMatrix(cells, shape)).toEqual([
      "",
      "Who reaches whom (rows to columns)",
      "     a        b",
      "  a  -        0.3 ms",
      "  b  no 2379  -     ",
    ]);
  });

  it("lists only what is not well where the table does not fit", () => {
    const lines = meshMatrix(cells, { ...shape, width: 10 });
    expect(lines.slice(2)).toEqual(["  1 of 2 directions are well", "  b to a: no 2379"]);
  });

  it("is empty with one host", () => {
    expect(meshMatrix([], shape)).toEqual([]);
  });
});

describe("the JSON of a report", () => {
  it("is what its schema says, for every case", () => {
    for (const one of someOf(checkCases)) {
      const json = checkJson("lab", checkedOf(resultsOf(one)), new Set());
      expect(() => checkReportSchema.parse(JSON.parse(JSON.stringify(json)))).not.toThrow();
    }
  });

  it("counts what needs attention, and what up will put right apart", () => {
    expect(checkJson("lab", checkedOf(some), new Set(["disk/root"])).counts).toEqual({
      blocking: 2,
      warning: 1,
      note: 2,
      fixedByUp: 1,
      unknown: 0,
    });
  });

  it("names the hosts that were not reached, and an empty list where all were", () => {
    const names = cluster.hosts.map(({ name }) => name);
    expect(checkJson("lab", checkedOf([]), new Set()).notReached).toEqual([]);
    const lost = checkJson("lab", checkedOf([], names), new Set(["access/login"]));
    expect([lost.hosts, lost.notReached]).toEqual([names, names]);
    expect(() => checkReportSchema.parse({ ...lost, notReached: undefined })).toThrow();
  });

  it("has its schema in docs/, and every check in docs/checks.md: npm run schema writes both", () => {
    expect(readFileSync("docs/check.schema.json", "utf8")).toBe(checkReportJsonSchema());
    expect(readFileSync("docs/checks.md", "utf8")).toBe(checkList());
    for (const { id } of allChecks) expect(checkList()).toContain(`\`${id}\``);
  });
});

describe("up", () => {
  it("is stopped by what is blocking and not its own to fix, each with host, check and the way to go on", () => {
    const thrown = thrownBy(() => refuseBlocking(checkedOf(some), new Set()));
    expect(thrown).toBeInstanceOf(SeveralFailed);
    const failures = thrown instanceof SeveralFailed ? thrown.failures : [];
    expect(failures.map(({ code, host, step }) => [code, host, step])).toEqual([
      ["check/blocking", "k1", "docker/daemon-json"],
      ["check/blocking", "k1", "kernel/vxlan"],
      ["check/blocking", "k1", "disk/root"],
    ]);
    expect(failures[0]?.remedy).toContain("--skip-check docker/daemon-json");
  });

  it("goes on where those were skipped, and the journal says which", () => {
    const skipped = skippedChecks(["docker/daemon-json,kernel/vxlan", "disk/root"]);
    expect(thrownBy(() => refuseBlocking(checkedOf(some), skipped))).toBeUndefined();
    const events: Event[] = [];
    emitChecks(checkedOf(some), skipped, (event) => events.push(event));
    const told = events.flatMap((event) => (event.kind === "check-found" && event.skipped ? [event.check] : []));
    expect(told).toEqual(["docker/daemon-json", "kernel/vxlan", "disk/root"]);
  });

  it("does not take a check for skipped that does not exist", () => {
    const thrown = thrownBy(() => skippedChecks(["docker/daemonjson"]));
    expect(thrown instanceof DroverError ? thrown.code : undefined).toBe("cli/usage");
  });
});

describe("a host that cannot be asked", () => {
  it("is a blocking finding with the reason and its remedy", () => {
    const [host] = cluster.hosts;
    if (host === undefined) throw new Error("no host");
    const failure = new DroverError("ssh/auth-failed", "k1 refuses the key", { remedy: "Give another." });
    const result = checkLogin(host, failure);
    expect([result.evidence, result.fix]).toEqual(["ssh/auth-failed: k1 refuses the key", "Give another."]);
    expect([needsAttention(result), blocking([result]).length]).toEqual([true, 1]);
    expect(checkLogin(host, undefined).verdict).toBe("ok");
  });
});
