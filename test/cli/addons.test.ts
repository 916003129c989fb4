import { chmodSync, lstatSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { catalog } from "../../src/addons/catalog.ts";
import { inventoryAt, Workplace } from "./drover.ts";
import { runHere } from "./run-here.ts";
import { keys, Terminal } from "./terminal.ts";

let place: Workplace;
let path = "";
beforeEach(() => {
  place = new Workplace();
  path = place.write("inventory.yaml", inventoryAt([1]));
});
afterEach(() => place.remove());

const text = (): string => readFileSync(path, "utf8");

describe("drover addons", () => {
  it("lists what there is, also as JSON, and asks nobody", async () => {
    const { code, stdout } = await place.drover("addons", "list", "-i", path);
    expect(code).toBe(0);
    expect(stdout).toContain("metallb");
    const json = await place.drover("addons", "list", "--json", "-i", path);
    expect(JSON.parse(json.stdout)).toMatchObject({
      v: 1,
      addons: expect.arrayContaining([{ key: "rancher", about: expect.any(String) }]),
    });
    expect(place.files()).not.toContain(".drover");
  });

  it("adds an addon to the inventory, changes it, and takes it away again: byte for byte", async () => {
    const before = text();
    const set = "addresses=[192.0.2.200-192.0.2.210]";
    const added = await place.drover("addons", "enable", "metallb", "--set", set, "-i", path);
    expect(added).toMatchObject({ code: 0, stdout: expect.stringContaining("+  metallb:") });
    const changed = await place.drover("addons", "configure", "metallb", "--set", "values.a=1", "-i", path);
    expect(changed).toMatchObject({ code: 0, stdout: expect.stringContaining("+      a: 1") });
    expect(text()).toContain("    addresses:\n      - 192.0.2.200-192.0.2.210\n    values:\n      a: 1\n");
    expect((await place.drover("addons", "disable", "metallb", "--keep", "-i", path)).code).toBe(0);
    expect(text().replace(/addons: \{\}\n$/, "")).toBe(before.replace(/addons: \{\}\n$/, ""));
  });

  const asked: Readonly<Record<string, string>> = {
    addresses: "[192.0.2.200-192.0.2.210]",
    address: "192.0.2.100",
    hostname: "r.example.com",
    namespaces: "[team-a]",
    email: "ann@example.com",
    password: "cmd:echo correct-horse",
    logins: '[{registry: ghcr.io, user: ann, password: "env:PATH"}]',
  };

  it.each(catalog.map(({ key, asks }) => [key, asks] as const))(
    "adds %s with what it asks for, and takes it away again",
    async (key, asks) => {
      if (key === "rancher" || key === "kubeflow") writeFileSync(path, `${text()}addons:\n  certManager: {}\n`);
      const before = text();
      const sets = Object.keys(asks).flatMap((ask) => ["--set", `${ask}=${asked[ask]}`]);
      const added = await runHere(place.dir, ["addons", "enable", key, "--yes", ...sets]);
      expect(added).toMatchObject({ thrown: undefined, stdout: expect.stringContaining("inventory.yaml is changed") });
      expect(text()).toContain(`  ${key}:`);
      const { thrown } = await runHere(place.dir, ["addons", "disable", key, "--yes", "--keep"]);
      expect([thrown, text().replace(/addons: \{\}\n$/, "")]).toEqual([undefined, before]);
    },
  );

  it("writes one object to stdout with --json, and no prose: it is for programs", async () => {
    for (const words of ["enable traefik", "configure traefik --set values.a=1", "disable traefik --keep"]) {
      const before = text();
      const { thrown, stdout } = await runHere(place.dir, ["addons", ...words.split(" "), "--yes", "--json"]);
      expect([thrown, stdout.split("\n").length]).toEqual([undefined, 2]);
      expect(JSON.parse(stdout)).toEqual({ v: 1, addon: "traefik", inventory: path, changed: true });
      expect(text()).not.toBe(before);
    }
  });

  it("says where nothing was to be changed that nothing is", async () => {
    const line = ["addons", "enable", "traefik", "--yes", "--set", "values.a=1"];
    expect((await runHere(place.dir, line)).stdout).toContain("inventory.yaml is changed. Next: drover up");
    const before = text();
    expect((await runHere(place.dir, line)).stdout).toMatch(/Nothing to change\.\n.*inventory\.yaml is as it was\./);
    const { stdout } = await runHere(place.dir, [...line, "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ changed: false });
    expect(text()).toBe(before);
  });

  it.each<[string, readonly string[], string]>([
    ["an addon that there is not", ["enable", "minio"], 'there is no addon "minio"'],
    ["what must be asked where nobody can be", ["enable", "metallb"], "Pass --set addresses=..."],
    ["a setting that is none", ["enable", "traefik", "--set", "x"], "not of the form key=value"],
    ["a key that there is not", ["enable", "traefik", "--set", "verison=1.0.0"], 'did you mean "version"'],
    [
      "a range inside the cluster",
      ["enable", "metallb", "--set", "addresses=[10.42.0.0/24]"],
      "overlaps rke.clusterCidr",
    ],
    [
      "an addon that something else needs",
      ["enable", "rancher", "--set", "hostname=r.example.com"],
      "needs cert-manager",
    ],
    ["to remove what is not there", ["disable", "metallb", "--yes"], "metallb is not in the inventory"],
    ["to change nothing", ["configure", "traefik"], "there is nothing to change about traefik"],
  ])("refuses %s, and leaves the inventory as it is", async (_, args, words) => {
    const before = text();
    const { code, stderr } = await place.drover("addons", ...args, "-i", path);
    expect(code).toBe(3);
    expect(stderr.replaceAll(/\n\s*/g, " ")).toContain(words);
    expect(text()).toBe(before);
  });

  it("changes nothing where the addon comes from a file that the inventory extends", async () => {
    writeFileSync(`${path}.base`, "addons:\n  certManager: {}\n");
    writeFileSync(path, `extends: ${path}.base\n${text()}`);
    const before = text();
    const { code, stderr } = await place.drover("addons", "disable", "certManager", "--keep", "-i", path);
    expect(code).toBe(3);
    expect(stderr).toContain("cannot be changed in this inventory");
    expect(text()).toBe(before);
  });

  const enabling = ["addons", "enable", "traefik", "-y", "-i", "inventory.yaml"] as const;

  it("leaves a link a link, and changes the file that it leads to", async () => {
    const target = join(place.dir, "shared.yaml");
    renameSync(path, target);
    symlinkSync("shared.yaml", path);
    const before = place.files();
    expect((await runHere(place.dir, enabling)).thrown).toBeUndefined();
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    expect(readFileSync(target, "utf8")).toContain("traefik");
    expect(place.files()).toEqual(before);
  });

  it("leaves to a team what it may do with the file", async () => {
    chmodSync(path, 0o664);
    const umask = process.umask(0o077);
    const { thrown } = await runHere(place.dir, enabling).finally(() => process.umask(umask));
    expect(thrown).toBeUndefined();
    expect(statSync(path).mode & 0o777).toBe(0o664);
  });

  it.each([
    ["enable", ["addons", "enable", "traefik", "-y"]],
    ["configure", ["addons", "configure", "traefik", "--set", "values.a=1", "-y"]],
    ["disable", ["addons", "disable", "traefik", "--keep", "-y"]],
  ])("refuses to %s where the inventory may not be written, before anything else", async (_, words) => {
    writeFileSync(path, `${text()}addons: { traefik: {} }\n`);
    const before = text();
    chmodSync(path, 0o444);
    const { thrown, stdout } = await runHere(place.dir, words);
    expect(thrown).toMatchObject({ code: "inventory/unwritable" });
    expect(stdout).not.toContain("+");
    expect(text()).toBe(before);
  });
});

describe("drover addons in a terminal", () => {
  let terminal: Terminal | undefined;
  const start = (...args: readonly string[]) => {
    terminal = new Terminal(["addons", ...args, "-i", path], { cwd: place.dir, home: place.dir, columns: 140 });
    return terminal;
  };
  afterEach(async () => {
    await terminal?.gone();
    terminal = undefined;
  });

  it.each([
    ["192.0.2.200-192.0.2.210", "as it is"],
    ["192.0.2.200-192.0.2.205, 192.0.2.208-192.0.2.210", "as several"],
    ["[192.0.2.200-192.0.2.210]", "with brackets"],
  ])(
    "asks for what has no default, takes %s %s, shows the change, and makes it when that is agreed to",
    async (typed) => {
      const asked = start("enable", "metallb");
      await asked.answer("Free addresses of the LAN", `${typed}${keys.enter}`);
      await asked.answer("Change the inventory like this?", `y${keys.enter}`);
      expect(await asked.ended).toBe(0);
      expect(asked.screen()).toContain("+  metallb:");
      expect(asked.screen()).toContain("Next: drover up --only addons");
      expect(text()).toMatch(/ {2}metallb:\n {4}addresses:\n {6}- 192\.0\.2\.200-192/);
    },
  );

  it("does not write over what somebody changed in the file while it asked", async () => {
    const asked = start("enable", "traefik");
    await asked.question("Change the inventory like this?");
    writeFileSync(path, `${text()}# and this\n`);
    const theirs = text();
    await asked.answer("Change the inventory like this?", `y${keys.enter}`);
    expect(await asked.ended).toBe(3);
    expect(asked.screen().replace(/\s+/g, " ")).toContain("was changed meanwhile; nothing was written");
    expect(text()).toBe(theirs);
  });

  it("changes nothing when that is declined, and ends as cancelled", async () => {
    const before = text();
    const asked = start("enable", "traefik");
    await asked.answer("Change the inventory like this?", keys.enter);
    expect(await asked.ended).toBe(130);
    expect(text()).toBe(before);
  });

  it("says what is wrong with what was typed, and changes nothing", async () => {
    const before = text();
    const asked = start("enable", "metallb");
    await asked.answer("Free addresses of the LAN", `192.0.2.200${keys.enter}`);
    expect(await asked.ended).toBe(3);
    expect(asked.screen().replace(/\s+/g, " ")).toContain("two IPv4 addresses");
    expect(text()).toBe(before);
  });
});
