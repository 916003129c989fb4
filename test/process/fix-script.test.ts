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

  it.each(["typo", "K1", "k1 ", "k", "*", "k?", "k1.example.com", "$(id)"])(
    "does not take a name that it does not know for a host on which there is nothing to do: %j",
    (name) => {
      const ran = spawnSync("/bin/sh", ["-s", name], { input: script, encoding: "utf8" });
      expect([ran.status, ran.stdout]).toEqual([1, ""]);
      expect(ran.stderr).toContain(`${name} was not checked; give the name of a host as the inventory has it`);
    },
  );

  it("takes the machine's own name where none is given", () => {
    const ran = spawnSync("/bin/sh", ["-c", `hostname() { echo k2; }\n${script}`], { encoding: "utf8" });
    expect([ran.status, ran.stdout]).toEqual([0, "nothing to do for k2\n"]);
  });

  it.each(["esac", "in", "case", "do", "k1.example.com", "1", "-n", "a b", "*"])(
    "knows a host by the name %j, with and without something to do",
    (name) => {
      const one = some.map(checkLine).find(({ fixedByUp }) => fixedByUp === undefined) ?? expect.fail();
      const doing = fixScript([{ ...one, hosts: [name], commands: ["echo done"] }], [name], []);
      const said = (text: string) => spawnSync("/bin/sh", ["-s", "--", name], { input: text, encoding: "utf8" });
      expect(said(doing)).toMatchObject({ status: 0, stdout: "done\n", stderr: "" });
      expect(said(fixScript([], ["x", name], []))).toMatchObject({ status: 0, stdout: `nothing to do for ${name}\n` });
      expect(said(fixScript([], [name], [name]))).toMatchObject({ status: 1, stdout: "" });
    },
  );

  it("runs of several findings each its own commands, in their order, and those of no other host", () => {
    const one = some.map(checkLine).find(({ fixedByUp }) => fixedByUp === undefined) ?? expect.fail();
    const of = (hosts: readonly string[], ...commands: readonly string[]) => ({ ...one, hosts, commands });
    const all = [
      of(["k1"], "echo 1", "echo 2"),
      of(["k2"], "echo other"),
      of(["k2", "k1"], "cat <<X\n3\nX"),
      of([], "echo all"),
    ];
    const ran = spawnSync("/bin/sh", ["-s", "k1"], { input: fixScript(all, ["k1", "k2"], []), encoding: "utf8" });
    expect(ran).toMatchObject({ status: 0, stdout: "1\n2\n3\n", stderr: "" });
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
