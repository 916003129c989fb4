import { describe, expect, it } from "vitest";
import { readErrorEntries, renderErrorEntry, renderErrorList } from "../../src/view/error-entry.ts";
import { escapes } from "./support/view-support.ts";

const text = `# Errors

Words before the first entry.

## \`host/locked\`

Another run of Drover works
on \`worker-1\`. The message says whose it is.

It frees itself.

**What to do:** Wait for it,
or look at it.

**For example:**

    Error host/locked: another Drover works on worker-1
      where:  worker-1

## \`host/disk-full\`

A disk is full.
`;

const shape = { color: false, width: 80 };
const [locked, full] = readErrorEntries(text);

describe("docs/errors.md", () => {
  it("is read entry by entry: paragraphs without their line breaks, examples as they stand", () => {
    expect(locked).toEqual({
      code: "host/locked",
      cause: ["Another run of Drover works on `worker-1`. The message says whose it is.", "It frees itself."],
      remedy: ["Wait for it, or look at it."],
      example: ["Error host/locked: another Drover works on worker-1", "  where:  worker-1"],
    });
  });

  it("with parts missing is read all the same", () => {
    expect(full).toEqual({ code: "host/disk-full", cause: ["A disk is full."], remedy: [], example: [] });
    expect(readErrorEntries("")).toEqual([]);
    expect(readErrorEntries("## no code\n\ntext")).toEqual([]);
  });
});

describe("an entry on a terminal", () => {
  it("has cause, what to do and an example, without the marks of Markdown", () => {
    expect(renderErrorEntry(locked ?? expect.fail(), shape)).toBe(
      `host/locked

Another run of Drover works on worker-1. The message says whose it is.

It frees itself.

What to do
Wait for it, or look at it.

For example
  Error host/locked: another Drover works on worker-1
    where:  worker-1
`,
    );
  });

  it("leaves out a heading with nothing below", () => {
    expect(renderErrorEntry(full ?? expect.fail(), shape)).toBe("host/disk-full\n\nA disk is full.\n");
  });

  it("fits into the width, but for the example, which can be copied", () => {
    const lines = renderErrorEntry(locked ?? expect.fail(), { ...shape, width: 30 }).split("\n");
    expect(lines.filter((line) => line.length > 30 && !line.startsWith("  "))).toEqual([]);
  });

  it("has colours only where they are wanted", () => {
    const entry = locked ?? expect.fail();
    expect(renderErrorEntry(entry, shape)).not.toMatch(escapes);
    expect(renderErrorEntry(entry, { ...shape, color: true })).toContain("\u001b[36mworker-1");
  });
});

describe("the list of all codes", () => {
  it.each([
    [
      "A host has `gpu: true`, and there is no driver. It is left alone.",
      "A host has gpu: true, and there is no driver.",
    ],
    ["It is `on. off`: so it is.", "It is on. off."],
    ["It has a `backtick too many: so it is told whole", "It has a backtick too many: so it is told whole"],
    ["`a: b`", "a: b"],
  ])("cuts no sentence within what stands in backticks: %s", (cause, shown) => {
    const entry = { code: "a/b", cause: [cause], remedy: [], example: [] };
    expect(renderErrorList([entry], shape)).toBe(`a/b  ${shown}\n`);
  });

  it("has the first sentence of each, side by side", () => {
    expect(renderErrorList([locked ?? expect.fail(), full ?? expect.fail()], shape)).toBe(
      "host/locked     Another run of Drover works on worker-1.\nhost/disk-full  A disk is full.\n",
    );
  });
});
