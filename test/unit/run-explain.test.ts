import { describe, expect, it } from "vitest";
import type { KnownFailure } from "../../src/core/step.ts";
import { explain } from "../../src/run/explain.ts";

const own: KnownFailure = {
  pattern: /the port (\d+) is (taken)?/,
  code: "cluster/not-ready",
  message: "port $1 is $2",
  remedy: "Free it.",
};

function explained(stderr: string, failures: readonly KnownFailure[] = [], stdout = "") {
  const tail = `${stdout}\n${stderr}`.split("\n");
  return explain({ code: 3, stdout, stderr }, failures, tail);
}

describe("a command that failed", () => {
  it.each<[string, string, string, RegExp]>([
    ["a full disk", "cp: error writing '/x': No space left on device", "host/disk-full", /disk is full/],
    ["a disk that went read-only", "sh: 1: cannot create /x: Read-only file system", "step/action-failed", /read-only/],
    ["a program that was killed", "apt-get install x: line 3:  4711 Killed", "step/action-failed", /too little/],
    ["no memory for a program", "sh: 0: Cannot fork: Cannot allocate memory", "step/action-failed", /too little/],
    ["nothing that anybody knows", "no idea", "step/action-failed", /exit code 3/],
    ["nothing at all", "", "step/action-failed", /exit code 3/],
  ])("from %s is told as such, with what to do", (_, stderr, code, message) => {
    expect(explained(stderr)).toMatchObject({
      code,
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(/\.$/),
    });
  });

  it("is explained by what its step knows of it first, whatever else was said", () => {
    const error = explained("No space left on device\nthe port 6443 is taken", [own]);
    expect(error).toMatchObject({ code: "cluster/not-ready", message: "port 6443 is taken", remedy: "Free it." });
  });

  it("leaves no placeholder open where a part of the words is missing", () => {
    expect(explained("the port 22 is ", [own]).message).toBe("port 22 is");
  });

  it("is not taken for another by a word in the middle of a line", () => {
    for (const said of ["Killed processes: 0", "unit was not Killed by us", "no out-of-memory"])
      expect(explained(said).message, said).toContain("exit code 3");
  });

  it("is read on both streams", () => {
    expect(explained("", [own], "the port 80 is taken").message).toBe("port 80 is taken");
  });

  it("has its last lines as evidence, without empty ones", () => {
    expect(explained("two\n\n  \nthree", [], "one").details).toEqual(["one", "two", "three"]);
  });

  it("quotes no more of a host's words than fit into a message", () => {
    const known = { ...own, pattern: /said (.*)/, message: "it said $1" };
    expect(explained(`said ${"x".repeat(5000)}`, [known]).message.length).toBeLessThan(400);
  });
});
