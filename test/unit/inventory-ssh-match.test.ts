import { describe, expect, it } from "vitest";
import { lookUpSsh } from "../../src/inventory/ssh-config/look-up.ts";
import { readSshConfig } from "../../src/inventory/ssh-config/read.ts";
import { rounds } from "./support/thoroughness.ts";

async function settings(text: string, name = "a", user?: string, localUser = "ada") {
  const sources = { home: "/home/ada", readFile: async () => text, listFolder: async () => [] };
  return lookUpSsh(await readSshConfig("/c", sources), name, { home: "/home/ada", user, localUser });
}

describe("a Match block", () => {
  it.each([
    ["all", true],
    ["ALL", true],
    ["!all", false],
    ["host a", true],
    ["host=a", true],
    ["host b,a", true],
    ["host *,!a", false],
    ["!host b", true],
    ["host A", true],
    ["originalhost a", true],
    ["originalhost b", false],
    ["user ada", true],
    ["user ADA", false],
    ["localuser ada user ada host a", true],
    ["localuser eve", false],
    ["host a user eve", false],
    ["tagged x", false],
    ["final", true],
    ["!final", true],
    ["canonical", false],
    ["final canonical", true],
  ])("`Match %s` holds for ada at a: %s", async (criteria, holds) => {
    expect((await settings(`Match ${criteria}\n  Port 7\n`)).port).toBe(holds ? 7 : undefined);
  });

  it("sees what the lines above it have set, not those below", async () => {
    const text = "Match host a.lan\n Port 1\nHost a\n HostName %h.lan\n User bob\nMatch host a.lan user bob\n Port 2\n";
    expect((await settings(text)).port).toBe(2);
    expect((await settings(`${text}Match host a\n IdentityFile /x\n`)).identityFiles).toEqual([]);
  });

  it("is judged by the user that the inventory names, rather than by the file's", async () => {
    const text = "User bob\nMatch user bob\n Port 1\nMatch user eve\n Port 2\n";
    expect([(await settings(text)).port, (await settings(text, "a", "eve")).port]).toEqual([1, 2]);
  });

  it("that is final is read at last, when names stand for what HostName made of them", async () => {
    const text =
      "Match final host a.lan\n Port 1\nHost a.lan\n User second\nHost a\n HostName A.lan\n IdentityFile /x\n";
    expect(await settings(text)).toMatchObject({ port: 1, user: "second", identityFiles: ["/x"] });
  });

  it("that asks a program is not judged, and said so only where it could change something", async () => {
    const text = 'Match exec "touch /tmp/drover-was-here"\n  Port 1\n';
    expect(await settings(text)).toMatchObject({ port: undefined, undecided: new Map([["port", "/c:2"]]) });
    const harmless = [
      `Port 3\n${text}`,
      `Match host b exec "x"\n Port 1\n`,
      `Match exec "x" host b\n Port 1\n`,
      `Match exec "gpg-connect-agent updatestartuptty /bye"\n`,
      `Match exec "x"\n ForwardAgent yes\n`,
    ];
    for (const one of harmless) expect((await settings(one)).undecided.size, one).toBe(0);
  });

  it.each(["localnetwork 10.0.0.0/8", "!exec x", "sessiontype shell", "exec", "host", "", "nonsense x"])(
    "with a condition that is not ours to judge is never taken for true: %j",
    async (criteria) => {
      const found = await settings(`Match ${criteria === "" ? '""' : criteria}\n  Port 1\n  IdentityFile /x\n`);
      expect(found).toMatchObject({ port: undefined, identityFiles: [] });
      expect([...found.undecided.keys()]).toEqual(["port", "identityfile"]);
    },
  );

  it("with a tag counts where a Tag above it says so", async () => {
    expect((await settings("Tag x\nMatch tagged x\n Port 1\n")).port).toBe(1);
  });

  it("by the thousand is read in a moment, for a name that only the last one fits", async () => {
    const last = rounds(10_000) - 1;
    const blocks = Array.from({ length: last + 1 }, (_, at) => `Match host h${at}\n Port ${at}\n`).join("");
    expect((await settings(blocks, `h${last}`)).port).toBe(last);
  });
});
