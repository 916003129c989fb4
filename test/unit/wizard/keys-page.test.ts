import { describe, expect, it } from "vitest";
import { keysPage } from "../../../src/wizard/pages/keys-page.ts";
import { rememberKey } from "../../../src/wizard/pages/remember-key.ts";
import { interview, type Machine, type Play } from "./interview-double.ts";

const [a, b, c] = [{ address: "10.0.0.1", name: "cp1" }, { address: "10.0.0.2" }, { address: "10.0.0.3" }];
const stranger: Machine = { trusted: false };

async function visited(machines: Readonly<Record<string, Machine>>, plays: readonly Play[]) {
  const own = interview({ answers: { hosts: [a, b, c], user: "ann" }, machines, plays });
  const turn = await keysPage.visit(own.session, "next");
  await own.session.contacts.settled();
  expect(own.left).toEqual([]);
  return { ...own, turn, pins: own.answers().hosts?.map(({ hostKey }) => hostKey) };
}

describe("keys of machines", () => {
  it("that are known are pinned without a question, and their machines looked at; no others", async () => {
    const { turn, pins, looks } = await visited({ [a.address]: {}, [b.address]: {} }, []);
    expect(turn).toBe("next");
    expect(pins).toEqual(["ssh-ed25519 10.0.0.1", "ssh-ed25519 10.0.0.2", undefined]);
    expect(looks).toEqual(["ann@10.0.0.1", "ann@10.0.0.2"]);
  });

  it("that are seen for the first time are shown with their machines, and ticked to begin with", async () => {
    const machines = { [a.address]: stranger, [b.address]: {}, [c.address]: stranger };
    const { asked, pins } = await visited(machines, [["Are these the machines' keys?", "return"]]);
    expect(asked[0]?.lines).toEqual(["❯◉ cp1 10.0.0.1  SHA256:10.0.0.1", " ◉ 10.0.0.3  SHA256:10.0.0.3"]);
    expect(pins).toEqual([a, b, c].map(({ address }) => `ssh-ed25519 ${address}`));
  });

  it("that are not ticked are not pinned, and nothing is sent to their machines", async () => {
    const machines = { [a.address]: stranger, [b.address]: {}, [c.address]: stranger };
    const { looks, pins, session } = await visited(machines, [[/these the machines' keys/, "space", "return"]]);
    expect(pins).toEqual([undefined, "ssh-ed25519 10.0.0.2", "ssh-ed25519 10.0.0.3"]);
    expect(looks).toEqual(["ann@10.0.0.2", "ann@10.0.0.3"]);
    expect(session.contacts.of(a)).toMatchObject({ kind: "reached", shown: { trusted: false } });
  });

  it("are none of anybody's business at Esc: nothing is pinned, nobody logged in to", async () => {
    const { turn, looks, pins } = await visited({ [a.address]: stranger }, [["Is this the machine's key?", "esc"]]);
    expect([turn, looks, pins]).toEqual(["back", [], [undefined, undefined, undefined]]);
  });

  it("are not waited for where somebody would rather go back, nor asked about on the way back", async () => {
    expect((await visited({ [a.address]: stranger }, [["Reaching the machines", "esc"]])).turn).toBe("back");
    const own = interview({ answers: { hosts: [a] }, machines: { [a.address]: stranger } });
    expect(await keysPage.visit(own.session, "back")).toBe("back");
    expect(own.session.contacts.of(a)).toBeUndefined();
  });

  it("of machines that were looked at stay as they are when the page comes again", async () => {
    const own = interview({ answers: { hosts: [a] }, machines: { [a.address]: {} } });
    await own.met();
    await keysPage.visit(own.session, "next");
    expect(own.looks).toEqual(["ann@10.0.0.1"]);
    expect(own.session.contacts.of(a)?.kind).toBe("seen");
  });
});

describe("the key files that opened machines", () => {
  async function remembered(keys: readonly (string | undefined)[], more: { key?: string; own?: string } = {}) {
    const hosts = keys.map((_, index) => ({ address: `10.0.0.${index}`, ...(index === 0 ? { key: more.own } : {}) }));
    const machines = keys.map((key, index): [string, Machine] => [`10.0.0.${index}`, key === undefined ? {} : { key }]);
    const own = interview({
      answers: { hosts, ...(more.key === undefined ? {} : { key: more.key }) },
      machines: Object.fromEntries(machines),
    });
    await own.met();
    await own.session.set({ hosts: [...hosts, { address: "10.9.9.9" }] });
    await rememberKey(own.session);
    return { key: own.answers().key, own: own.answers().hosts?.map(({ key }) => key) };
  }

  it.each<[string, readonly (string | undefined)[], object]>([
    ["one for all is named once", ["~/k", "~/k"], { key: "~/k", own: [undefined, undefined, undefined] }],
    ["none where the agent opened them", [undefined, undefined], { own: [undefined, undefined, undefined] }],
    ["several are named with their machines", ["~/k", "~/l", "~/k"], { own: ["~/k", "~/l", "~/k", undefined] }],
    // Named for all, it would take the agent's place at the other one.
    ["one beside the agent is its machine's alone", ["~/k", undefined], { own: ["~/k", undefined, undefined] }],
  ])("%s", async (_, keys, wanted) => {
    expect(await remembered(keys)).toEqual({ key: undefined, ...wanted });
  });

  it("never take the place of what was answered", async () => {
    expect(await remembered(["~/k"], { key: "~/said" })).toMatchObject({ key: "~/said" });
    expect((await remembered(["~/k", "~/l"], { own: "~/said" })).own).toEqual(["~/said", "~/l", undefined]);
  });
});
