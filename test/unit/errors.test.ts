import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { exitCodeOf } from "../../src/cli/exit-codes.ts";
import { asDroverError, DroverError, errorCodes, SeveralFailed } from "../../src/core/errors.ts";
import { readErrorEntries } from "../../src/view/error-entry.ts";

const docs = new URL("../../docs/errors.md", import.meta.url);
const entries = readErrorEntries(readFileSync(docs, "utf8"));

/** Every run of at least ten letters that stands literally in a string of the sources. */
const root = fileURLToPath(new URL("../..", import.meta.url));
const sources = ["src", "scripts"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => readFileSync(join(root, folder, name), "utf8")),
);
const literals = sources.flatMap(literalsOf);

function literalsOf(source: string): readonly string[] {
  const strings = [...source.matchAll(/"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g)];
  return strings
    .flatMap((match) => (match[1] ?? match[2] ?? "").split(/\$\{[^}]*\}|\$\d/))
    .map((words) => words.trim())
    .filter((words) => words.length >= 10 && words.includes(" "));
}

const failed = (code: (typeof errorCodes)[number]): DroverError => new DroverError(code, "m", { remedy: "r" });

describe("errors", () => {
  it("are listed once and in order", () => {
    expect([...errorCodes]).toEqual([...new Set(errorCodes)].sort());
  });

  it("have a heading each in docs/errors.md, in order, and no heading is left over", () => {
    expect(entries.map(({ code }) => code)).toEqual([...errorCodes]);
  });

  it.each(entries)("are explained with cause, remedy and an example: $code", ({ code, cause, remedy, example }) => {
    expect(cause.join(" ")).toMatch(/\w.{20,}\.$/);
    expect(remedy.join(" "), "the form is **What to do:** TEXT").toMatch(/\w.{10,}\.$/);
    const form = "the form is **For example:**, an empty line, and lines indented by four that begin with Error CODE:";
    expect(example[0] ?? "", form).toMatch(new RegExp(`^Error ${code}: \\S.{8,}`));
  });

  it("have examples in the words of the program, not in words of their own", () => {
    const said = entries.filter(({ example }) => !literals.some((words) => example.join("\n").includes(words)));
    expect(said.map(({ example }) => example[0])).toEqual([]);
  });

  it("have examples at steps that there are", () => {
    const steps = entries.flatMap(({ example }) => / ([a-z-]+\/[a-z-]+)$/.exec(example[1] ?? "")?.[1] ?? []);
    expect(steps.length).toBeGreaterThan(20);
    // Of an addon's steps only the second half is written down: its name comes from the catalogue.
    const known = (step: string): boolean =>
      sources.some((text) => text.includes(`"${step}"`) || text.includes(`}/${step.split("/")[1]}\``));
    expect(steps.filter((step) => !known(step))).toEqual([]);
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
    [failed("journal/not-found"), 3],
    [failed("cli/cancelled"), 130],
    [failed("host/locked"), 1],
    [new Error("x"), 1],
    [new SeveralFailed([failed("cli/cancelled"), failed("cli/cancelled")]), 130],
    [new SeveralFailed([failed("cli/cancelled"), failed("host/locked")]), 1],
  ])("case %#", (thrown, code) => expect(exitCodeOf(thrown)).toBe(code));
});
