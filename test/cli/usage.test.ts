import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { inventoryAt, Workplace } from "./drover.ts";
import { Terminal } from "./terminal.ts";

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => place.remove());

describe("the command line", () => {
  it("says with --help what there is, and ends with 0", async () => {
    const { code, stdout } = await place.drover("--help");
    expect(code).toBe(0);
    for (const command of ["plan", "up", "status", "reset", "lab"]) expect(stdout).toContain(`\n  ${command} `);
  });

  it.each(["plan", "up", "status", "reset", "lab"])("has help for %s", async (command) => {
    const { code, stdout } = await place.drover(command, "--help");
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: drover ${command}`);
  });

  it("says its version, the one of package.json", async () => {
    const manifest: { version: string } = JSON.parse(
      readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
    );
    expect(await place.drover("--version")).toMatchObject({ code: 0, stdout: manifest.version });
  });

  it.each([
    [["paln"], "unknown command"],
    [["plan", "--nope"], "unknown option"],
    [["lab", "ssh", "many"], "no number of practice hosts"],
  ])("ends with 3 for %j and says why", async (args, words) => {
    const { code, stderr, stdout } = await place.drover(...args);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^Error cli\/usage: /);
    expect(stderr).toContain(words);
    expect(stderr).toContain("to do:");
    expect(stdout).toBe("");
  });

  it("writes nothing anywhere when it was not understood", async () => {
    await place.drover("plan", "--nope");
    await place.drover("plan", "-i", "absent.yaml");
    expect(place.files()).toEqual(["id"]);
  });
});

describe("an inventory that cannot be used", () => {
  it.each([
    ["absent", undefined, "inventory/not-found"],
    ["empty", "", "inventory/"],
    ["malformed", "version: [1", "inventory/not-yaml"],
    ["misspelt", "version: 1\ncluster: { nam: x }\n", "inventory/invalid"],
  ])("ends with 3 when it is %s, names the code, and says what to do", async (_, text, code) => {
    if (text !== undefined) place.write("inventory.yaml", text);
    const ran = await place.drover("plan");
    expect(ran.code).toBe(3);
    expect(ran.stderr).toContain(code);
    expect(ran.stderr).toContain("to do:");
    expect(ran.stdout).toBe("");
  });

  it("offers the key that was meant, with its line", async () => {
    place.write("inventory.yaml", inventoryAt([1]).replace("docker:", "dokcer:"));
    const { stderr } = await place.drover("plan");
    expect(stderr).toMatch(/inventory\.yaml:6:1/);
    expect(stderr).toContain('did you mean "docker"');
  });

  it("is named by -i, or by DROVER_INVENTORY", async () => {
    expect((await place.drover("plan", "-i", "other.yaml")).stderr).toContain("other.yaml");
  });
});

describe("a narrowed run", () => {
  it.each([
    ["--hosts", "n9", "n1, n2"],
    ["--only", "dokcer", "docker"],
  ])("refuses an unknown name after %s and lists those it knows", async (flag, name, known) => {
    place.write("inventory.yaml", inventoryAt([1, 1]));
    const { code, stderr } = await place.drover("plan", flag, name);
    expect(code).toBe(3);
    expect(stderr).toContain(name);
    expect(stderr).toContain(known);
  });
});

describe("help in a terminal of 80 columns", () => {
  it("breaks no word: what an example does stands below it where both do not fit", async () => {
    const seen = new Terminal(["init", "--help"], { cwd: place.dir, home: place.dir });
    expect(await seen.ended).toBe(0);
    expect(seen.screen()).toContain(
      "\n  drover init\n      asks, looks at the machines meanwhile, writes inventory.yaml\n",
    );
  });
});
