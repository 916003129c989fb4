import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { exitCodeOf } from "../../src/cli/exit-codes.ts";
import { asDroverError, DroverError, errorCodes, SeveralFailed } from "../../src/core/errors.ts";

const failed = (code: (typeof errorCodes)[number]): DroverError => new DroverError(code, "m", { remedy: "r" });

describe("errors", () => {
  it("are listed once and in order", () => {
    expect([...errorCodes]).toEqual([...new Set(errorCodes)].sort());
  });

  it("have a heading with a cause and a remedy each in docs/errors.md, and no heading is left over", () => {
    const text = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");
    const headings = [...text.matchAll(/^## `([^`]+)`$/gm)].map((match) => match[1]);
    expect(headings).toEqual([...errorCodes]);
  });

  it("fill in their place only where it was open", () => {
    const error = failed("host/locked").at({ host: "a" }).at({ host: "b", step: "t/s" });
    expect([error.host, error.step]).toEqual(["a", "t/s"]);
  });

  it("turn anything else into our own bug, keeping its message and cause", () => {
    const cause = new TypeError("oops");
    expect(asDroverError(cause)).toMatchObject({ code: "internal/bug", message: "oops", cause });
    expect(asDroverError("text").message).toBe("text");
  });
});

describe("exit codes", () => {
  it.each([
    [failed("inventory/invalid"), 3],
    [failed("cli/usage"), 3],
    [failed("cli/no-terminal"), 3],
    [failed("cli/cancelled"), 130],
    [failed("host/locked"), 1],
    [new Error("x"), 1],
    [new SeveralFailed([failed("cli/cancelled"), failed("cli/cancelled")]), 130],
    [new SeveralFailed([failed("cli/cancelled"), failed("host/locked")]), 1],
  ])("case %#", (thrown, code) => expect(exitCodeOf(thrown)).toBe(code));
});
