import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { aptSources } from "../../src/lab/base-image.ts";
import { machineMirror, mirrorIn } from "../../src/lab/mirror.ts";
import { suites } from "../../src/lab/settings.ts";
import { testFolder } from "../test-folder.ts";

const publicOne = "http://deb.debian.org/debian";

function etcApt(files: Readonly<Record<string, string>>): string {
  const folder = testFolder("apt");
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const line = (host: string): string => `deb http://${host}.example/debian trixie main\n`;

describe("the mirror that practice hosts are made from", () => {
  it.each<[string, string, string]>([
    [
      "with options in brackets",
      "deb [arch=amd64 trusted=yes] http://m.example/debian trixie main",
      "http://m.example/debian",
    ],
    ["of several, the first", `${line("one")}${line("two")}`, "http://one.example/debian"],
    [
      "below a folder and at a port",
      "URIs: http://m.example:8080/mirror/debian",
      "http://m.example:8080/mirror/debian",
    ],
    ["not its sources", "deb-src http://m.example/debian trixie main", publicOne],
    ["not that of security updates", "deb http://m.example/debian-security trixie-security main", publicOne],
    ["not in a comment of the newer format", "# URIs: http://m.example/debian", publicOne],
    ["none at all", "", publicOne],
  ])("is what apt names: %s", (_, sources, mirror) => {
    expect(mirrorIn(sources)).toBe(mirror);
  });

  it.each<[string, Readonly<Record<string, string>>, string]>([
    ["the folder before the old file", { "sources.list": line("old"), "sources.list.d/a.list": line("a") }, "a"],
    [
      "files by their names",
      { "sources.list.d/b.list": line("b"), "sources.list.d/a.sources": "URIs: http://a.example/debian/" },
      "a",
    ],
    ["only files that apt reads", { "sources.list": line("old"), "sources.list.d/a.list.save": line("a") }, "old"],
    ["the old file alone", { "sources.list": line("old") }, "old"],
  ])("is looked for in %s", async (_, files, name) => {
    expect(await machineMirror(etcApt(files))).toBe(`http://${name}.example/debian`);
  });

  it("is the public one on a machine without apt", async () => {
    expect(await machineMirror(join(testFolder("apt"), "none"))).toBe(publicOne);
  });

  it.each([...suites])("gives a host of %s its packages, its updates and its security updates", (suite) => {
    const places = aptSources("http://m.example/mirror/debian", suite).trimEnd().split("\n");
    expect(places.map((place) => place.split(" ").slice(1, 3))).toEqual([
      ["http://m.example/mirror/debian", suite],
      ["http://m.example/mirror/debian", `${suite}-updates`],
      ["http://m.example/mirror/debian-security", `${suite}-security`],
    ]);
  });
});
