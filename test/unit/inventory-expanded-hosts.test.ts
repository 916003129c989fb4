import { describe, expect, it } from "vitest";
import { expandHosts } from "../../src/inventory/hosts/expand-hosts.ts";
import { expandRange, isRange } from "../../src/inventory/hosts/range.ts";
import { traitsOf } from "../../src/inventory/hosts/traits.ts";
import { randomNumbers } from "./support/random-numbers.ts";
import { rounds } from "./support/thoroughness.ts";

type Below = (below: number) => number;
const texts = ["", "gpu-", "rack", ".lan", "x-y", "."];

/** A bracket and what it stands for, written out by hand. */
function anyBracket(below: Below): { readonly text: string; readonly values: readonly string[] } {
  const spans = Array.from({ length: 1 + below(3) }, () => {
    const [first, more, width] = [below(120), below(4), 1 + below(4)];
    const zeros = String(first).padStart(width, "0");
    const isPadded = zeros.startsWith("0");
    const numbers = Array.from({ length: more + 1 }, (_, n) => String(first + n));
    const values = numbers.map((number) => (isPadded ? number.padStart(zeros.length, "0") : number));
    const blank = [" ", ""][below(2)] ?? "";
    const text = more === 0 && below(2) === 0 ? zeros : `${zeros}-${first + more}`;
    return { text: `${blank}${text}${blank}`, values };
  });
  return { text: `[${spans.map(({ text }) => text).join(",")}]`, values: spans.flatMap(({ values }) => values) };
}

describe("any range", () => {
  it("is each of its numbers in each of its brackets, the last running fastest", () => {
    const below = randomNumbers(11);
    for (let round = 0; round < rounds(1000); round += 1) {
      const start = texts[below(texts.length)] ?? "";
      const brackets = Array.from({ length: below(3) }, () => ({
        ...anyBracket(below),
        after: texts[below(texts.length)] ?? "",
      }));
      const text = start + brackets.map((one) => one.text + one.after).join("");
      const wanted = brackets.reduce<readonly string[]>(
        (all, { values, after }) => all.flatMap((begun) => values.map((value) => `${begun}${value}${after}`)),
        [start],
      );
      expect(expandRange(text, 10_000), text).toEqual({ kind: "values", values: wanted });
      expect(isRange(text)).toBe(brackets.length > 0);
    }
  });

  it("may stand for so many hosts and not for one more", () => {
    const kinds = ([text, most]: readonly [string, number]) => expandRange(text, most).kind;
    expect(
      [
        ["n[1-1000]", 1000],
        ["n[0-9][0-99]", 1000],
        ["n", 1],
      ].map((one) => kinds(one as [string, number])),
    ).toEqual(["values", "values", "values"]);
    expect(
      [
        ["n[0-1000]", 1000],
        ["n[0-9][0-100]", 1000],
        ["n[1,1]", 1],
      ].map((one) => kinds(one as [string, number])),
    ).toEqual(["wrong", "wrong", "wrong"]);
  });

  it("of which one part is wrong is wrong, whichever part that is", () => {
    for (const text of [
      "n[1,x]",
      "n[x,1]",
      "n[1,3-2]",
      "n[1]x[",
      "]n[1]",
      "n[1]-[x]",
      "n[x]-[1]",
      "n[1-]",
      "n[1234567890]",
    ])
      expect(expandRange(text, 1000), text).toMatchObject({ kind: "wrong", complaint: expect.stringMatching(/none/) });
    expect(expandRange("n[123456789]", 1000)).toEqual({ kind: "values", values: ["n123456789"] });
  });
});

describe("hosts that are written out", () => {
  const groups = { gpu: { gpu: true, user: "g", labels: { a: "1" } }, rack: { port: 22, labels: { b: "2" } } };
  const expand = (hosts: readonly object[]) => expandHosts({ groups, hosts });

  it("have the keys that were given and no others, an address always where the name is known", () => {
    const { hosts } = expand([
      { name: "a", roles: ["worker"] },
      { name: "b[1-2]", address: "10.0.0.[1-2]", hostKey: undefined },
      { name: "c", address: undefined, internalAddress: undefined, hostKey: "k" },
      { address: "10.0.0.9" },
    ]);
    expect(hosts).toStrictEqual([
      { name: "a", address: "a", roles: ["worker"] },
      { name: "b1", address: "10.0.0.1" },
      { name: "b2", address: "10.0.0.2" },
      { name: "c", address: undefined, internalAddress: undefined, hostKey: "k" },
      { address: "10.0.0.9" },
    ]);
  });

  it("have nothing of a key that stands for another number of hosts, for that is told", () => {
    const { hosts, mistakes } = expand([{ name: "b[1-2]", address: "10.0.0.[1-3]", internalAddress: "fd00::1" }]);
    expect(hosts).toStrictEqual(["b1", "b2"].map((name) => ({ name, address: undefined, internalAddress: undefined })));
    expect(mistakes).toEqual([
      { path: ["hosts", 0, "address"], message: "stands for 3 hosts, but the name for 2 hosts" },
      { path: ["hosts", 0, "internalAddress"], message: "stands for 1 host, but the name for 2 hosts" },
    ]);
  });

  it("lead back to the entry that says something, or to the group", () => {
    const { locate } = expand([
      { name: "a[1-3]", groups: ["gpu", "rack"], key: "k", labels: { c: "3" } },
      { name: "b", groups: ["gpu", "rack"], user: "u" },
    ]);
    for (const [from, to] of [
      [["hosts"], ["hosts"]],
      [
        ["hosts", 0],
        ["hosts", 0],
      ],
      [
        ["hosts", 2],
        ["hosts", 0],
      ],
      [
        ["hosts", 3],
        ["hosts", 1],
      ],
      [
        ["hosts", 2, "name"],
        ["hosts", 0, "name"],
      ],
      [
        ["hosts", 1, "key"],
        ["hosts", 0, "key"],
      ],
      [
        ["hosts", 1, "gpu"],
        ["groups", "gpu", "gpu"],
      ],
      [
        ["hosts", 1, "user"],
        ["groups", "gpu", "user"],
      ],
      [
        ["hosts", 3, "user"],
        ["hosts", 1, "user"],
      ],
      [
        ["hosts", 3, "port"],
        ["groups", "rack", "port"],
      ],
      // What adds up is where the last of it is said.
      [
        ["hosts", 0, "labels", "a"],
        ["hosts", 0, "labels", "a"],
      ],
      [
        ["hosts", 3, "labels", "a"],
        ["groups", "rack", "labels", "a"],
      ],
      [
        ["hosts", 3, "jump", 0, "key"],
        ["hosts", 1, "jump", 0, "key"],
      ],
      [
        ["hosts", 4, "name"],
        ["hosts", 4, "name"],
      ],
      [
        ["hosts", "name", "x"],
        ["hosts", "name", "x"],
      ],
      [
        ["ssh", 0, "user"],
        ["ssh", 0, "user"],
      ],
    ] as const)
      expect(locate(from), from.join(".")).toEqual(to);
  });

  it("are none where the list is missing or would be too long, and places stay what they are", () => {
    const list = (count: number) => Array.from({ length: count }, (_, n) => ({ name: `h${n}` }));
    for (const [hosts, mistakes] of [
      [undefined, []],
      [[{ name: "a" }, { name: "n[1-1000]" }], ["stand for 1001 hosts; Drover builds clusters of up to 1000"]],
      [[...list(999), { name: "n[1-2]" }], ["stand for 1001 hosts; Drover builds clusters of up to 1000"]],
      // The schema has said this already, where no range hides how many they are.
      [list(1001), []],
      [[...list(1000), undefined], []],
    ] as const) {
      const found = expandHosts(hosts === undefined ? {} : { hosts });
      expect([found.hosts, found.locate(["hosts", 1, "user"])]).toEqual([undefined, ["hosts", 1, "user"]]);
      expect(found.mistakes).toEqual(mistakes.map((message) => ({ path: ["hosts"], message })));
    }
    expect(expandHosts({ hosts: [...list(998), { name: "n[1-2]" }] }).hosts).toHaveLength(1000);
  });

  it("keep the place of one that was refused", () => {
    const { hosts, locate, mistakes } = expand([{ name: "a[1-2]" }, undefined as unknown as object, { name: "b" }]);
    expect(hosts?.map((host) => host?.name)).toEqual(["a1", "a2", undefined, "b"]);
    expect([locate(["hosts", 2, "name"]), locate(["hosts", 3])]).toEqual([
      ["hosts", 1, "name"],
      ["hosts", 2],
    ]);
    expect(mistakes).toEqual([]);
  });
});

describe("what a host is by its groups", () => {
  const groups = { one: { user: "a", taints: ["x:NoSchedule", "y:NoSchedule"] }, two: { taints: ["y:NoSchedule"] } };
  const of = (entry: object, draft: object = { groups }) => traitsOf(entry, draft, ["hosts", 0]);

  it("has each taint once, in the order in which they are first said", () => {
    expect(of({ groups: ["two", "one"], taints: ["z:NoExecute"] }).traits.taints).toEqual([
      "y:NoSchedule",
      "x:NoSchedule",
      "z:NoExecute",
    ]);
    expect("labels" in of({ groups: ["one"] }).traits).toBe(false);
  });

  it.each<[string, object, object, readonly string[]]>([
    ["a group is not there", { groups: ["one", "three"] }, { groups }, ["three"]],
    ["a group was refused", { groups: ["one"] }, { groups: { one: undefined } }, []],
    ["all groups were refused", { groups: ["one"] }, { groups: undefined }, []],
    ["the name of a group was refused", { groups: ["one", undefined] }, { groups }, []],
    ["the list of them was refused", { groups: undefined }, { groups }, []],
  ])("is not known where %s: then nothing is missing either", (_, entry, draft, unknown) => {
    const { traits, mistakes } = of(entry, draft);
    expect(["roles", "gpu", "user", "sudoPassword", "jump"].filter((key) => !(key in traits))).toEqual([]);
    expect(traits.roles).toBeUndefined();
    expect(mistakes.map(({ message }) => message.slice(0, 7))).toEqual(unknown.map((name) => `"${name}"`));
  });

  it("is known where all groups are: what nobody says is missing", () => {
    expect(Object.keys(of({ groups: ["one", "two", "one"] }).traits)).toEqual(["user", "taints"]);
    expect(of({}, {})).toEqual({ traits: {}, origins: new Map(), mistakes: [] });
  });
});
