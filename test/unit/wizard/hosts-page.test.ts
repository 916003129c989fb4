import { describe, expect, it } from "vitest";
import { DroverError } from "../../../src/core/errors.ts";
import { paint } from "../../../src/view/paint.ts";
import type { HostAnswer } from "../../../src/wizard/answers.ts";
import { placeOf, readPasted } from "../../../src/wizard/hosts/pasted.ts";
import { hostsPage } from "../../../src/wizard/pages/hosts-page.ts";
import { hostsScreen } from "../../../src/wizard/screens/hosts.ts";
import { interview, type Play, type Start } from "./interview-double.ts";

const title = "Which machines?";
const pick = "Which entries of ~/.ssh/config?";
const known: HostAnswer = { address: "10.0.0.1", name: "cp1", roles: ["etcd"], hostKey: "ssh-ed25519 A", user: "root" };

async function visited(plays: readonly Play[], start: Start = {}) {
  const own = interview({ ...start, plays });
  const turn = await hostsPage.visit(own.session, "next");
  await own.session.contacts.settled();
  expect(own.left).toEqual([]);
  return { ...own, turn, hosts: own.answers().hosts };
}

const entries = async () => [
  { address: "10.0.0.1", name: "cp" },
  { address: "10.0.0.7", name: "gpu", user: "ubuntu", port: 2222 },
];

describe("the machines of an interview", () => {
  it("are kept as they were named, and reached at once", async () => {
    const { turn, hosts, session } = await visited([[title, "=root@10.0.0.1:2222", "=gpu[1-2].lan", "return"]]);
    expect(turn).toBe("next");
    expect(hosts).toEqual([
      { address: "10.0.0.1", user: "root", port: 2222 },
      { address: "gpu1.lan" },
      { address: "gpu2.lan" },
    ]);
    for (const host of hosts ?? []) expect(session.contacts.of(host)).toBeDefined();
  });

  it("keep what was answered about them before, and are forgotten once they are taken back", async () => {
    const own = await visited([[title, "=10.0.0.2", "=-cp1", "=ada@10.0.0.1", "=-10.0.0.2", "return"]], {
      answers: { hosts: [known] },
    });
    expect(own.hosts).toEqual([known]);
    expect(own.session.contacts.of({ address: "10.0.0.2" })).toBeUndefined();
  });

  it("are kept line by line, so that going back or a closed terminal loses none", async () => {
    const { turn, hosts } = await visited([[title, "=10.0.0.2", "esc"]], { answers: { hosts: [known] } });
    expect([turn, hosts]).toEqual(["back", [known, { address: "10.0.0.2" }]]);
  });

  it("are picked from ~/.ssh/config with their settings; what is unticked there goes, others stay", async () => {
    const own = await visited(
      [
        [title, "=10.0.0.9", "tab"],
        [pick, "space", "down", "space", "return"],
        [title, "return"],
      ],
      { answers: { hosts: [known] }, world: { sshConfig: entries } },
    );
    // cp was named already and so ticked: unticked, it goes. gpu is another machine than port 22 of its address.
    expect(own.asked[1]?.lines).toEqual(["❯◉ cp  10.0.0.1", " ◯ gpu  10.0.0.7"]);
    expect(own.hosts).toEqual([
      { address: "10.0.0.9" },
      { address: "10.0.0.7", name: "gpu", user: "ubuntu", port: 2222 },
    ]);
  });

  it("stay as they were where somebody comes back from ~/.ssh/config without a choice", async () => {
    const { hosts } = await visited(
      [
        [title, "tab"],
        [pick, "esc"],
        [title, "return"],
      ],
      {
        answers: { hosts: [known] },
        world: { sshConfig: entries },
      },
    );
    expect(hosts).toEqual([known]);
  });

  it("are read from a file, each once; what names none is shown, and that there is no such file too", async () => {
    const read: string[] = [];
    const files = async (path: string) => {
      read.push(path);
      if (path === "gone") throw new DroverError("cli/usage", "there is no file gone", { remedy: "Look." });
      return "10.0.0.1\n10.0.0.2,10.0.0.300";
    };
    const own = await visited(
      [
        [title, "=@ ~/list "],
        [title, "=@gone"],
        [title, "return"],
      ],
      {
        answers: { hosts: [known] },
        world: { readFile: files },
      },
    );
    expect(read).toEqual(["~/list", "gone"]);
    expect(own.hosts).toEqual([known, { address: "10.0.0.2" }]);
    expect(own.asked[1]?.lines).toEqual(["! not taken: 10.0.0.300 is no IP address: four numbers from 0 to 255"]);
    expect(own.asked[2]?.lines).toEqual(["! not taken: gone there is no file gone"]);
  });

  it.each([
    [10, 4, 4, undefined],
    [10, 6, 4, "and 2 more"],
    [8, 3, 2, "and 1 more"],
    [8, 6, 2, "and 4 more"],
    [1, 2, 1, "and 1 more"],
  ])("in %i rows: of %i that are none, %i are shown and all others counted", (rows, all, shown, more) => {
    const refused = Array.from({ length: all }, (_, index) => ({ text: `x${index}`, why: "is none" }));
    const screen = hostsScreen({
      help: [],
      current: [known],
      refused,
      pickable: 0,
      read: readPasted,
      placeOf,
      changed: () => {},
    });
    const lines = screen.draw(screen.start, "", { columns: 80, rows, paint: paint(false) });
    expect(lines.filter((line) => line.startsWith("! not taken"))).toHaveLength(shown);
    expect(lines.slice(shown)).toEqual(more === undefined ? [] : [`  ${more} that name no machine`]);
  });

  it("that an interview left are done, and none are not", () => {
    expect(hostsPage.done(interview({ answers: { hosts: [known] } }).session)).toBe(true);
    expect(hostsPage.done(interview({ answers: { hosts: [] } }).session)).toBe(false);
    expect(hostsPage.done(interview({}).session)).toBe(false);
  });
});
