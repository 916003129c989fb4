import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { checkLine } from "../../src/cli/show-checks.ts";
import { fixScript } from "../../src/view/fix-script.ts";
import { checkCases, resultsOf } from "../cases/check-files.ts";

const found = ["swap/on", "upkeep/reboot", "disk/root"];
const some = found.flatMap((id) =>
  resultsOf(checkCases.find(({ check }) => check === id) ?? {}).filter(({ check }) => check === id),
);

describe("the script of the fixes", () => {
  const script = fixScript(some.map(checkLine), ["k1", "k2", "k3"], ["k3"]);

  it("is POSIX sh that does what the fixes say, on the host that they are for", () => {
    expect(spawnSync("/bin/sh", ["-n"], { input: script, encoding: "utf8" }).stderr).toBe("");
    const traced = spawnSync("/bin/sh", ["-s", "k2"], { input: script, encoding: "utf8" });
    expect(traced.stdout).toBe("nothing to do for k2\n");
    expect(script).toContain("systemctl reboot");
  });

  it("does not take a host that was not reached for one on which there is nothing to do", () => {
    const ran = spawnSync("/bin/sh", ["-s", "k3"], { input: script, encoding: "utf8" });
    expect([ran.status, ran.stdout]).toEqual([1, ""]);
    expect(ran.stderr).toBe("k3 could not be reached, and so was not checked\n");
  });

  it("keeps what was found of a host that was not reached, and ends it as one", () => {
    const own = fixScript(
      some.map(checkLine).map((one) => ({ ...one, commands: [] })),
      ["k1"],
      ["k1"],
    );
    expect(own).toContain("# disk/root (blocking)");
    const ran = spawnSync("/bin/sh", ["-s", "k1"], { input: own, encoding: "utf8" });
    expect([ran.status, ran.stdout, ran.stderr]).toEqual([1, "", "k1 could not be reached, and so was not checked\n"]);
  });

  it("has no command that no finding asked for: what up puts right is left to up", () => {
    expect(script).not.toContain("swapoff");
  });

  it("keeps evidence in comments, whatever it holds", () => {
    const nasty = some.map((one) =>
      checkLine({ ...one, commands: [], evidence: "x\n$(touch /tmp/drover-canary)\n;;\nesac", fix: "y\nz" }),
    );
    const lines = fixScript(nasty, ["k1"], [])
      .split("\n")
      .filter((line) => line.includes("drover-canary"));
    expect(lines.every((line) => line.startsWith("#"))).toBe(true);
  });
});
