import { describe, expect, it } from "vitest";
import { troublePage } from "../../../src/wizard/pages/trouble-page.ts";
import { failure, interview, type Machine, type Play, type Start } from "./interview-double.ts";
import { seen } from "./known-hosts.ts";

const [a, b, c] = [{ address: "10.0.0.1" }, { address: "10.0.0.2" }, { address: "10.0.0.3" }];
const on = (more: Parameters<typeof seen>[0]): Machine => ({ login: () => seen(more) });
const down: Machine = { login: () => failure("ssh/unreachable") };

async function visited({ answers = { hosts: [a, b] }, ...start }: Start) {
  const own = interview({ answers, ...start });
  await own.met();
  own.looks.length = 0;
  const turn = await troublePage.visit(own.session, "next");
  expect(own.left).toEqual([]);
  return { ...own, turn, kept: own.answers().hosts?.map(({ address }) => address) };
}

const labels = (lines: readonly string[] | undefined) => lines?.map((line) => line.slice(2).split("  ")[0]);

describe("machines that cannot be used as they are", () => {
  const one = "1 machine cannot be used like this. What now?";

  it("are asked about only where there are some, and not on the way back", async () => {
    const well = { [a.address]: on({}), [b.address]: on({}) };
    expect((await visited({ machines: well })).turn).toBe("next");
    const back = interview({ answers: { hosts: [a] } });
    expect(await troublePage.visit(back.session, "back")).toBe("back");
    expect(back.answers().hosts).toEqual([a]);
  });

  it.each<[string, string, readonly string[]]>([
    ["left out", "1", ["10.0.0.1"]],
    ["kept, unseen", "3", ["10.0.0.1", "10.0.0.2"]],
  ])("are %s, as it is chosen", async (_, key, kept) => {
    const own = await visited({ machines: { [a.address]: on({}), [b.address]: down }, plays: [[one, key, "return"]] });
    expect(own.kept).toEqual(kept);
    expect(own.session.contacts.of(b) === undefined).toBe(key === "1");
    expect(labels(own.asked[0]?.lines)).toEqual(["go on without it", "try again", "keep"]);
  });

  it("are never all left out: a cluster needs one", async () => {
    const plays: readonly Play[] = [["2 machines cannot be used like this. What now?", "down", "return"]];
    const own = await visited({ machines: { [a.address]: down, [b.address]: down }, plays });
    expect(labels(own.asked[0]?.lines)).toEqual(["try again", "keep"]);
    expect(own.kept).toEqual(["10.0.0.1", "10.0.0.2"]);
  });

  it("are tried again from where they failed: the login of those whose key is known, else from the beginning", async () => {
    let plugged = false;
    const late: Machine = { login: () => (plugged ? seen() : failure("ssh/unreachable")) };
    const machines: Record<string, Machine> = { [a.address]: late };
    const own = interview({
      answers: { hosts: [a, b, c] },
      machines: machines,
      plays: [[/^3 machines/, "1", "return"]],
    });
    await own.met();
    own.looks.length = 0;
    const trying = troublePage.visit(own.session, "next");
    await expect(trying, "it fails again, and is asked about again").rejects.toThrow(/nobody expected .* 3 machines/);
    expect(own.looks).toEqual(["ann@10.0.0.1"]);
    plugged = true;
    machines[b.address] = on({});
    own.left.push([/^3 machines/, "return"], [one, "return"]);
    expect(await troublePage.visit(own.session, "next")).toBe("next");
    expect(own.looks.slice(1)).toEqual(["ann@10.0.0.1", "ann@10.0.0.2"]);
    expect(own.answers().hosts?.map(({ address }) => address)).toEqual(["10.0.0.1", "10.0.0.2"]);
  });

  it("that show a key which nobody took for right are not logged in to, however often it is tried", async () => {
    const own = await visited({
      machines: { [a.address]: on({}), [b.address]: { trusted: false } },
      plays: [
        ["1 machine is not looked at yet. What now?", "2", "return"],
        ["1 machine is not looked at yet. What now?", "esc"],
      ],
    });
    expect([own.turn, own.looks]).toEqual(["back", []]);
    expect(labels(own.asked[0]?.lines)).toEqual(["go on without it", "wait", "keep"]);
  });

  it("of a range that was only a guess go without a question, but never all", async () => {
    const guessed = [a, b, c].map((host) => ({ ...host, guessed: true as const }));
    const own = await visited({ answers: { hosts: guessed }, machines: { [b.address]: on({}) } });
    expect(own.kept).toEqual(["10.0.0.2"]);
    expect(own.said).toEqual(["Of the range, 2 addresses gave no session; left out."]);
    const named = await visited({
      answers: { hosts: [b, { ...a, guessed: true }] },
      machines: { [b.address]: on({}) },
    });
    expect(named.said).toEqual(["Of the range, 1 address gave no session; left out."]);
    const none = await visited({ answers: { hosts: guessed }, plays: [[/^3 machines cannot/, "esc"]] });
    expect([none.turn, none.said]).toEqual(["back", []]);
  });
});

describe("machines that are one", () => {
  const twin = on({ bootId: "b", machineId: "m" });

  it("are told with both addresses, and the later one can be left out", async () => {
    const own = await visited({
      machines: { [a.address]: twin, [b.address]: twin },
      plays: [["1 machine cannot be used like this. What now?", "1", "return"]],
    });
    expect(own.said).toEqual(["10.0.0.2 is the same machine as 10.0.0.1: take one of them out"]);
    expect(own.kept).toEqual(["10.0.0.1"]);
  });

  it("by two forwarded ports of one address are told apart by these: one of them stays", async () => {
    const at = (port: number) => ({ address: "127.0.0.1", port });
    const own = await visited({
      answers: { hosts: [at(2201), at(2202)] },
      machines: { "127.0.0.1": twin },
      plays: [["1 machine cannot be used like this. What now?", "1", "return"]],
    });
    expect(own.said).toEqual(["127.0.0.1 port 2202 is the same machine as 127.0.0.1 port 2201: take one of them out"]);
    expect(own.answers().hosts).toMatchObject([at(2201)]);
  });

  it("by their image only are told, tried again or kept: each of them is a machine", async () => {
    const clone = (bootId: string) => on({ bootId, machineId: "m" });
    const machines = { [a.address]: clone("1"), [b.address]: clone("2") };
    const title = /^10\.0\.0\.2 has the machine-id of 10\.0\.0\.1, as clones have/;
    const own = await visited({ machines, plays: [[title, "down", "return"]] });
    expect(own.kept).toEqual(["10.0.0.1", "10.0.0.2"]);
    expect(labels(own.asked[0]?.lines)).toEqual(["try again", "keep"]);
  });
});

it("machines get names of their own, and are marked where GPUs were seen, or believed where nothing was", async () => {
  const hosts = [{ ...a, name: "GPU.lan", gpu: true }, b, { ...c, gpu: true }, { address: "10.0.0.4", gpu: true }];
  const own = await visited({
    answers: { hosts },
    machines: {
      [a.address]: on({ gpus: [], hostname: "x" }),
      [b.address]: on({ gpus: ["H100"], hostname: "db.lan" }),
      [c.address]: on({ gpus: ["T4"] }),
    },
    plays: [[/^1 machine cannot/, "3", "return"]],
  });
  expect(own.answers().hosts?.map(({ name, gpu }) => [name, gpu])).toEqual([
    ["gpu", undefined],
    ["db", true],
    ["node1", true],
    ["node2", true],
  ]);
});
