import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { lookUpSsh } from "../../src/inventory/ssh-config/look-up.ts";
import { readSshConfig } from "../../src/inventory/ssh-config/read.ts";
import { testFolder } from "../test-folder.ts";
import { randomNumbers } from "../unit/support/random-numbers.ts";
import { rounds } from "../unit/support/thoroughness.ts";

const me = userInfo().username;
const folder = testFolder("ssh-g");

/** What OpenSSH itself makes of a file: the values of each keyword, as `ssh -G` prints them; undefined where it refuses it. */
function openSsh(text: string, name: string, user: string | undefined) {
  const path = join(folder, "config");
  writeFileSync(path, text);
  const args = ["-G", "-F", path, ...(user === undefined ? [] : ["-l", user]), name];
  const { stdout, status } = spawnSync("ssh", args, { encoding: "utf8" });
  if (status !== 0) return undefined;
  const pairs = stdout.split("\n").map((line) => /^(\S+) (.*)$/.exec(line) ?? []);
  const all = (keyword: string) => pairs.flatMap(([, key, value]) => (key === keyword ? [value] : []));
  return {
    hostName: all("hostname")[0],
    user: all("user")[0],
    port: all("port")[0],
    alias: all("hostkeyalias")[0],
    only: all("identitiesonly")[0],
    keys: all("identityfile").filter((file) => file?.startsWith("/k")),
    jump: all("proxyjump")[0],
    command: all("proxycommand")[0],
  };
}

async function drover(text: string, name: string, user: string | undefined) {
  const sources = { home: folder, readFile: async () => text, listFolder: async () => [] };
  const found = lookUpSsh(await readSshConfig("/config", sources), name, { home: folder, user, localUser: me });
  expect(found.undecided.size, text).toBe(0);
  return {
    hostName: found.hostName ?? name,
    user: user ?? found.user ?? me,
    port: String(found.port ?? 22),
    alias: found.hostKeyAlias,
    only: found.identitiesOnly ? "yes" : "no",
    keys: found.identityFiles,
    jump: found.proxyJump,
    command: found.proxyCommand,
  };
}

const names = ["a", "b", "a.lan", "b.lan", "*", "!b", "!a.lan", "?", "*.lan", "A"];
const users = ["ada", "bob", "*", "!bob", "B*", me];
const lines = [
  ..."HostName %h.lan|HostName b|HostName %%h|User ada|User bob|HostKeyAlias x|HostKeyAlias y|IdentitiesOnly yes".split(
    "|",
  ),
  ..."Port 1|Port 2|port=3|IdentityFile /k1|IdentityFile=/k2|ForwardAgent yes".split("|"),
  ..."ProxyJump j1|ProxyJump none|ProxyCommand none|ProxyCommand=nc x".split("|"),
  'ProxyCommand nc "%h" %p # x',
  'IdentityFile "/k 3"',
  "IdentityFile '/k 4'",
  "IdentityFile /k\\ 5",
  `IdentityFile /k"6 '"' "'x`,
  'IdentityFile "/k\\"7\\\\8"',
  `HostName b.l"a"n`,
  "User 'bob' # x",
];

/** A file of `Host` and `Match` blocks, as nobody would write one. */
function randomConfig(below: (limit: number) => number): string {
  const oneOf = (words: readonly string[]) => words[below(words.length)] ?? "";
  const some = (words: readonly string[], glue: string) =>
    Array.from({ length: 1 + below(3) }, () => oneOf(words)).join(glue);
  const criterion = () => {
    const negation = below(4) === 0 ? "!" : "";
    const kind = below(5);
    if (kind === 0) return `${negation}${oneOf(["final", "canonical"])}`;
    if (kind < 3) return `${negation}${oneOf(["host", "originalhost"])}${oneOf([" ", "="])}${some(names, ",")}`;
    return `${negation}${oneOf(["user", "localuser"])} ${some(users, ",")}`;
  };
  const head = () => {
    if (below(2) === 0) return `Host ${some(names, " ")}`;
    if (below(8) === 0) return "Match all";
    return `Match ${Array.from({ length: 1 + below(3) }, criterion).join(" ")}`;
  };
  const block = () => [head(), ...Array.from({ length: below(4) }, () => oneOf(lines))].join("\n  ");
  return `${Array.from({ length: 1 + below(6) }, block).join("\n")}\n`;
}

const hasSsh = spawnSync("ssh", ["-V"]).error === undefined;

describe.skipIf(!hasSsh)("what Drover reads in ssh_config", () => {
  it("is what `ssh -G` says, for any Host and Match blocks", async () => {
    const below = randomNumbers(20_260_101);
    let compared = 0;
    for (let round = 0; round < rounds(250); round += 1) {
      const [text, name, user] = [randomConfig(below), names[below(2)] ?? "a", below(3) === 0 ? "bob" : undefined];
      const theirs = openSsh(text, name, user);
      if (theirs === undefined) continue;
      expect(await drover(text, name, user), `${name} ${user}\n${text}`).toEqual(theirs);
      compared += 1;
    }
    // A file that OpenSSH refuses compares nothing: there must not be many.
    expect(compared).toBeGreaterThan(rounds(250) * 0.9);
  });
});
