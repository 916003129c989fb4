import { describe, expect, it } from "vitest";
import type { Access } from "../../../src/wizard/contacts.ts";
import { accessPage } from "../../../src/wizard/pages/access-page.ts";
import { userPage } from "../../../src/wizard/pages/user-page.ts";
import { failure, interview, type Machine, type Play, type Start } from "./interview-double.ts";
import { seen } from "./known-hosts.ts";

const hosts = [{ address: "10.0.0.1" }, { address: "10.0.0.2" }];
const shut = (opens: (access: Access) => boolean): Machine => ({
  login: (access) => (opens(access) ? seen() : failure("ssh/auth-failed")),
});
const open: Machine = {};
const [oneShut, twoShut] = [
  "10.0.0.2 does not let ann in. With what then?",
  "2 machines do not let ann in. With what then?",
];
const offer = "Let a key in on all machines, so that the password is not needed again?";
const noOffer: Play = [offer, "down", "return"];
const locked = { path: "~/.ssh/id_rsa", encrypted: true };

async function visited(second: Machine, plays: readonly Play[], more: Start = {}) {
  const own = interview({ answers: { hosts }, machines: { "10.0.0.1": open, "10.0.0.2": second }, plays, ...more });
  await own.met();
  own.looks.length = 0;
  const turn = await accessPage.visit(own.session, "next");
  expect(own.left, "every question was asked").toEqual([]);
  return { ...own, turn };
}

describe("machines that let nobody in", () => {
  it("are not asked about where there are none, nor on the way back", async () => {
    expect((await visited(open, [])).turn).toBe("next");
    const own = interview({ answers: { hosts }, machines: {} });
    expect(await accessPage.visit(own.session, "back")).toBe("back");
  });

  it("are tried again with a password, which is kept for sudo too, and only they", async () => {
    const own = await visited(
      shut(({ password }) => password === "pw"),
      [[oneShut, "1", "return"], ["Password of ann", "=pw"], noOffer],
    );
    expect(own.looks).toEqual(["ann@10.0.0.2 password=pw sudoPassword=pw"]);
    expect(own.answers().passwordLogin).toBe(true);
    expect(JSON.stringify(own.answers())).not.toContain("pw");
  });

  it.each<[string, readonly Play[], string, Partial<Access>]>([
    [
      "a key's passphrase",
      [
        [oneShut, "2", "return"],
        ["Passphrase of ~/.ssh/id_rsa", "=words"],
      ],
      "ann@10.0.0.2 key=~/.ssh/id_rsa passphrase=words",
      { user: "ann", key: "~/.ssh/id_rsa", passphrase: "words" },
    ],
    [
      "another key file",
      [
        [oneShut, "3", "return"],
        ["Which key file?", "=~/k"],
      ],
      "ann@10.0.0.2 key=~/k",
      { user: "ann", key: "~/k" },
    ],
    [
      "another user",
      [
        [oneShut, "4", "return"],
        ["Who logs in?", "=bob"],
      ],
      "bob@10.0.0.2",
      { user: "bob" },
    ],
  ])("are tried again with %s", async (_, plays, look, access) => {
    const keys = async () => [{ path: "~/.ssh/id_ed25519", encrypted: false }, locked];
    const own = await visited(
      shut(({ user, key }) => user === "bob" || key !== undefined),
      plays,
      { world: { keys } },
    );
    expect(own.looks).toEqual([look]);
    expect(own.access()).toEqual(access);
    expect(own.answers().user).toBe(access.user);
    expect(own.asked[0]?.lines.map((line) => line.slice(2).split("  ")[0])).toEqual([
      "a password",
      "~/.ssh/id_rsa",
      "another key file",
      "another user",
      "not now",
    ]);
  });

  it("never get the password of one user for another", async () => {
    const own = await visited(
      shut(({ user }) => user === "bob"),
      [
        [oneShut, "return"],
        ["Password of ann", "=pw"],
        [oneShut, "3", "return"],
        ["Who logs in?", "=bob"],
      ],
    );
    expect(own.looks).toEqual(["ann@10.0.0.2 password=pw sudoPassword=pw", "bob@10.0.0.2"]);
    expect(own.access()).toEqual({ user: "bob" });
  });

  it("are asked about again as long as they do not, and left at `not now`", async () => {
    const own = await visited(
      shut(() => false),
      [
        [oneShut, "return"],
        ["Password of ann", "=a"],
        [oneShut, "return"],
        // Thought better of it: nothing is tried, and the question comes again.
        ["Password of ann", "esc"],
        [oneShut, "up", "return"],
        noOffer,
      ],
    );
    expect(own.turn).toBe("next");
    expect(own.looks).toEqual(["ann@10.0.0.2 password=a sudoPassword=a"]);
    expect(own.session.contacts.of({ address: "10.0.0.2" })).toMatchObject({ kind: "failed", code: "ssh/auth-failed" });
  });

  it("lead back to the question before at Esc", async () => {
    expect(
      (
        await visited(
          shut(() => false),
          [[oneShut, "esc"]],
        )
      ).turn,
    ).toBe("back");
  });

  it("are those whose key file cannot be read, too, and not those that no network reaches", async () => {
    const unreadable: Machine = {
      login: ({ password }) => (password === undefined ? failure("ssh/key-unreadable") : seen()),
    };
    await visited(unreadable, [[oneShut, "return"], ["Password of ann", "=x"], noOffer]);
    const away: Machine = { login: () => failure("ssh/unreachable") };
    expect((await visited(away, [])).turn).toBe("next");
  });

  it("are counted where they are several, and all get what is typed once", async () => {
    const one = shut(({ password }) => password === "pw");
    const own = interview({
      answers: { hosts },
      machines: { "10.0.0.1": one, "10.0.0.2": one },
      plays: [[twoShut, "return"], ["Password of ann", "=pw"], noOffer],
    });
    await own.met();
    await accessPage.visit(own.session, "next");
    expect(own.looks.slice(2)).toEqual(hosts.map(({ address }) => `ann@${address} password=pw sudoPassword=pw`));
  });

  it("are waited for, unless somebody goes on or back", async () => {
    for (const [key, turn] of [
      ["return", "next"],
      ["esc", "back"],
    ] as const) {
      const own = interview({ answers: { hosts: [...hosts] }, plays: [["Looking at the machines", key]] });
      own.session.contacts.want(hosts);
      expect(await accessPage.visit(own.session, "next")).toBe(turn);
      await own.session.contacts.settled();
    }
  });
});

describe("machines where the user does not become root", () => {
  const denied: Machine = {
    login: ({ sudoPassword, user }) => (sudoPassword === "pw" || user === "root" ? seen() : failure("sudo/denied")),
  };
  const first = "ann cannot become root on 1 machine. What then?";
  const again = "ann cannot become root with that password on 1 machine. What then?";

  it("get a password for sudo alone, asked for again after a wrong one", async () => {
    const own = await visited(denied, [
      [first, "return"],
      ["Password of ann for sudo", "=no"],
      [again, "1", "return"],
      ["Password of ann for sudo", "=pw"],
    ]);
    expect(own.looks).toEqual(["ann@10.0.0.2 sudoPassword=no", "ann@10.0.0.2 sudoPassword=pw"]);
    // It is no password of a login: no key is offered for it, and the inventory does not ask for one.
    expect(own.answers()).toEqual({ hosts, user: "ann" });
  });

  it("get another user, or are left, or lead back", async () => {
    const own = await visited(denied, [
      [first, "2", "return"],
      ["Who logs in?", "=root"],
    ]);
    expect(own.answers().user).toBe("root");
    expect((await visited(denied, [[first, "3", "return"]])).turn).toBe("next");
    expect((await visited(denied, [[first, "esc"]])).turn).toBe("back");
    expect(
      (
        await visited(denied, [
          [first, "return"],
          [/for sudo/, "esc"],
          [first, "3", "return"],
        ])
      ).looks,
    ).toEqual([]);
  });

  it("are asked about after those that let nobody in", async () => {
    const both = interview({
      answers: { hosts },
      machines: { "10.0.0.1": denied, "10.0.0.2": shut(({ key }) => key === "k") },
      plays: [
        [oneShut, "2", "return"],
        ["Which key file?", "=k"],
        [first, "3", "return"],
      ],
    });
    await both.met();
    expect(await accessPage.visit(both.session, "next")).toBe("next");
    expect(both.left).toEqual([]);
  });
});

describe("another user, on the way back", () => {
  const machines: Start["machines"] = {
    "10.0.0.1": open,
    "10.0.0.2": shut(({ user }) => user === "bob"),
    "10.0.0.3": { trusted: false },
    "10.0.0.4": open,
  };
  const all = [...hosts, { address: "10.0.0.3" }, { address: "10.0.0.4", user: "eve" }, { address: "10.0.0.5" }];
  const back = async (answer: string) => {
    const access = { password: "anns", sudoPassword: "anns", key: "~/k" };
    const own = interview({
      answers: { hosts: all, user: "ann" },
      machines,
      access,
      plays: [["Who logs in?", answer]],
    });
    await own.met();
    own.looks.length = 0;
    expect(await userPage.visit(own.session, "back")).toBe("next");
    await own.session.contacts.settled();
    return own;
  };

  it("is tried at all machines at which the first one was, without what that one typed", async () => {
    const own = await back("=bob");
    expect(own.looks).toEqual(["bob@10.0.0.1 key=~/k", "bob@10.0.0.2 key=~/k"]);
    expect(own.session.contacts.of({ address: "10.0.0.2" })?.kind).toBe("seen");
    expect(own.session.access()).toEqual({ user: "bob", key: "~/k" });
    expect(own.answers().user).toBe("bob");
  });

  it("is nobody else where the answer stays", async () => {
    const own = await back("return");
    expect(own.looks).toEqual([]);
    expect(own.session.access()).toEqual({ user: "ann", password: "anns", sudoPassword: "anns", key: "~/k" });
  });
});
