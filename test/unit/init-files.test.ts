import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { Context } from "../../src/cli/context.ts";
import { answersFrom, answersPath, forgetAnswers, keepAnswers, keptAnswers } from "../../src/cli/init/answers-file.ts";
import { foundKeys } from "../../src/cli/init/found-keys.ts";
import { readInventoryFile } from "../../src/cli/init/inventory-file.ts";
import { newKey } from "../ssh/new-key.ts";
import { testFolder } from "../test-folder.ts";

let dir: string;
beforeEach(() => {
  dir = testFolder("init");
});
function put(name: string, text: string): string {
  const path = join(dir, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

describe("the answers of an interview that was left", () => {
  const path = () => answersPath(join(dir, "inventory.yaml"));
  const answers = { user: "ada", name: "prod", hosts: [{ address: "10.0.0.1" }] };

  it("are kept beside the inventory for the operator alone, read again, and gone once they have served", async () => {
    expect(await keptAnswers(path())).toBeUndefined();
    await keepAnswers(path(), answers);
    await keepAnswers(path(), { ...answers, user: "bob" });
    expect(await keptAnswers(path())).toEqual({ ...answers, user: "bob" });
    expect([statSync(path()).mode & 0o777, statSync(dirname(path())).mode & 0o777]).toEqual([0o600, 0o700]);
    expect(readdirSync(dirname(path()))).toEqual(["init.answers.json"]);
    await forgetAnswers(path());
    await forgetAnswers(path());
    expect(readdirSync(dirname(path()))).toEqual([]);
  });

  it.each(["", "[", "[]", '{"user": 1}', '{"nothing": "x"}'])(
    "are as good as none where the file is %j",
    async (text) => {
      put(".drover/init.answers.json", text);
      expect(await keptAnswers(path())).toBeUndefined();
    },
  );

  it("may come from a file of YAML too", async () => {
    expect(await answersFrom(put("a.yaml", "user: ada # me\nname: prod\n"))).toEqual({ user: "ada", name: "prod" });
  });

  it.each<[string, string | undefined, string]>([
    ["is not there", undefined, "it cannot be read"],
    ["is no YAML", "user: [ada", "Flow sequence in block collection must be"],
    ["holds a word", "ada", "the file: Invalid input"],
    ["holds what is no answer", "usr: ada", "usr: is no answer that init knows"],
    ["holds an answer of another kind", "user: [ada]", "user: Invalid input"],
  ])("are refused with the mistake where their file %s", async (_, text, detail) => {
    const file = text === undefined ? join(dir, "none") : put("a.yaml", text);
    await expect(answersFrom(file)).rejects.toMatchObject({
      code: "cli/usage",
      message: `${file} does not hold the answers of an interview`,
      details: [expect.stringContaining(detail)],
    });
  });
});

describe("the keys in ~/.ssh", () => {
  const open = newKey().private;
  const locked = newKey({ passphrase: "x" }).private;
  const found = async () => (await foundKeys(dir)).map(({ path, encrypted }) => [path, encrypted]);

  it("are those that ssh tries first, in its order, then others by name; and whether they want a passphrase", async () => {
    for (const name of ["work", "id_rsa", "id_ed25519", "apart"])
      put(`.ssh/${name}`, name === "id_rsa" ? locked : open);
    expect(await found()).toEqual([
      ["~/.ssh/id_ed25519", false],
      ["~/.ssh/id_rsa", true],
      ["~/.ssh/apart", false],
      ["~/.ssh/work", false],
    ]);
  });

  it("are none of the other files there, nor one that is broken", async () => {
    put(".ssh/config", "Host *\n");
    put(".ssh/known_hosts", "");
    put(".ssh/id_ed25519.pub", newKey().public);
    put(".ssh/copy.pub", open);
    put(".ssh/cut", open.slice(0, 120));
    put(".ssh/note", `see below\n${open}`);
    mkdirSync(join(dir, ".ssh/id_rsa"));
    expect(await found()).toEqual([]);
  });

  it("are none where there is no such folder, and at most twenty files are looked at", async () => {
    expect(await found()).toEqual([]);
    for (let number = 10; number < 32; number += 1) put(`.ssh/k${number}`, open);
    put(".ssh/id_ecdsa", open);
    const paths = (await found()).map(([path]) => path);
    expect([paths.length, paths[0], paths.at(-1)]).toEqual([20, "~/.ssh/id_ecdsa", "~/.ssh/k28"]);
  });
});

describe("the inventory that an interview begins with", () => {
  const context = { packageRoot: resolve(import.meta.dirname, "../..") } as Context;
  const read = (name = "inventory.yaml") => readInventoryFile(join(dir, name), context);
  const good =
    "version: 1 # mine\ncluster: { name: demo }\nssh: { user: root, key: ./id }\nhosts:\n  - { name: a, address: 10.0.0.1, roles: [worker, etcd, controlplane] }\n";

  it("is a new one where there is none, with the explanations of the example", async () => {
    const { source, base, textOf } = await read();
    expect([source, base]).toEqual([undefined, { version: 1 }]);
    const text = textOf({ version: 1, cluster: { name: "prod" } });
    expect(text).toMatch(/^# Written by drover init\./);
    expect(text).toContain("name: prod");
    expect(text.match(/#/g)?.length).toBeGreaterThan(2);
    expect(readdirSync(dir)).toEqual([]);
  });

  it("is the one that is there, and what it does not change stays as it was written", async () => {
    put("inventory.yaml", good);
    const { source, base, textOf } = await read();
    expect(source).toBe(good);
    expect(base).toMatchObject({ version: 1, hosts: [{ name: "a" }] });
    expect(textOf(base)).toBe(good);
    expect(textOf({ ...base, cluster: { name: "prod" } })).toContain("version: 1 # mine\n");
    expect(readFileSync(join(dir, "inventory.yaml"), "utf8")).toBe(good);
  });

  it.each<[string, string, string]>([
    ["has mistakes", "version: 1\nhosts: none\n", "inventory/invalid"],
    ["is no YAML", "hosts: [\n", "inventory/not-yaml"],
    ["extends others, which would have to be edited too", "extends: base.yaml\n", "inventory/not-editable"],
  ])("is refused before anything is asked where it %s", async (_, text, code) => {
    put("inventory.yaml", text);
    await expect(read()).rejects.toMatchObject({ code, remedy: expect.stringMatching(/\S/) });
  });

  it("is refused where it could not be written in the end", async () => {
    chmodSync(put("inventory.yaml", good), 0o400);
    await expect(read()).rejects.toMatchObject({ code: "inventory/unwritable" });
    await expect(read("none/inventory.yaml")).rejects.toMatchObject({ code: "inventory/unwritable" });
  });
});
