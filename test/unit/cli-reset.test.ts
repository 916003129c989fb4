import { describe, expect, it } from "vitest";
import { whatStays } from "../../src/cli/commands/reset.ts";
import { staysChanged } from "../../src/steps/undo/undo-stages.ts";

describe("what reset --host-prep cannot undo", () => {
  it.each([40, 80, 160])("is told in whole words on a terminal of %i columns, none of it left out", (width) => {
    const text = whatStays(width);
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(width);
    const flat = text.replaceAll(/\s+/g, " ");
    for (const line of staysChanged) expect(flat).toContain(` - ${line}`);
  });
});
