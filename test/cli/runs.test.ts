import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { failedRun, journalText } from "../unit/support/run-events.ts";
import { inventoryAt, Workplace } from "./drover.ts";
import { Terminal } from "./terminal.ts";

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
  mkdirSync(join(place.dir, ".drover", "runs"), { recursive: true });
});
afterEach(() => place.remove());

const first = "20261121-110000-aaaa";
const second = "20261121-120000-bbbb";

function write(run: string, text = journalText(failedRun)): string {
  return place.write(`.drover/runs/${run}.jsonl`, text);
}

describe("drover runs", () => {
  it("lists journals, newest first, without reading the inventory", async () => {
    write(first);
    write(second);
    const { code, stdout } = await place.drover("runs");
    expect(code).toBe(0);
    expect(stdout.split("\n").map((line) => line.split(" ")[0])).toEqual(["RUN", second, first]);
    expect(stdout).toMatch(/up {2,}failed {2,}10 s {2,}1 on 1 host/);
  });

  it("tells programs the same, with the path of each journal", async () => {
    const path = write(first);
    write(second);
    const { stdout } = await place.drover("runs", "--json", "-n", "1");
    expect(JSON.parse(stdout)).toMatchObject({
      v: 1,
      runs: [{ run: second, command: "up", outcome: "failed", startedAt: "2026-11-21T12:00:00.000Z" }],
    });
    const all: { runs: { journal: string }[] } = JSON.parse((await place.drover("runs", "--json")).stdout);
    expect(all.runs.at(-1)?.journal).toBe(path);
  });

  it("lists a real run of this very program", async () => {
    place.write("inventory.yaml", inventoryAt([1]));
    await place.drover("plan");
    const { stdout } = await place.drover("runs");
    expect(stdout).toMatch(/\d{8}-\d{6}-\d{3}-[0-9a-f]{4} .* plan {2,}failed/);
  });

  it("where there are none says how to get one, and ends with 0", async () => {
    expect(await place.drover("runs")).toMatchObject({ code: 0, stdout: expect.stringContaining("No runs yet") });
  });

  it("goes past files that are no journals", async () => {
    write(first, "garbage\n{}\n\u0000\u0001");
    place.write(".drover/runs/notes.txt", "mine");
    write(second);
    expect((await place.drover("runs", "--json")).stdout.match(/"run":/g)).toHaveLength(1);
  });

  it.each(["0", "-3", "many", "1.5"])("ends with 3 for --last=%s", async (amount) => {
    expect((await place.drover("runs", `--last=${amount}`)).code).toBe(3);
  });
});

describe("drover logs", () => {
  it("tells the newest run as lines, then its failures with what to do", async () => {
    write(first, "");
    write(second);
    const { code, stdout } = await place.drover("logs");
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^Run ${second}, 2026-11-21 12:00\n`));
    expect(stdout).toContain("Install Docker (2 hosts)");
    expect(stdout).toContain("warning: the mirror is slow");
    expect(stdout).not.toContain("| Setting up docker.io");
    expect(stdout).toContain("to do:  Check the host's way to the package mirror");
  });

  it.each([
    ["whole", second],
    ["by its beginning", "20261121-12"],
    ["by its end", "bbbb"],
    ["by the path of its journal", `.drover/runs/${second}.jsonl`],
  ])("takes the id of a run %s", async (_, name) => {
    write(first);
    write(second);
    expect((await place.drover("logs", name)).stdout).toContain(`Run ${second}`);
  });

  it("with --json gives the journal's own events, and nothing else on stdout", async () => {
    write(second);
    const { stdout } = await place.drover("logs", "--json");
    expect(stdout.split("\n").map((line) => JSON.parse(line))).toEqual(failedRun.map((one) => ({ v: 1, ...one })));
  });

  it("with --failed shows only the failing step, with the output it had", async () => {
    write(second);
    const { stdout } = await place.drover("logs", "--failed");
    expect(stdout).toContain("b  docker/installed  | 404  Not Found");
    expect(stdout).not.toContain("Setting up docker.io");
  });

  it("with --failed of a run that went well says so", async () => {
    write(second, journalText(failedRun.slice(0, 8)));
    expect((await place.drover("logs", "--failed")).stdout).toContain("Nothing failed in this run.");
  });

  it("with --host leaves the others out, and offers the name that was meant", async () => {
    write(second);
    expect((await place.drover("logs", "--host", "a", "-v")).stdout).not.toMatch(/ b {2}/);
    const long = journalText(failedRun).replaceAll('"a"', '"worker-1"');
    write(second, long);
    const { code, stderr } = await place.drover("logs", "--host", "worker-l");
    expect([code, stderr]).toEqual([3, expect.stringContaining("Did you mean worker-1?")]);
  });

  it.each([
    ["that is not there", "20261121-120000-bbbc", `Did you mean ${second}?`],
    ["that may be several", "2026", "may be any of 2 runs"],
    ["without a name", "", "there is no journal"],
  ])("ends with 3 for a run %s", async (_, name, words) => {
    write(first);
    write(second);
    const { code, stderr } = await place.drover("logs", name);
    expect([code, stderr.replaceAll(/\s+/g, " ")]).toEqual([3, expect.stringContaining(words)]);
    expect(stderr).toContain("journal/not-found");
  });

  it("says why a journal that is there cannot be read", async () => {
    mkdirSync(join(place.dir, ".drover", "runs", `${second}.jsonl`));
    const { code, stderr } = await place.drover("logs");
    expect([code, stderr]).toEqual([
      3,
      expect.stringMatching(/bbbb\.jsonl\s+cannot\s+be\s+read:\s+it\s+is\s+a\s+folder/),
    ]);
  });

  it("ends with 3 where there is no journal at all", async () => {
    expect(await place.drover("logs")).toMatchObject({ code: 3, stderr: expect.stringContaining("no journals in") });
  });

  it("refuses --live without a terminal, and --live together with --json", async () => {
    write(second);
    expect((await place.drover("logs", "--live")).stderr).toContain("cli/no-terminal");
    expect(await place.drover("logs", "--live", "--json")).toMatchObject({ code: 3 });
  });

  it("with --live draws in a real terminal what the run drew", async () => {
    write(second);
    const terminal = new Terminal(["logs", "--live", "--speed", "1000"], { cwd: place.dir, home: place.dir });
    expect(await terminal.ended).toBe(0);
    const screen = terminal.screen();
    expect(screen).toContain("✖ Install Docker: failed on 1 of 2 hosts");
    expect(screen).toContain("Failed after 10 s; 1 change was made before, 1 change was begun and not finished");
    expect(screen.match(/Install Docker/g)).toHaveLength(1);
  });
});

describe("drover explain", () => {
  it("prints the entry of an error, however its code was copied", async () => {
    const { code, stdout } = await place.drover("explain", "ssh/auth-failed");
    expect(code).toBe(0);
    expect(stdout).toContain("What to do\n");
    expect(stdout).toContain("For example\n  Error ssh/auth-failed: ");
    expect((await place.drover("explain", "Error ssh/auth-failed: ubuntu may not log in")).stdout).toBe(stdout);
  });

  it("explains a check too, and both where one name is two things", async () => {
    expect((await place.drover("explain", "disk/var")).stdout).toContain("check disk/var");
    const { stdout } = await place.drover("explain", "gpu/secure-boot");
    expect(stdout).toMatch(/^gpu\/secure-boot\n/);
    expect(stdout).toContain("\ncheck gpu/secure-boot\n");
  });

  it.each([
    ["ssh/auth-faild", "Did you mean ssh/auth-failed?"],
    ["auth-failed", "Did you mean ssh/auth-failed?"],
    ["nothing-like-it-at-all", "drover explain lists all error codes."],
  ])("ends with 3 for %s and offers what may have been meant", async (word, hint) => {
    const { code, stderr } = await place.drover("explain", word);
    expect([code, stderr]).toEqual([3, expect.stringContaining(hint)]);
  });

  it("without a code lists all, for programs too", async () => {
    expect((await place.drover("explain")).stdout).toContain("ssh/timeout");
    const all: { entries: { code: string }[] } = JSON.parse((await place.drover("explain", "--json")).stdout);
    const headings = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8").match(/^## /gm);
    expect(all.entries).toHaveLength(headings?.length ?? 0);
  });
});
