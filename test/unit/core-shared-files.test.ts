import { describe, expect, it } from "vitest";
import type { HostPlan } from "../../src/core/plan.ts";
import { withSharedFiles, writtenBy } from "../../src/core/shared-files.ts";
import { sh } from "../../src/core/shell.ts";
import { type Action, type Decision, ok, type StepId } from "../../src/core/step.ts";
import { decided, hostOf, stageOf } from "./support/view-support.ts";

const write = (path: string): Action => ({ kind: "write", path, content: "x", mode: 0o644, owner: "" });
const run: Action = { kind: "run", sh: sh`true`, timeoutMs: 1000 };

/** A change for each path, in the words `write PATH`. */
function writes(...paths: readonly string[]): Decision {
  const [first = "", ...rest] = paths;
  const change = (path: string) => ({ summary: `write ${path}`, actions: [run, write(path)] }) as const;
  return { kind: "change", changes: [change(first), ...rest.map(change)] };
}

const later: Decision = { kind: "later", after: "rke/up", because: "not yet" };
const blocked: Decision = { kind: "blocked", because: "no disk", remedy: "Buy one." };

function plan(host: string, stage: string, ...steps: readonly (readonly [StepId, Decision])[]): HostPlan {
  return {
    host: hostOf(host),
    stage: stageOf(stage, stage),
    decided: steps.map(([id, decision]) => decided(id, id, decision)),
  };
}

/** What is foreseen of each step, in words. */
const foreseen = (...plans: readonly HostPlan[]): readonly string[] =>
  withSharedFiles(plans).flatMap(({ host, decided }) =>
    decided.map(({ step, decision }) => {
      const after = decision.kind === "later" ? ` after ${decision.after}` : "";
      return `${host.name} ${step.id} ${decision.kind}${after}`;
    }),
  );

describe("the files that a decision writes", () => {
  it.each<[string, Decision, readonly string[]]>([
    ["of all changes, in their order", writes("/a", "/b"), ["/a", "/b"]],
    ["of a change that only runs something: none", { kind: "change", changes: [{ summary: "x", actions: [run] }] }, []],
    ["of nothing to do: none", ok, []],
    ["of what waits: none", later, []],
    ["of what is blocked: none", blocked, []],
  ])("are those %s", (_, decision, paths) => {
    expect(writtenBy(decision)).toEqual(paths);
  });
});

describe("a file that two steps write", () => {
  it("has the second decided anew then, and says what it would be now", () => {
    const [only] = withSharedFiles([plan("a", "one", ["t/x", writes("/f")], ["t/y", writes("/e", "/f")])]);
    expect(only?.decided[1]?.decision).toEqual({
      kind: "later",
      after: "t/x",
      because: "it writes /f too, and is decided anew then; on the file as it is now: write /e; write /f",
    });
  });

  it.each<[string, readonly HostPlan[], readonly string[]]>([
    [
      "in a later stage of the same host too",
      [plan("a", "one", ["t/x", writes("/f")]), plan("a", "two", ["t/y", writes("/f")])],
      ["a t/x change", "a t/y later after t/x"],
    ],
    [
      "on another host not: that is another file",
      [plan("a", "one", ["t/x", writes("/f")]), plan("b", "one", ["t/x", writes("/f")])],
      ["a t/x change", "b t/x change"],
    ],
    [
      "and a third: after the second, which writes it last by then",
      [plan("a", "one", ["t/x", writes("/f")], ["t/y", writes("/f")], ["t/z", writes("/f")])],
      ["a t/x change", "a t/y later after t/x", "a t/z later after t/y"],
    ],
    [
      "also where the one before it wrote it after another one",
      [plan("a", "one", ["t/x", writes("/e", "/f")], ["t/y", writes("/f")])],
      ["a t/x change", "a t/y later after t/x"],
    ],
    [
      "also where only the second of its files is shared",
      [plan("a", "one", ["t/x", writes("/g")], ["t/y", writes("/f", "/g")], ["t/z", writes("/f")])],
      ["a t/x change", "a t/y later after t/x", "a t/z later after t/y"],
    ],
    ["not where one writes it twice by itself", [plan("a", "one", ["t/x", writes("/f", "/f")])], ["a t/x change"]],
    [
      "not where the other one has nothing to write now",
      [plan("a", "one", ["t/w", ok], ["t/x", later], ["t/y", blocked], ["t/z", writes("/f")])],
      ["a t/w ok", "a t/x later after rke/up", "a t/y blocked", "a t/z change"],
    ],
    [
      "not where there are none",
      [plan("a", "one", ["t/x", writes("/f")], ["t/y", writes("/g")])],
      ["a t/x change", "a t/y change"],
    ],
  ])("%s", (_, plans, wanted) => {
    expect(foreseen(...plans)).toEqual(wanted);
  });
});
