import { describe, expect, it } from "vitest";
import { interviewPages } from "../../../src/wizard/interview.ts";
import { writePage } from "../../../src/wizard/pages/write-page.ts";
import { questions } from "../../../src/wizard/questions/all.ts";
import { runPages } from "../../../src/wizard/run-pages.ts";
import type { Page, Turn } from "../../../src/wizard/session.ts";
import { interview } from "./interview-double.ts";

describe("going through the pages", () => {
  /** Pages that turn as they are told, one turn a visit, then forward. */
  function pages(done: readonly boolean[], turns: Readonly<Record<string, readonly Turn[]>> = {}) {
    const visits: string[] = [];
    const left = new Map(Object.entries(turns).map(([id, own]) => [id, [...own]]));
    const all = done.map((isDone, index): Page => {
      const id = "abcd"[index] ?? "";
      return {
        id,
        done: () => isDone,
        visit: async (_, from) => {
          visits.push(`${id}${from === "back" ? "<" : ""}`);
          return left.get(id)?.shift() ?? "next";
        },
      };
    });
    const run = async (goOn: boolean) => {
      await runPages(all, interview({}).session, goOn);
      return visits.join(" ");
    };
    return { run };
  }

  it.each<[string, readonly boolean[], boolean, Readonly<Record<string, readonly Turn[]>>, string]>([
    ["visits each once", [true, false], false, {}, "a b"],
    ["passes over what was answered before, wherever it is", [true, false, true, false], true, {}, "b d"],
    ["passes over nothing where it begins anew", [true, true], false, {}, "a b"],
    [
      "goes back one by one, told where from",
      [false, false, false],
      false,
      { c: ["back"], b: ["next", "back"] },
      "a b c b< a< b c",
    ],
    ["stays on the first page", [false, false], false, { a: ["back", "back"] }, "a a a b"],
    ["asks all that was passed over once somebody goes back", [true, true, false], true, { c: ["back"] }, "c b< c"],
    ["ends at once where all is answered", [true, true], true, {}, ""],
  ])("%s", async (_, done, goOn, turns, visits) => {
    expect(await pages(done, turns).run(goOn)).toBe(visits);
  });

  it("asks for names while machines are reached, looks after each before what depends on it, and writes last", () => {
    const last = writePage({ file: "i", preview: () => undefined, problems: () => [], write: async () => {} });
    const ids = interviewPages(last).map(({ id }) => id);
    expect(ids.slice(0, 7)).toEqual(["hosts", "user", "keys", "name", "access", "trouble", "roles"]);
    expect(ids.at(-1)).toBe("write");
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id } of questions) expect(ids).toContain(id);
    const isAfter = (later: string, earlier: string) =>
      expect(ids.indexOf(later)).toBeGreaterThan(ids.indexOf(earlier));
    isAfter("kubeVip", "internalNetwork");
    isAfter("metallb", "kubeVip");
    isAfter("rancher", "ingress");
    isAfter("certManager", "rancherTls");
  });
});
