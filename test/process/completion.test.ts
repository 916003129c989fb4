import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { bashCompletion } from "../../src/cli/completion/bash.ts";
import { fishCompletion } from "../../src/cli/completion/fish.ts";
import { manPage, variables } from "../../src/cli/completion/man-page.ts";
import { type CommandNode, everyCommand } from "../../src/cli/completion/tree.ts";
import { zshCompletion } from "../../src/cli/completion/zsh.ts";
import { testFolder } from "../test-folder.ts";
import { wholeTree } from "../unit/support/command-line.ts";

const has = (program: string): boolean => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;

let tree: CommandNode;
const dir = testFolder("completion");
beforeAll(async () => {
  tree = await wholeTree();
  mkdirSync(join(dir, "files"));
  writeFileSync(join(dir, "files", "my-inventory.yaml"), "");
  writeFileSync(join(dir, "drover.bash"), bashCompletion(tree));
  writeFileSync(join(dir, "_drover"), zshCompletion(tree));
  writeFileSync(join(dir, "drover.fish"), fishCompletion(tree));
});

const run = (program: string, args: readonly string[]): string =>
  execFileSync(program, args, { cwd: join(dir, "files"), encoding: "utf8", env: { ...process.env, HOME: dir } });

/** What each shell itself offers after these words, the last of which is being typed. */
const shells = {
  bash: (words: readonly string[]) => {
    const list = words.map((word) => `'${word}'`).join(" ");
    const ask = `. ${dir}/drover.bash; COMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; _drover; printf '%s\n' "\${COMPREPLY[@]}"`;
    return run("bash", ["--norc", "-c", ask]).split("\n");
  },
  fish: (words: readonly string[]) => {
    const ask = `source ${dir}/drover.fish; complete -C '${words.join(" ")}'`;
    return run("fish", ["--no-config", "-c", ask])
      .split("\n")
      .map((line) => line.split("\t")[0] ?? "");
  },
  // zsh completes only for somebody who types: it is given a terminal of its own, and asked for all there is.
  zsh: (words: readonly string[]) => {
    const script = `zmodload zsh/zpty; zpty z zsh -f -i
zpty -w z "PROMPT=; stty columns 400; fpath=(${dir} $fpath); autoload -Uz compinit; compinit -u -d ${dir}/dump; zstyle ':completion:*' list-prompt ''; LISTMAX=9999; bindkey '^I' list-choices; echo READY"
zpty -r z out '*READY*READY*'
zpty -w -n z "${words.join(" ")}"$'\\t'
zpty -w -n z $'\\C-a#\\n'"echo OV''ER"$'\\n'
zpty -r z out '*OVER*'; print -r -- $out`;
    return run("zsh", ["-f", "-c", script]).split(/[\s]+/);
  },
} as const;

describe.each(Object.keys(shells) as (keyof typeof shells)[])("completion in %s", (shell) => {
  it.skipIf(!has(shell)).each([
    [["drover", "ru"], "runs", "report"],
    [["drover", "pla"], "plan", "--verbose"],
    [["drover", "node", "re"], "remove", "reset"],
    [["drover", "plan", "--out"], "--output", "--only"],
    [["drover", "addons", "enable", "--js"], "--json", "--keep"],
    [["drover", "plan", "-i", "my-"], "my-inventory.yaml", "--json"],
    [["drover", "up", "my-"], "my-inventory.yaml", "--json"],
  ])("offers what fits after %j, and nothing else", (words, offered, notOffered) => {
    const found = shells[shell](words);
    expect(
      found.some((word) => word.includes(offered)),
      found.join("|"),
    ).toBe(true);
    expect(found).not.toContain(notOffered);
  });
});

describe("completion", () => {
  it("knows every command and option of the program, in every shell", () => {
    const texts = [bashCompletion(tree), zshCompletion(tree), fishCompletion(tree)];
    for (const { path, node } of everyCommand(tree)) {
      for (const text of texts) {
        for (const word of path) expect(text).toContain(word);
        for (const { long } of node.options) expect(text).toContain(long.slice(2));
      }
    }
  });
});

describe("the help", () => {
  it("has examples for every command, or for those below it", () => {
    const has = (node: CommandNode): boolean => node.examples.length > 0 || node.commands.some(has);
    expect(tree.commands.filter((one) => !has(one)).map(({ name }) => name)).toEqual([]);
  });

  it("gives no example with a command or an option that is not there", () => {
    const wrong = everyCommand(tree).flatMap(({ node }) =>
      node.examples.flatMap((line) => {
        const [, first = "", rest = ""] = /\bdrover ([a-z]+)([^|;)>#]*)/.exec(line) ?? [];
        const found = tree.commands.find(({ name }) => name === first);
        if (found === undefined) return first === "" ? [] : [line];
        const known = everyCommand(found).flatMap((one) =>
          one.node.options.flatMap(({ long, short }) => [long, short]),
        );
        const given = (rest.split(/ -- | {2,}/)[0] ?? "").match(/(?<=\s)--[a-z-]+/g) ?? [];
        return given.every((flag) => known.includes(flag)) ? [] : [line];
      }),
    );
    expect(wrong).toEqual([]);
  });
});

describe("the manual page", () => {
  it.skipIf(!has("groff"))("is well-formed, and shows commands, options and variables as they are typed", () => {
    const file = join(dir, "drover.1");
    writeFileSync(file, manPage(tree, "1.2.3"));
    const made = spawnSync("groff", ["-man", "-Tascii", "-ww", "-rLL=200n", file], { encoding: "utf8" });
    expect(made.stderr).toBe("");
    const text = made.stdout.replaceAll(/\u001b\[[0-9;]*m|.\u0008/g, "");
    for (const { path } of everyCommand(tree)) expect(text).toContain(["drover", ...path].join(" "));
    for (const [name] of variables) expect(text).toContain(name);
    expect(text).toContain("--skip-check");
    expect(text).toContain("drover up plan.json");
  });

  it("keeps what roff would obey", () => {
    const evil = { short: undefined, long: "--x", about: ".TH \\fBx'", value: undefined, choices: [] };
    const page = manPage(
      {
        name: "d",
        about: "a",
        args: [],
        options: [],
        examples: [],
        commands: [
          { name: "c", about: "b", args: [], options: [evil], commands: [], examples: [".so /etc/passwd", "'x"] },
        ],
      },
      "1",
    );
    expect(page).toContain("\\&.TH \\efBx'");
    expect(page).not.toMatch(/^\.so|^'x/m);
  });
});
