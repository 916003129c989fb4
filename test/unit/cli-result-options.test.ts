import { describe, expect, it } from "vitest";
import { everyCommand } from "../../src/cli/completion/tree.ts";
import { runHere } from "../cli/run-here.ts";
import { wholeTree } from "./support/command-line.ts";

const all = everyCommand(await wholeTree());
const optionsOf = (path: string) => all.find((one) => one.path.join(" ") === path)?.node.options ?? expect.fail(path);

/** Commands that draw no progress: they print what they found, or ask about a file. */
const results = [
  "addons list",
  "addons status",
  "addons enable",
  "addons configure",
  "certs status",
  "etcd list",
  "exec",
  "facts",
  "gpu test",
  "prove",
  "report",
  "status",
];
const runs = [
  "up",
  "upgrade",
  "reset",
  "certs rotate",
  "etcd snapshot",
  "etcd restore",
  "secrets rotate-key",
  "node add",
];

describe("the help of a command", () => {
  it.each(results)("offers no -v and no -q where there is nothing for them to do: drover %s", (path) => {
    const names = optionsOf(path).map(({ long }) => long);
    expect(names).not.toContain("--verbose");
    expect(names).not.toContain("--quiet");
    expect(names).toEqual(expect.arrayContaining(["--inventory", "--json"]));
  });

  it.each(runs)("offers both where a run shows how it goes: drover %s", (path) => {
    const about = (name: string) => optionsOf(path).find(({ long }) => long === name)?.about;
    expect(about("--verbose")).toBe("show commands and their output");
    expect(about("--quiet")).toMatch(/^no progress/);
  });

  it.each([
    ["check", /check that is in order/],
    ["plan", /commands and whole diffs/],
  ])("says what drover %s shows more with -v", (path, said) => {
    expect(optionsOf(path).find(({ long }) => long === "--verbose")?.about).toMatch(said);
    expect(optionsOf(path).map(({ long }) => long)).not.toContain("--quiet");
  });
});

it.each(["-q", "-v", "--quiet", "--verbose", "-qv"])("%s is no mistake where it does nothing", async (flag) => {
  const { thrown } = await runHere("/", ["addons", "list", flag]);
  expect(thrown).toMatchObject({ code: "inventory/not-found" });
});
