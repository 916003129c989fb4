import { describe, expect, it } from "vitest";
import { checkJson, checkReportSchema } from "../../src/cli/check-json.ts";
import type { Checked } from "../../src/cli/run-checks.ts";

type Result = Checked["results"][number];

/** One result of every kind that there can be: severity, verdict, and whether `up` puts it right. */
const every = (["blocking", "warning", "note"] as const).flatMap((severity) =>
  (["ok", "found", "unknown"] as const).flatMap((verdict) =>
    [undefined, "os/swap-off"].map((fixedByUp) => ({
      check: `t/${severity}-${verdict}-${fixedByUp === undefined ? "open" : "fixed"}`,
      title: "t",
      severity,
      why: "w",
      verdict,
      hosts: ["k1"],
      evidence: "e",
      fix: "f",
      commands: [],
      fixedByUp,
    })),
  ),
) as unknown as readonly Result[];

const report = (skipped: readonly string[]) =>
  checkJson("lab", { hosts: [], results: every, seen: [], pairs: [] }, new Set(skipped) as never);

describe("the counts of a check for programs", () => {
  it("tell what is open by its severity, apart from what up puts right and what is not known", () => {
    expect(report([]).counts).toEqual({ blocking: 1, warning: 1, note: 1, fixedByUp: 3, unknown: 6 });
  });

  it.each(every.map(({ check }) => [check as string, check]))(
    "leave %s out where it is skipped, and keep its result",
    (_, check) => {
      const { counts, results } = report([check]);
      const total = (all: typeof counts) => Object.values(all).reduce((sum, one) => sum + one, 0);
      const counted = every.find((one) => one.check === check)?.verdict === "ok" ? 0 : 1;
      expect(total(report([]).counts) - total(counts)).toBe(counted);
      expect(results.filter((one) => one.skipped).map((one) => one.check)).toEqual([check]);
      expect(results).toHaveLength(every.length);
    },
  );

  it("are all 0 where all is skipped, in a report as the schema has it", () => {
    const all = report(every.map(({ check }) => check));
    expect(Object.values(all.counts)).toEqual([0, 0, 0, 0, 0]);
    expect(() => checkReportSchema.parse(JSON.parse(JSON.stringify(all)))).not.toThrow();
  });
});
