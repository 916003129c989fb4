import { describe, expect, it } from "vitest";
import { execLines, execSummary } from "../../src/view/exec.ts";

const plain = { color: false };

describe("what a command said on a host", () => {
  it("stands behind the host's name, stdout and stderr apart", () => {
    expect(execLines({ name: "a", code: 0, stdout: "one\n\ntwo\n", stderr: "careful\n" }, plain)).toEqual([
      "a | one",
      "a | ",
      "a | two",
      "a ! careful",
    ]);
  });

  it("is nothing where it said nothing, and its exit code where that is not 0", () => {
    expect(execLines({ name: "a", code: 0, stdout: "", stderr: "" }, plain)).toEqual([]);
    expect(execLines({ name: "a", code: 3, stdout: "", stderr: "" }, plain)).toEqual(["a ! exit code 3"]);
  });

  it("cannot move the cursor, clear the screen, hide text or pretend to be another host", () => {
    const stdout = "\u001b[2J\u001b]0;title\u0007\rb | all is well\n\u202egnp.exe";
    const shown = execLines({ name: "a", code: 0, stdout, stderr: "\u009b1A" }, plain);
    expect(shown.every((line) => line.startsWith("a "))).toBe(true);
    expect(shown.join("\n")).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });

  it("keeps a last line that does not end", () => {
    expect(execLines({ name: "a", code: 0, stdout: "no newline", stderr: "" }, plain)).toEqual(["a | no newline"]);
  });

  it("is why there is nothing, where the host failed or was not begun", () => {
    expect(execLines({ name: "a", failure: "ssh/timeout: no \u001b[2J answer" }, plain)).toEqual([
      "a ! ssh/timeout: no \\x1b[2J answer",
    ]);
    expect(execLines({ name: "a", leftOut: true }, plain)).toEqual(["a - not begun"]);
  });

  it("has colours only where they are wanted", () => {
    expect(execLines({ name: "a", code: 1, stdout: "x", stderr: "" }, { color: true }).join("")).toContain("\u001b[");
  });
});

describe("the last line of drover exec", () => {
  const ok = { code: 0, stdout: "", stderr: "" };

  it("counts what came of it, and names those that are not ok", () => {
    const all = [
      { name: "a", ...ok },
      { name: "b", ...ok, code: 2 },
      { name: "c", failure: "x" },
      { name: "d", ...ok, code: 2 },
      { name: "e", leftOut: true as const },
    ];
    expect(execSummary(all)).toBe("5 hosts: 1 ok, 2 exit code 2 (b, d), 1 failed (c), 1 not begun (e)");
    expect(execSummary([{ name: "a", ...ok }])).toBe("1 host: 1 ok");
  });
});
