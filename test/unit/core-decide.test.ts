import { describe, expect, it } from "vitest";
import { control } from "../../src/core/cluster.ts";
import { decide, questionsOf } from "../../src/core/decide.ts";
import type { Result } from "../../src/core/probe.ts";
import { undoFiles } from "../../src/steps/undo/files.ts";

const step = undoFiles();

/** What the step decides where every question of it has this answer. */
function decided(answer: Partial<Result>) {
  const whole = { code: 0, stdout: "", stderr: "", ...answer };
  return decide(step, control, new Map(questionsOf([step], control).map(({ text }) => [text, whole])));
}

describe("a step that is blocked", () => {
  it("names the time that a question may take where one was cut, and what to do about a host that is only slow", () => {
    expect(decided({ code: 124 })).toMatchObject({
      kind: "blocked",
      because: expect.stringMatching(
        /no usable answer about the backups in \S+; a question about it was cut after 20 s$/,
      ),
      remedy: expect.stringMatching(/^If the host was only busy, run this again .* Otherwise: Log in to the host/),
    });
  });

  it("says nothing of that where the answer came in time, and made no sense", () => {
    expect(decided({ code: 1 })).toMatchObject({ because: expect.stringMatching(/about the backups in \S+$/) });
    expect(decided({ stdout: "end\n" })).toEqual({ kind: "ok" });
  });
});
