import { describe, expect, it } from "vitest";
import { DroverError } from "../../../src/core/errors.ts";
import { accessPage } from "../../../src/wizard/pages/access-page.ts";
import { failure, interview, type Machine, type Play, type Start } from "./interview-double.ts";
import { seen } from "./known-hosts.ts";

const hosts = [{ address: "10.0.0.1" }, { address: "10.0.0.2" }];
const offer = "Let a key in on all machines, so that the password is not needed again?";
const needsPassword: Machine = {
  login: ({ password }) => (password === "pw" ? seen() : failure("ssh/auth-failed")),
};

/** The page of logins, with one machine that is open and one that wants a password. */
async function visited(plays: readonly Play[], more: Start = {}) {
  const machines = { "10.0.0.1": {}, "10.0.0.2": needsPassword };
  const own = interview({ answers: { hosts }, machines, plays, ...more });
  await own.met();
  const turn = await accessPage.visit(own.session, "next");
  expect(own.left, "every question was asked").toEqual([]);
  return { ...own, turn };
}

describe("a key in place of the password", () => {
  const opened: readonly Play[] = [
    [/^10.0.0.2 does not let ann in/, "return"],
    ["Password of ann", "=pw"],
  ];

  it("is let in on every machine that was opened, and the password forgotten but for sudo", async () => {
    const spread: string[] = [];
    const own = await visited([...opened, [offer, "return"]], {
      answers: { hosts: [...hosts, { address: "10.0.0.9" }], passwordLogin: true },
      world: {
        ownKey: async () => "~/.ssh/id_ed25519",
        spreadKey: async (host, { user, password }, key) => {
          spread.push(`${user}@${host.address} ${password} ${key}`);
        },
      },
    });
    expect(spread).toEqual(["ann@10.0.0.1 pw ~/.ssh/id_ed25519", "ann@10.0.0.2 pw ~/.ssh/id_ed25519"]);
    expect(own.access()).toEqual({ user: "ann", sudoPassword: "pw", key: "~/.ssh/id_ed25519" });
    expect(own.answers()).toMatchObject({ key: "~/.ssh/id_ed25519", passwordLogin: undefined });
    expect(own.said).toEqual(["The key ~/.ssh/id_ed25519 is let in on 2 machines."]);
  });

  it("that some refuse is told for each, and the password stays for them", async () => {
    const refusing = (refused: readonly string[]): Partial<Start> => ({
      world: {
        ownKey: async () => "~/k",
        spreadKey: async ({ address }) => {
          if (refused.includes(address)) throw new DroverError("ssh/auth-failed", "full disk", { remedy: "Free it." });
        },
      },
    });
    const some = await visited([...opened, [offer, "return"]], refusing(["10.0.0.1"]));
    expect(some.said).toEqual([
      "10.0.0.1: full disk",
      "The key ~/k is let in on 1 machine; the others want the password at each run.",
    ]);
    expect(some.answers()).toMatchObject({ key: "~/k", passwordLogin: true });
    expect(some.access()).toMatchObject({ key: "~/k", password: "pw" });
    const all = await visited([...opened, [offer, "return"]], refusing(["10.0.0.1", "10.0.0.2"]));
    expect(all.said).toEqual(["10.0.0.1: full disk", "10.0.0.2: full disk"]);
    expect(all.access().password).toBe("pw");
    expect(all.answers()).toMatchObject({ passwordLogin: true });
    expect(all.answers().key).toBeUndefined();
  });

  it("is not made where it is not wanted, nor offered where no password opened anything", async () => {
    const own = await visited([...opened, [offer, "down", "return"]]);
    expect(own.access()).toMatchObject({ password: "pw" });
    expect(own.answers().passwordLogin).toBe(true);
    expect((await visited([...opened, [offer, "esc"]])).turn).toBe("back");
    const nobody = interview({ answers: { hosts }, access: { password: "pw" } });
    await nobody.met();
    expect(await accessPage.visit(nobody.session, "next")).toBe("next");
    expect(nobody.asked).toEqual([]);
  });
});
