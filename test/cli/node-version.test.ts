import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const manifest: { engines: { node: string } } = JSON.parse(readFileSync(resolve(root, "package.json"), "utf8"));

/** The program under a Node.js that says to be of this version: there is only one here. */
function under(version: string) {
  const pretend = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } })`;
  const args = ["--import", `data:text/javascript,${encodeURIComponent(pretend)}`, "src/cli/main.ts", "--version"];
  return execa(process.execPath, args, { cwd: root, reject: false });
}

describe("Node.js", () => {
  it.each(["18.20.4", "20.20.2", "22.21.0", "24.4.9"])(
    "%s is told as too old, with what is needed",
    async (version) => {
      const { exitCode, stderr, stdout } = await under(version);
      expect([exitCode, stdout]).toEqual([3, ""]);
      expect(stderr).toBe(`drover needs Node.js 24.5 or newer, and ${process.execPath} is ${version}.`);
      expect(manifest.engines.node).toBe(">=24.5");
    },
  );

  it.each(["24.5.0", "24.21.0", "25.0.0", "100.1.0"])("%s is new enough", async (version) => {
    expect(await under(version)).toMatchObject({ exitCode: 0, stderr: "" });
  });
});
