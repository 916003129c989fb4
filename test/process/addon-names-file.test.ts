import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { failuresOf } from "../../src/cli/failures.ts";
import { inventoryAt } from "../cli/drover.ts";
import { runHere } from "../cli/run-here.ts";
import { newKey } from "../ssh/new-key.ts";
import { testFolder } from "../test-folder.ts";

const key = newKey().private;
const rancher = "addons: { certManager: {}, rancher: { hostname: rancher.example.com } }\n";
const block = "# BEGIN drover names of test\n127.0.0.1 rancher.example.com\n# END drover names of test\n";

let dir: string;
beforeEach(() => {
  dir = testFolder("names");
  writeFileSync(join(dir, "id"), key, { mode: 0o600 });
  writeFileSync(join(dir, "inventory.yaml"), inventoryAt([1], rancher));
});

async function names(flag: string, before: string) {
  writeFileSync(join(dir, "hosts"), before);
  const { thrown } = await runHere(dir, ["addons", "names", flag, "-y", "--file", "hosts"]);
  const failures = thrown === undefined ? [] : failuresOf(thrown).map(({ code, message }) => `${code}: ${message}`);
  return { failures, after: readFileSync(join(dir, "hosts"), "utf8") };
}

describe("the names in a hosts file", () => {
  it.each([
    ["an empty file", ""],
    ["one with names of others", "127.0.0.1 localhost\n::1 localhost ip6-localhost\n"],
    ["one that has the name at that address already", "127.0.0.1 localhost rancher.example.com\n"],
    ["one that has it in a comment", "# 192.0.2.9 rancher.example.com\n192.0.2.9 other # rancher.example.com\n"],
    ["one with a longer name", "192.0.2.9 old.rancher.example.com rancher.example.com.old\n"],
    ["one with the block of another cluster", block.replaceAll("test", "prod").replace("rancher", "other")],
  ])("are put into %s, again and again alike, and out of it as it was", async (_, before) => {
    const once = await names("--write", before);
    expect(once.failures).toEqual([]);
    expect(once.after).toContain(block);
    expect(await names("--write", once.after)).toEqual(once);
    expect(await names("--remove", once.after)).toEqual({ failures: [], after: before });
  });

  it.each([
    "192.0.2.9 rancher.example.com\n",
    "192.0.2.9 Rancher.Example.COM\n",
    "127.0.0.1 localhost\n\t192.0.2.9\tx  rancher.example.com # mine\r\n",
    "::1 rancher.example.com\n",
  ])("are not put below a line that leads them elsewhere: %j", async (before) => {
    const { failures, after } = await names("--write", before);
    expect(failures.join()).toMatch(/^names\/file-unusable: .*hosts leads rancher\.example\.com to \S+ already$/);
    expect(after).toBe(before);
  });

  it.each([
    "# BEGIN drover names of test\n",
    "# END drover names of test\n127.0.0.1 a\n# BEGIN drover names of test\n",
    `${block}${block}`,
  ])("are left alone where the marks do not fit together: %j", async (before) => {
    for (const flag of ["--write", "--remove"]) {
      const { failures, after } = await names(flag, before);
      expect(failures.join()).toContain("the marks of Drover in");
      expect(after).toBe(before);
    }
  });
});
