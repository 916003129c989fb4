import { describe, expect, it } from "vitest";
import { paint } from "../../../src/view/paint.ts";
import { placeOf, readPasted } from "../../../src/wizard/hosts/pasted.ts";
import type { PastedHost } from "../../../src/wizard/hosts/pasted-host.ts";
import { choiceScreen } from "../../../src/wizard/screens/choice.ts";
import { breakTo, closingLine, cutLines, cutTo, windowAround } from "../../../src/wizard/screens/cut.ts";
import { frame } from "../../../src/wizard/screens/frame.ts";
import { hostsScreen } from "../../../src/wizard/screens/hosts.ts";
import { rolesScreen } from "../../../src/wizard/screens/roles.ts";
import type { Key, Screen } from "../../../src/wizard/screens/screen.ts";
import { textScreen } from "../../../src/wizard/screens/text.ts";
import { ticksScreen } from "../../../src/wizard/screens/ticks.ts";

const key = (name: string, quick = false): Key => ({ name, shift: false, ctrl: false, quick });
const room = { columns: 80, rows: 10, paint: paint(false) };

/** Presses keys one after the other; `[name, text]` has a typed line. Gives the answer, or what is drawn at the end. */
function drive<S, A>(screen: Screen<S, A>, presses: readonly (string | readonly [string, string])[]) {
  let state = screen.start;
  for (const press of presses) {
    const [name, text] = typeof press === "string" ? [press, ""] : press;
    const next = screen.press(state, key(name), text);
    if ("answer" in next) return { answer: next.answer, summary: screen.summary(next.answer) };
    state = next.state;
  }
  return { lines: screen.draw(state, "", room) };
}

describe("a question that is typed", () => {
  const question = {
    title: "t",
    help: [],
    proposal: "10.42.0.0/16",
    because: "free",
    complaint: (answer: string) => (answer.includes("/") ? undefined : "It must be a range."),
  };

  it("takes its proposal at Enter, and says why it is proposed", () => {
    expect(drive(textScreen(question), ["return"])).toEqual({ answer: "10.42.0.0/16", summary: "10.42.0.0/16" });
    expect(drive(textScreen(question), []).lines?.join()).toContain("10.42.0.0/16  (free)");
  });

  it("stays with what is wrong until something is typed again", () => {
    const screen = textScreen(question);
    expect(drive(screen, [["return", "x"]]).lines?.join()).toContain("It must be a range.");
    expect(
      drive(screen, [
        ["return", "x"],
        ["a", "xa"],
      ]).lines?.join(),
    ).not.toContain("must be");
  });

  it("wants an answer where nothing is proposed, and none where it may be empty", () => {
    const none = { ...question, proposal: undefined, complaint: () => undefined };
    expect(drive(textScreen(none), ["return"]).lines?.join()).toContain("Please type an answer.");
    expect(drive(textScreen({ ...none, optional: true }), ["return"])).toMatchObject({ answer: "" });
  });

  it("never shows a secret, nor how long it is", () => {
    const secret = textScreen({ ...question, secret: true, proposal: undefined, complaint: () => undefined });
    const done = drive(secret, [["return", " pass word "]]);
    expect(done).toEqual({ answer: " pass word ", summary: "••••••••" });
  });
});

describe("a question that is chosen", () => {
  const screen = choiceScreen({
    title: "t",
    help: [],
    options: [
      { value: 1, label: "one" },
      { value: 2, label: "two", about: "second" },
    ],
    proposed: 1,
  });

  it("begins at the proposal, goes round, and takes numbers", () => {
    expect(drive(screen, ["return"])).toEqual({ answer: 2, summary: "two" });
    expect(drive(screen, ["down", "return"])).toMatchObject({ answer: 1 });
    expect(drive(screen, ["up", "up", "return"])).toMatchObject({ answer: 2 });
    expect(drive(screen, ["1", "return"])).toMatchObject({ answer: 1 });
    expect(drive(screen, ["9", "return"])).toMatchObject({ answer: 2 });
    expect(drive(screen, []).lines).toEqual(["  one", "❯ two  second"]);
  });
});

describe("a question that is ticked", () => {
  const options = ["a", "b", "c"].map((value) => ({ value, label: value }));
  const screen = ticksScreen({ title: "t", help: [], options, ticked: (value) => value === "b" });

  it("toggles one, all, and none", () => {
    expect(drive(screen, ["return"])).toEqual({ answer: ["b"], summary: "b" });
    expect(drive(screen, ["space", "return"])).toMatchObject({ answer: ["a", "b"] });
    expect(drive(screen, ["down", "space", "return"])).toEqual({ answer: [], summary: "none" });
    expect(drive(screen, ["a", "return"])).toMatchObject({ answer: ["a", "b", "c"] });
    expect(drive(screen, ["a", "a", "return"])).toMatchObject({ answer: [] });
  });

  it("of nothing is answered by nothing", () => {
    const empty = ticksScreen({ title: "t", help: [], options: [], ticked: () => true });
    expect(drive(empty, ["down", "space", "return"])).toMatchObject({ answer: [] });
  });
});

describe("the roles of all machines", () => {
  const rows = ["a", "b"].map((name) => ({
    name,
    about: "8 CPUs",
    roles: ["worker"] as const,
    because: `why ${name}`,
  }));
  const grid = (wrong?: string) =>
    rolesScreen({
      help: [],
      rows,
      current: rows.map(({ roles }) => roles),
      complaint: (roles) => (roles[0]?.includes("etcd") ? undefined : wrong),
    });

  it("are changed where the cursor is, and come back as they were proposed at r", () => {
    expect(drive(grid(), ["right", "space", "return"])).toEqual({
      answer: { kind: "roles", roles: [["etcd", "worker"], ["worker"]] },
      summary: "0 controlplane, 1 etcd, 2 worker",
    });
    expect(drive(grid(), ["down", "right", "right", "space", "r", "return"])).toMatchObject({
      answer: { roles: [["worker"], ["worker"]] },
    });
  });

  it("are not taken while they make no cluster, which is said all the time", () => {
    expect(drive(grid("no etcd"), ["return"]).lines?.at(-1)).toContain("no etcd");
    expect(drive(grid("no etcd"), ["right", "space", "return"])).toMatchObject({ answer: { kind: "roles" } });
  });

  it("tell the reason of the machine under the cursor, and lead to its name at n", () => {
    expect(drive(grid(), ["down"]).lines?.at(-1)).toContain("b: why b");
    expect(drive(grid(), ["down", "n"])).toMatchObject({ answer: { kind: "rename", index: 1 } });
  });

  it("of 500 machines show those around the cursor", () => {
    const many = Array.from({ length: 500 }, (_, index) => ({
      name: `h${index}`,
      about: "",
      roles: ["worker"] as const,
      because: "",
    }));
    const screen = rolesScreen({
      help: [],
      rows: many,
      current: many.map(({ roles }) => roles),
      complaint: () => undefined,
    });
    const lines =
      drive(
        screen,
        Array.from({ length: 30 }, () => "pagedown"),
      ).lines ?? [];
    expect(lines.length).toBeLessThanOrEqual(room.rows);
    expect(lines.join("\n")).toContain("h300");
    expect(lines.join("\n")).toContain("of 500");
  });
});

describe("the machines", () => {
  const told: (readonly PastedHost[])[] = [];
  const screen = (pickable = 0) =>
    hostsScreen({
      help: [],
      current: [],
      refused: [],
      pickable,
      read: readPasted,
      placeOf,
      changed: (hosts) => told.push(hosts),
    });

  it("are told line by line, at once, and taken at an empty line", () => {
    told.length = 0;
    expect(drive(screen(), [["return", "10.0.0.1"], ["return", "10.0.0.2-3"], "return"])).toMatchObject({
      answer: { kind: "hosts", hosts: [{ address: "10.0.0.1" }, { address: "10.0.0.2" }, { address: "10.0.0.3" }] },
      summary: "3",
    });
    expect(told.map((hosts) => hosts.length)).toEqual([1, 3]);
  });

  it("that were pasted are read as one text, so that a table keeps its headings", () => {
    const pasted = drive(screen(), [
      ["paste-line", "name,ip"],
      ["paste-line", "db,10.0.0.9"],
      ["paste-end", ""],
      "return",
    ]);
    expect(pasted).toMatchObject({ answer: { hosts: [{ address: "10.0.0.9", name: "db" }] } });
  });

  it("are not finished by the empty line of a paste that the terminal did not mark", () => {
    const state = screen().press(screen().start, key("return"), "10.0.0.1");
    if (!("state" in state)) throw new Error("it was answered");
    expect(screen().press(state.state, key("return", true), "")).toHaveProperty("state");
    expect(screen().press(state.state, key("return"), "")).toHaveProperty("answer");
  });

  it("are taken back by a dash, named twice only once, and needed", () => {
    expect(drive(screen(), ["return"]).lines?.join()).toContain("Name at least one machine.");
    const twice = drive(screen(), [
      ["return", "10.0.0.1"],
      ["return", "10.0.0.1"],
    ]);
    expect(twice.lines?.join()).toContain("One was named already.");
    const back = drive(screen(), [["return", "10.0.0.1 10.0.0.2"], ["return", "-10.0.0.1"], "return"]);
    expect(back).toMatchObject({ answer: { hosts: [{ address: "10.0.0.2" }] } });
    const several = ["10.0.0.1 10.0.0.2 10.0.0.3", "-10.0.0.1, -10.0.0.3"].map((line) => ["return", line] as const);
    expect(drive(screen(), [...several, "return"])).toMatchObject({ answer: { hosts: [{ address: "10.0.0.2" }] } });
    expect(drive(screen(), [["return", "-nobody"]]).lines?.join()).toContain("nobody is not among them.");
  });

  it("can be read from a file or picked, and refusals are shown, but few", () => {
    expect(drive(screen(), [["return", "@hosts.csv"]])).toMatchObject({ answer: { kind: "file", path: "hosts.csv" } });
    expect(drive(screen(3), ["tab"])).toMatchObject({ answer: { kind: "pick" } });
    const bad = drive(screen(), [["return", "10.0.0.300 10.0.0.301 10.0.0.302 10.0.0.303 10.0.0.304 10.0.0.305"]]);
    expect(bad.lines?.filter((line) => line.includes("not taken"))).toHaveLength(4);
    expect(bad.lines?.join()).toContain("and 2 more");
  });
});

describe("the picture", () => {
  const picture = (rows: number, columns: number) => {
    const { content, below } = frame(
      {
        title: "Which addresses for services, if I may ask?",
        progress: "3/9",
        typed: "10.43.0.0/16",
        help: ["One long line of help that has to be broken, since it is longer than the terminal is wide."],
        keys: "enter accept · esc back · ? help · ctrl-c leave",
        body: () => Array.from({ length: 30 }, (_, index) => `line ${index} ${"x".repeat(200)}`),
        board: () => Array.from({ length: 40 }, (_, index) => `host ${index} ${"y".repeat(200)}`),
      },
      { rows, columns, paint: paint(false) },
    );
    return `${content}\n${below}`.split("\n");
  };

  it.each([
    [24, 80],
    [50, 160],
    [10, 20],
    [6, 40],
  ])("of %i rows and %i columns never has more rows or longer lines, and always the keys", (rows, columns) => {
    const lines = picture(rows, columns);
    expect(lines.length).toBeLessThanOrEqual(rows);
    expect(lines.filter((line) => line.length > columns && !line.startsWith("›"))).toEqual([]);
    expect(lines.at(-1)).toMatch(/^enter/);
  });

  const simple = (over: Partial<Parameters<typeof frame>[0]>, columns: number, rows = 24) =>
    frame(
      {
        title: "Which?",
        progress: "",
        typed: undefined,
        help: [],
        keys: "enter accept",
        body: () => [],
        board: () => [],
        ...over,
      },
      { rows, columns, paint: paint(false) },
    ).below.split("\n");

  it("breaks help where the terminal ends, and not where the source did", () => {
    const help = ["A sentence that goes on", "in the next line. Here it ends.", "And this", "is another one."];
    expect(simple({ help }, 100).slice(0, -1)).toEqual([
      "  A sentence that goes on in the next line. Here it ends.",
      "  And this is another one.",
    ]);
    expect(simple({ help }, 30).slice(0, -1)).toEqual([
      "  A sentence that goes on in",
      "  the next line. Here it",
      "  ends.",
      "  And this is another one.",
    ]);
  });

  it.each([
    [
      80,
      24,
      ["↑↓←→ move · space change · n rename · r as proposed · enter accept · esc back", "  ? help · ctrl-c leave"],
    ],
    [
      120,
      24,
      ["↑↓←→ move · space change · n rename · r as proposed · enter accept · esc back · ? help · ctrl-c leave"],
    ],
    [80, 12, ["↑↓←→ move · space change · n rename · r as proposed · enter accept · esc back …"]],
    [8, 24, ["↑↓←→ move", "  space c…"]],
  ])("shows all keys in %i columns, on two lines if it must and there is room (%i rows)", (columns, rows, lines) => {
    const keys =
      "↑↓←→ move · space change · n rename · r as proposed · enter accept · esc back · ? help · ctrl-c leave";
    expect(simple({ keys }, columns, rows)).toEqual(lines);
  });

  it("breaks a question that is wider than the terminal, and drops only where in the interview it stands", () => {
    const title = (columns: number, rows = 24) =>
      frame(
        {
          title: "Which addresses may services get (MetalLB)?",
          progress: "17/20",
          typed: "",
          help: [],
          keys: "k",
          body: () => [],
          board: () => [],
        },
        { rows, columns, paint: paint(false) },
      ).content.split("\n");
    expect(title(60)[0]).toBe("? Which addresses may services get (MetalLB)? 17/20");
    expect(title(46)[0]).toBe("? Which addresses may services get (MetalLB)?");
    expect(title(20)).toEqual(["? Which addresses", "  may services get", "  (MetalLB)?", "› "]);
    // In a terminal so low that there would be no room for an answer, it is cut.
    expect(title(20, 8)).toEqual(["? Which addresses …", "› "]);
  });

  it("shows every word of help whole in 20 columns, broken where one is longer than that", () => {
    const help = ["Take systemd-machine-id-setup, or an address like 192.168.100.240-192.168.100.250."];
    for (let columns = 12; columns <= 40; columns += 1) {
      const lines = simple({ help }, columns).slice(0, -1);
      expect(lines.every((line) => line.length < columns && line.startsWith("  "))).toBe(true);
      expect(lines.join("").replaceAll(" ", "")).toBe((help[0] ?? "").replaceAll(" ", ""));
    }
  });

  it("shows what is wrong with an answer whole, in lines that fit", () => {
    const wrong = "It lies in no network of all controlplane machines: 10.126.0.0/24.";
    const screen = textScreen({ title: "t", help: [], proposal: "", because: undefined, complaint: () => wrong });
    const pressed = screen.press(undefined, { name: "return", shift: false, ctrl: false, quick: false }, "x");
    const state = "state" in pressed ? pressed.state : undefined;
    const lines = screen.draw(state, "x", { columns: 19, rows: 20, paint: paint(false) });
    expect(lines.every((line) => line.length <= 19)).toBe(true);
    expect(lines.map((line) => line.trim()).join(" ")).toBe(wrong);
  });

  it("leaves the answer whole in the line that stays of a question, before the question", () => {
    const question = "Which addresses may services get (MetalLB)?";
    const line = (answer: string, columns: number) => {
      const { title, answer: said } = closingLine(question, answer, columns);
      return `✔ ${title} ${said}`;
    };
    expect(line("10.0.0.245-10.0.0.254", 79)).toBe(`✔ ${question} 10.0.0.245-10.0.0.254`);
    expect(line("10.0.0.245-10.0.0.254", 60)).toBe("✔ Which addresses may services get (M… 10.0.0.245-10.0.0.254");
    expect(line("", 79)).toBe(`✔ ${question} `);
    for (let columns = 5; columns <= 120; columns += 1)
      for (const answer of ["", "x", "10.0.0.254", "y".repeat(200)]) {
        expect(line(answer, columns).length).toBeLessThanOrEqual(Math.max(columns, 5));
        // What was cut says so: half an address is another one.
        if (!line(answer, columns).endsWith(answer)) expect(line(answer, columns)).toMatch(/…$/);
      }
  });

  it("breaks text without losing any, at any width", () => {
    for (const text of ["", "a", "one two", "x".repeat(100), `${"ä".repeat(30)} b ${"😀".repeat(9)}`])
      for (let columns = 1; columns <= 30; columns += 1)
        expect(breakTo(text, columns).join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
  });

  it("cuts coloured text by what is seen of it", () => {
    const red = paint(true).red("abcdef");
    expect(cutTo(red, 6)).toBe(red);
    expect(cutTo(red, 4).replaceAll(/\u001b\[\d+m/g, "")).toBe("abc…");
    expect(cutLines(["a", "b", "c"], 2, 10)).toEqual(["a", "… 2 more"]);
    expect(windowAround(499, 500, 10)).toEqual({ from: 490, to: 500 });
  });
});
