import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { allChecks } from "../../src/checks/results.ts";
import { type CommandNode, everyCommand } from "../../src/cli/completion/tree.ts";
import { wholeTree } from "./support/command-line.ts";

const readme = readFileSync("README.md", "utf8");
const manifest: { scripts: Readonly<Record<string, string>> } = JSON.parse(readFileSync("package.json", "utf8"));
let tree: CommandNode;
beforeAll(async () => {
  tree = await wholeTree();
});

const flagsOf = (node: CommandNode): readonly (string | undefined)[] =>
  everyCommand(node).flatMap(({ node: one }) => one.options.flatMap(({ long, short }) => [long, short]));

/** The rows of the table of commands: the first cell's commands, and what the second says of them. */
function rows(): readonly { readonly words: readonly string[]; readonly about: string }[] {
  const lines = readme.split("\n").filter((line) => line.startsWith("| `"));
  return lines.map((line) => {
    const [cell = "", about = ""] = line.slice(2).split(" | ");
    return { words: cell.match(/[a-z][a-z-]+/g) ?? [], about };
  });
}

describe("README.md", () => {
  it("has a row for every command, and none for another", () => {
    const named = new Set(rows().map(({ words }) => words[0]));
    // Two are told in one row.
    named.add("logs");
    expect([...named].sort()).toEqual(tree.commands.map(({ name }) => name).sort());
  });

  it("names in a row no subcommand and no option that its command has not", () => {
    for (const { words, about } of rows()) {
      const [first = "", ...others] = words;
      const node = tree.commands.find(({ name }) => name === first) ?? expect.fail(first);
      const inside = node.commands.map(({ name }) => name);
      if (inside.length > 0) expect(inside).toEqual(expect.arrayContaining([...others]));
      const up = tree.commands.find(({ name }) => name === "up") ?? expect.fail();
      const known = [...flagsOf(node), ...flagsOf(up), ...(first === "runs" ? flagsOf(logs()) : [])];
      for (const flag of about.match(/(?<=`|\s)--?[a-z][a-z-]*/g) ?? []) expect(known, first).toContain(flag);
    }
  });

  it("says of the options of hosts who takes them", () => {
    const said = /(`check`, [^.]*?) take `--hosts/.exec(readme)?.[1] ?? "";
    const taking = everyCommand(tree).filter(({ node }) => node.options.some(({ long }) => long === "--concurrency"));
    expect((said.match(/[a-z]+(?: [a-z]+)?(?=`)/g) ?? []).sort()).toEqual(
      taking.map(({ path }) => path.join(" ")).sort(),
    );
  });

  it("runs only scripts that there are", () => {
    const named = [...readme.matchAll(/npm run (?:-s )?([a-z:]+)/g)].map(([, name = ""]) => name);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => manifest.scripts[name] === undefined)).toEqual([]);
  });

  it("says about how many checks there are", () => {
    const said = Number(/some (\d+) named checks/.exec(readme)?.[1]);
    expect(Math.abs(allChecks.length - said)).toBeLessThan(10);
  });

  it("leads only to files that there are", () => {
    const links = [...readme.matchAll(/\]\(([^)#]+)\)/g)].map(([, path = ""]) => path);
    for (const path of links.filter((one) => !one.startsWith("http"))) expect(readFileSync(path, "utf8")).not.toBe("");
  });
});

function logs(): CommandNode {
  return tree.commands.find(({ name }) => name === "logs") ?? expect.fail();
}
