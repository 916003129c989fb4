import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { beforeEach, describe, expect, it } from "vitest";
import { inventoryAt } from "../cli/drover.ts";
import { runHere } from "../cli/run-here.ts";
import { newKey } from "../ssh/new-key.ts";
import { testFolder } from "../test-folder.ts";

const key = newKey().private;
const password = "corrEct-h0rse";
let dir: string;
beforeEach(() => {
  dir = testFolder("doctor");
  mkdirSync(join(dir, ".drover/test"), { recursive: true });
  writeFileSync(join(dir, "id"), key, { mode: 0o600 });
  writeFileSync(join(dir, "word"), password, { mode: 0o600 });
  writeFileSync(join(dir, ".drover/test/rke.log"), `somebody wrote ${password} here\n`);
});

async function doctor(inventory: string) {
  writeFileSync(join(dir, "inventory.yaml"), inventory);
  const { thrown, stdout } = await runHere(dir, ["doctor", "-o", "d.tar.gz"]);
  expect(thrown).toBeUndefined();
  return { stdout, archive: gunzipSync(readFileSync(join(dir, "d.tar.gz"))).toString("latin1") };
}

describe("the doctor, where its own run cannot be recorded", () => {
  beforeEach(() => writeFileSync(join(dir, ".drover/runs"), "a file in the folder's place"));

  it("gathers what lies here and the reason, and hides what the inventory keeps secret all the same", async () => {
    const { archive, stdout } = await doctor(
      inventoryAt([1]).replace("user: root", "user: root, sudoPassword: 'file:./word'"),
    );
    expect(archive).toContain("journal/unwritable");
    expect(stdout).toContain("run.error.txt");
    expect(stdout).not.toMatch(/hosts\/|pods\.txt|inventory\.error/);
    expect(archive).toContain("somebody wrote *** here");
    expect(archive).not.toContain(password);
    expect(readdirSync(dir).sort()).toEqual([".drover", "d.tar.gz", "id", "inventory.yaml", "word"]);
  });

  it("tells a mistake of the inventory as one of the inventory", async () => {
    const { archive, stdout } = await doctor("version: 2\n");
    expect(stdout).toContain("inventory.error.txt");
    expect(archive).toContain("inventory/invalid");
    expect(stdout).not.toContain("run.error.txt");
  });
});
