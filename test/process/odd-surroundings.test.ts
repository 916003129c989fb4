import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { testFolder } from "../test-folder.ts";
import { failedRun, journalText } from "../unit/support/run-events.ts";

const main = resolve(import.meta.dirname, "../../src/cli/main.ts");

/** A double of os.userInfo where the user has a number and no name, as in a container that was given a user alone. */
const nameless = `data:text/javascript,${encodeURIComponent(`
  import os from "node:os";
  import { syncBuiltinESMExports } from "node:module";
  os.userInfo = () => { throw new Error("uv_os_get_passwd returned ENOENT") };
  syncBuiltinESMExports();
`)}`;

let dir: string;
beforeEach(() => {
  dir = testFolder("odd");
  mkdirSync(join(dir, ".drover/runs"), { recursive: true });
  writeFileSync(join(dir, ".drover/runs/r1.jsonl"), journalText(failedRun));
});

function drover(words: readonly string[], env: Readonly<Record<string, string>> = {}, flags: readonly string[] = []) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, main, ...words], {
    cwd: dir,
    encoding: "utf8",
    env: { PATH: process.env["PATH"] ?? "", HOME: dir, TZ: "UTC", ...env },
  });
  return { status, stdout, stderr };
}

describe("a user without a name", () => {
  it.each([{}, { USER: "ann" }, { USER: "", LOGNAME: "ann" }])("can run Drover: %j", (env) => {
    const ran = drover(["runs"], env, ["--import", nameless]);
    expect(ran).toMatchObject({ status: 0, stderr: "" });
    expect(ran.stdout).toContain("2026-11-21 12:00");
  });
});

describe("a folder that was removed under Drover's feet", () => {
  /** The shell stands in a folder that it removes, and that may be there anew when Drover begins. */
  const from = (made: string) => {
    const script = `mkdir gone && cd gone && rmdir "$PWD" && ${made}; exec "$0" "$@"`;
    const { status, stdout, stderr } = spawnSync("/bin/sh", ["-c", script, process.execPath, main, "runs"], {
      cwd: dir,
      encoding: "utf8",
      env: { PATH: process.env["PATH"] ?? "", HOME: dir, TZ: "UTC" },
    });
    return { status, stdout, stderr };
  };

  it("is one without runs", () => {
    expect(from("true")).toEqual({ status: 0, stdout: expect.stringContaining("No runs yet"), stderr: "" });
  });

  it("is looked up by its name again, where there is one of that name by now", () => {
    const ran = from('cp -r ../.drover ../copy && mkdir "$PWD" && mv ../copy "$PWD/.drover"');
    expect(ran).toMatchObject({ status: 0, stderr: "" });
    expect(ran.stdout).toContain("2026-11-21 12:00");
  });
});

describe("a variable that is set to nothing", () => {
  it("counts as one that is not set", () => {
    expect(drover(["runs"], { DROVER_INVENTORY: "" }).stdout).toContain("2026-11-21 12:00");
    expect(drover(["plan"], { DROVER_INVENTORY: "" }).stderr).toContain("inventory/not-found");
  });

  it("is not what names another inventory", () => {
    expect(drover(["runs"], { DROVER_INVENTORY: "elsewhere/inventory.yaml" }).stdout).toContain("No runs yet");
  });
});
