import { describe, expect, it } from "vitest";
import { doors, lockOut, sshdMistake } from "../../src/steps/ssh/way-in.ts";
import { caseHost } from "../cases/steps.ts";

const answer = (stdout: string, stderr = "", code = 0) => ({ code, stdout, stderr });

function reason(stdout: string, user = "drover", groups: readonly string[] = ["drover", "sudo"]): string | undefined {
  return lockOut(doors(caseHost).parse(answer(stdout)) ?? new Map(), user, groups);
}

describe("who sshd would let in", () => {
  it.each([
    ["pubkeyauthentication no", "PubkeyAuthentication is no"],
    ["denyusers drover", "DenyUsers names drover"],
    ["denyusers ann\ndenyusers d*r", "DenyUsers names drover"],
    ["allowusers ann\nallowusers bob", "AllowUsers does not name drover"],
    ["allowusers ann bob", "AllowUsers does not name drover"],
    ["denygroups sudo", "DenyGroups names a group of drover"],
    ["allowgroups wheel", "AllowGroups names no group of drover"],
    ["allowusers drover\ndenyusers drover", "DenyUsers names drover"],
    ["allowusers drover\nallowgroups wheel", "AllowGroups names no group of drover"],
  ])("%j shuts drover out: %s", (stdout, why) => expect(reason(stdout)).toBe(why));

  it.each([
    "",
    "pubkeyauthentication yes\npermitrootlogin no",
    "allowusers drover",
    "allowusers ann drover",
    "allowusers drover@10.0.0.*",
    "allowusers dr?ver",
    "allowusers *",
    "denyusers drove\ndenyusers drover2\ndenyusers xdrover",
    "allowgroups s*o",
    "denygroups",
  ])("%j lets drover in", (stdout) => expect(reason(stdout)).toBeUndefined());

  it("takes the characters of a pattern as they are, but for * and ?", () => {
    expect(reason("denyusers d.over")).toBeUndefined();
    expect(reason("allowusers a.b", "a.b")).toBeUndefined();
    expect(reason("allowusers a.b", "axb")).toBe("AllowUsers does not name axb");
    expect(reason("denyusers (drover|x)+$")).toBeUndefined();
  });

  it.each(["no", "forced-commands-only"])("may be root, unless PermitRootLogin is %s", (word) => {
    expect(reason(`permitrootlogin ${word}`, "root", ["root"])).toBe(`PermitRootLogin is ${word}`);
    for (const other of ["yes", "without-password", "prohibit-password"]) {
      expect(reason(`permitrootlogin ${other}`, "root", ["root"])).toBeUndefined();
    }
  });

  it("is not known where sshd does not say", () => {
    expect(doors(caseHost).parse(answer(""))).toBeUndefined();
    expect(doors(caseHost).parse(answer("\n\n", "x", 127))).toBeUndefined();
  });
});

describe("a mistake in sshd's files", () => {
  const mistake = (stderr: string) => sshdMistake(caseHost).parse(answer("", stderr, 1));

  it("is found with its line, as several versions of OpenSSH say it", () => {
    const said = "/etc/ssh/sshd_config line 12: Bad configuration option: Fooo";
    expect(mistake(`${said}\n/etc/ssh/sshd_config: terminating, 1 bad configuration options\n`)).toBe(said);
    const older = "/etc/ssh/sshd_config: line 5: Bad configuration option: x";
    expect(mistake(`${older}\n`)).toBe(older);
  });

  it.each(["", "sshd: no hostkeys available -- exiting.\n", "/bin/sh: 3: sshd: not found\n", "line 3: x\n"])(
    "is not what %j says",
    (stderr) => expect(mistake(stderr)).toBeUndefined(),
  );
});
