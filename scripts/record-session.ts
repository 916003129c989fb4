import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createLab } from "../src/lab/lab.ts";
import { defaultSettings } from "../src/lab/settings.ts";
import { Terminal } from "../test/cli/terminal.ts";

/**
 * `npm run record`: the session that the README shows, from a real run on practice hosts of its own, drawn by a real terminal
 * emulator. Long output is cut in the middle, and the cut is marked.
 */
const root = resolve(import.meta.dirname, "..");
const home = "/var/lib/drover-lab-record";
const dir = join(home, "session");
const settings = { ...defaultSettings(process.env), home, bridge: "drover32", net: "10.132.0", prefix: "n" };
const lab = createLab({ env: process.env, say: (line) => console.log(`  ${line}`), ...settings });

/** What is typed, and how many lines of its output are shown at the beginning and at the end. */
const session = [
  { words: ["plan", "--only", "os,docker", "-o", "plan.json"], first: 24, last: 3 },
  { words: ["up", "plan.json"], first: 0, last: 6 },
  { words: ["up", "plan.json"], first: 0, last: 2 },
  { words: ["runs"], first: 6, last: 0 },
] as const;

function shortened(output: string, first: number, last: number): readonly string[] {
  const lines = output.split("\n");
  if (lines.length <= first + last + 1) return lines;
  const middle = `  ... ${lines.length - first - last} lines`;
  return [...lines.slice(0, first), middle, ...(last === 0 ? [] : lines.slice(-last))];
}

async function record(): Promise<string> {
  const shown: string[] = [];
  for (const { words, first, last } of session) {
    const terminal = new Terminal(words, { cwd: dir, home: dir, columns: 100, rows: 40 });
    const code = await terminal.ended;
    if (code !== 0) throw new Error(`drover ${words.join(" ")} ended with ${code}:\n${terminal.screen()}`);
    shown.push(`$ drover ${words.join(" ")}`, ...shortened(terminal.screen(), first, last), "");
  }
  return shown.map((line) => `    ${line}`.trimEnd()).join("\n");
}

function intoReadme(text: string): void {
  const path = join(root, "README.md");
  const readme = readFileSync(path, "utf8");
  const replaced = readme.replace(/(<!-- session -->\n).*?(\n<!-- end -->)/s, (_, before, after) => {
    return `${before}\n${text.trimEnd()}\n${after}`;
  });
  if (replaced === readme && !readme.includes(text.trimEnd())) throw new Error("README.md has no place for a session");
  writeFileSync(path, replaced);
}

await lab.down();
mkdirSync(dir, { recursive: true });
try {
  await lab.up(3, join(dir, "inventory.yaml"));
  intoReadme(await record());
} finally {
  await lab.down();
  rmSync(home, { recursive: true, force: true });
}
