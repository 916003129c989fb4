import { describe, expect, it } from "vitest";
import { healthy, resultsOf } from "./check-files.ts";

/** A host, or several, as a case has them. */
export type Written = Parameters<typeof resultsOf>[0];

/** A host that says this of one fact. */
export const answers = (fact: string, parts: Readonly<Record<string, string>>): Written => ({
  answers: { [fact]: parts },
});

/** A host whose fact says the same as that of a healthy one, but for this. */
export const but = (fact: string, part: string, from: string | RegExp, to: string): Written =>
  answers(fact, { [part]: (healthy[fact]?.[part] ?? "").replace(from, to) });

/** By check: on what it still calls well, and the nearest that it does not. */
export type Limits = readonly (readonly [check: string, well: Written, ill: Written])[];

/** What a check says of it, for each host. */
export const verdicts = (check: string, written: Written) =>
  resultsOf(written).flatMap((result) => (result.check === check ? [result.verdict] : []));

/** Tests each limit from both sides. */
export function testLimits(limits: Limits): void {
  describe("a check holds its limit from both sides", () => {
    it.each(limits.map(([check, well, ill], index) => [`${check} (${index})`, check, well, ill] as const))(
      "%s",
      (_, check, well, ill) => {
        expect(new Set(verdicts(check, well))).toEqual(new Set(["ok"]));
        expect(verdicts(check, ill)).toContain("found");
      },
    );
  });
}
