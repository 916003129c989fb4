import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { type CommandNode, everyCommand } from "../../src/cli/completion/tree.ts";
import { wholeTree } from "./support/command-line.ts";

const text = readFileSync("AGENTS.md", "utf8");
let tree: CommandNode;
beforeAll(async () => {
  tree = await wholeTree();
});

describe("AGENTS.md", () => {
  it("names no command and no option that is not there", () => {
    const lines = [...text.matchAll(/\bdrover ([a-z]+)([^`\n]*?)(?= {2,}|`|$)/gm)];
    expect(lines.length).toBeGreaterThan(10);
    const wrong = lines.filter(([, name = "", rest = ""]) => {
      const found = tree.commands.find((one) => one.name === name);
      if (found === undefined) return true;
      const known = everyCommand(found).flatMap(({ node }) => node.options.flatMap(({ long, short }) => [long, short]));
      return (rest.match(/(?<=\s)--?[a-z][a-z-]*/g) ?? []).some((flag) => !known.includes(flag));
    });
    expect(wrong.map(([line]) => line)).toEqual([]);
  });

  it("says of every command whether it changes something", () => {
    const silent = ["completion", "lab", "report"];
    const missing = tree.commands.filter(({ name }) => !silent.includes(name) && !text.includes(name));
    expect(missing.map(({ name }) => name)).toEqual([]);
  });

  it("names only files that are there, and every schema", () => {
    const named = [...text.matchAll(/docs\/[a-z.]+\.json|[A-Z]+\.md/g)].map(([name]) => name);
    for (const name of named) expect(readFileSync(name, "utf8")).not.toBe("");
    for (const schema of ["inventory", "check", "plan"]) expect(text).toContain(`docs/${schema}.schema.json`);
  });
});
