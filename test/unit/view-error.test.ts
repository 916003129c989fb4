import { describe, expect, test } from "vitest";
import type { Failure } from "../../src/core/events.ts";
import { renderError } from "../../src/view/error.ts";
import { escapes } from "./support/view-support.ts";

const shape = { color: false, width: 80, journal: "/work/.drover/runs/20261121-120000-ab12.jsonl" };

const apt: Failure = {
  code: "step/action-failed",
  message: "apt-get ended with exit code 100",
  host: "h1",
  step: "docker/installed",
  remedy: "Look at the lines above, put right what they say, and run the same command again: it goes on from there.",
  details: ["$ apt-get install -y docker.io", "E: Unable to fetch some archives"],
};
const unreachable: Failure = {
  code: "ssh/unreachable",
  message: "10.0.0.9 does not answer on port 22",
  host: "h9",
  remedy: "Check that the host is on.",
  details: [],
};

describe("a failure", () => {
  test("says what happened, where, the evidence, what to do, and where the journal is", async () => {
    await expect(renderError([apt], shape)).toMatchFileSnapshot("../golden/view-error.golden.txt");
  });

  test("that several hosts share is told once, and evidence that they share too", async () => {
    const failures = [apt, { ...apt, host: "h2" }, unreachable, { ...apt, host: "h3", details: ["E: disk"] }];
    await expect(renderError(failures, shape)).toMatchFileSnapshot("../golden/view-errors.golden.txt");
  });

  test.each([
    ["names of their own", "gpu-1.rack-7.lan", "gpu-2.rack-7.lan"],
    ["IPv6 addresses", "fd00::1", "2001:db8::a"],
  ])("that hosts share which are reached by %s is told once, with their names", (_, first, second) => {
    const at = (address: string, host: string): Failure => ({
      ...unreachable,
      host,
      message: `${address} port 22 refuses the connection`,
    });
    const text = renderError([at(first, "n1"), at(second, "n2")], shape);
    expect(text.match(/Error/g)).toHaveLength(1);
    expect(text).toContain("Error ssh/unreachable: ... port 22 refuses the connection\n  where:  n1, n2\n");
  });

  test("of fifty hosts with different evidence shows three", () => {
    const failures = Array.from({ length: 50 }, (_, index) => ({
      ...apt,
      host: `h${index}`,
      details: [`line ${index}`],
    }));
    const text = renderError(failures, shape);
    expect(text).toContain("| line 2\n    ... and of 47 more in the journal");
    expect(text.match(/Error/g)).toHaveLength(1);
  });

  test("with the same message but another remedy is another failure", () => {
    const text = renderError([unreachable, { ...unreachable, remedy: "Buy a new one." }], shape);
    expect(text.match(/Error/g)).toHaveLength(2);
  });

  test("without host, step, details or journal leaves those lines out", () => {
    const failure: Failure = { code: "cli/usage", message: "no such option", remedy: "See --help.", details: [] };
    expect(renderError([failure], { ...shape, journal: undefined })).toBe(
      "Error cli/usage: no such option\n  to do:  See --help.\n",
    );
  });

  test("of several lines keeps them", () => {
    const failure: Failure = {
      code: "inventory/invalid",
      message: "2 mistakes:\nline 3\nline 4",
      remedy: "R.",
      details: [],
    };
    expect(renderError([failure], { ...shape, journal: undefined })).toBe(
      "Error inventory/invalid: 2 mistakes:\n  line 3\n  line 4\n  to do:  R.\n",
    );
  });

  test("fits into a narrow terminal, all but evidence and paths", () => {
    const lines = renderError([apt], { ...shape, width: 40 }).split("\n");
    expect(lines.filter((line) => line.length > 40 && !line.startsWith("    |"))).toEqual([
      `Journal of this run: ${shape.journal}`,
    ]);
  });

  test("holds no escape codes without colour, and the same text with it", () => {
    const colored = renderError([apt], { ...shape, color: true });
    expect(renderError([apt], shape)).not.toMatch(escapes);
    expect(colored).toContain("\u001b[31m");
    expect(colored.replaceAll(/\u001b\[[0-9;]*m/g, "")).toBe(renderError([apt], shape));
  });

  test("shows harmlessly what hosts say", () => {
    const evil = "\u001b]0;x\u0007\u009b2J\u202e";
    const failure: Failure = { ...apt, host: evil, message: evil, remedy: evil, details: [`${evil}\n${evil}`, evil] };
    const text = renderError([failure, { ...failure, host: "h2", details: [] }], { ...shape, journal: evil });
    expect(text).not.toMatch(escapes);
    expect(text).not.toContain("\u202e");
    expect(text.match(/ {4}\| /g)).toHaveLength(3);
  });
});
