import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { exitCodeOf } from "../../src/cli/exit-codes.ts";
import { failuresOf } from "../../src/cli/failures.ts";
import { runHere } from "../cli/run-here.ts";
import { testFolder } from "../test-folder.ts";

/** Every command that reads an inventory, as somebody would type it. */
const commands = [
  "check",
  "plan",
  "plan -o kept.plan",
  "up -y",
  "status",
  "node add x=192.0.2.9 -y",
  "node remove x -y",
  "node replace x -y",
  "etcd snapshot",
  "etcd list",
  "etcd restore s1 --confirm lab",
  "certs status",
  "certs rotate -y",
  "secrets rotate-key -y",
  "upgrade -y",
  "upgrade --list",
  "kubeconfig",
  "kubeconfig --print",
  "kubeconfig --path",
  "addons list",
  "addons status",
  "addons names",
  "addons names --write -y --file hosts",
  "addons names --remove -y --file hosts",
  "addons enable traefik -y",
  "addons enable metallb --set addresses=[192.0.2.1-192.0.2.9]",
  "addons configure traefik --set values.a=1",
  "addons disable traefik -y",
  "addons disable traefik --keep -y",
  "prove",
  "gpu test",
  "facts",
  "report",
  "report --offline",
  "exec true",
  "reset --confirm lab",
] as const;

let dir: string;
beforeEach(() => {
  dir = testFolder("misused");
});

/** What a file can be in place of an inventory, and what of it every command must say. */
const spoilt: Readonly<Record<string, { readonly make: (path: string) => void; readonly code: RegExp }>> = {
  "is not there": { make: () => undefined, code: /^inventory\/not-found$/ },
  "is a folder": { make: (path) => mkdirSync(path), code: /^inventory\// },
  "is a link to itself": { make: (path) => symlinkSync(path, path), code: /^inventory\// },
  "is a link to nothing": { make: (path) => symlinkSync("nowhere.yaml", path), code: /^inventory\/not-found$/ },
  "is empty": { make: (path) => writeFileSync(path, ""), code: /^inventory\/invalid$/ },
  "is no YAML": { make: (path) => writeFileSync(path, "hosts: [\n"), code: /^inventory\/not-yaml$/ },
  "is a list": { make: (path) => writeFileSync(path, "- a\n"), code: /^inventory\/invalid$/ },
  "is one word": { make: (path) => writeFileSync(path, "version\n"), code: /^inventory\/invalid$/ },
  "is no text": { make: (path) => writeFileSync(path, Buffer.from([0, 255, 254, 1, 10, 0])), code: /^inventory\// },
  "has two documents": { make: (path) => writeFileSync(path, "version: 1\n---\nversion: 1\n"), code: /^inventory\// },
  "names itself as its own base": {
    make: (path) => writeFileSync(path, "extends: inventory.yaml\n"),
    code: /^inventory\//,
  },
};

describe.each(Object.entries(spoilt))("an inventory that %s", (_, { make, code }) => {
  it.each(commands)("is told as such by drover %s, and nothing is written", async (line) => {
    make(join(dir, "inventory.yaml"));
    const before = readdirSync(dir);
    const { thrown } = await runHere(dir, line.split(" "));
    const failures = failuresOf(thrown);
    expect(failures.map((failure) => failure.code).join(), JSON.stringify(failures)).toMatch(code);
    expect(failures.every(({ remedy }) => remedy.trim() !== "")).toBe(true);
    expect(exitCodeOf(thrown)).toBe(3);
    expect(readdirSync(dir)).toEqual(before);
  });
});
