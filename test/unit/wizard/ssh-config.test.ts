import { describe, expect, it } from "vitest";
import { readSshConfig } from "../../../src/inventory/ssh-config/read.ts";
import { hostsOfSshConfig } from "../../../src/wizard/hosts/ssh-config.ts";

const home = "/home/ada";
const missing = Object.assign(new Error("none"), { code: "ENOENT" });

async function machines(text: string, more: Readonly<Record<string, string>> = {}, lost: readonly string[] = []) {
  const files: Readonly<Record<string, string>> = { [`${home}/.ssh/config`]: text, ...more };
  const readFile = async (path: string) => files[path] ?? Promise.reject(missing);
  const config = await readSshConfig(`${home}/.ssh/config`, { home, readFile, listFolder: async () => [] });
  return hostsOfSshConfig(config, { home, isThere: (path) => !lost.includes(path) });
}

const config = `
# mine
Host gpu1 gpu1.lan
  HostName 10.0.0.7
  User = ada
  Port 2222
  IdentityFile "~/.ssh/lab key"
  User second-is-ignored
Host *.internal !bad
  User eve
Host plain
Match host gpu9
  User mallory
Host behind
  HostName 10.9.9.9
  ProxyJump gw
host templated
  hostname %h.example.com
`;

describe("an entry of ~/.ssh/config", () => {
  it("is a machine with its address, user, port and key; patterns and Match are none", async () => {
    const gpu = { address: "10.0.0.7", user: "ada", port: 2222, key: "~/.ssh/lab key" };
    expect(await machines(config)).toEqual([
      { ...gpu, name: "gpu1" },
      { ...gpu, name: "gpu1.lan" },
      { address: "plain", name: "plain" },
      { address: "behind", name: "behind" },
      { address: "templated.example.com", name: "templated" },
    ]);
  });

  // By its address nobody would find them again: the inventory looks blocks up by the address that it holds.
  it("takes what blocks with patterns say of its name, those above it first, as ssh does", async () => {
    const text =
      "Host *\n Port 2022\nHost gpu1\n HostName 10.0.0.7\n Port 22\nHost gpu*\n User ubuntu\n IdentityFile /farm\n";
    expect(await machines(text)).toEqual([
      { address: "10.0.0.7", name: "gpu1", user: "ubuntu", port: 2022, key: "/farm" },
    ]);
  });

  it("takes the first key that is there, as ssh passes over the others", async () => {
    const text = "Host a\n HostName a.lan\n IdentityFile ~/.ssh/gone\n IdentityFile ~/.ssh/here\n";
    expect(await machines(text, {}, [`${home}/.ssh/gone`])).toMatchObject([{ key: "~/.ssh/here" }]);
    expect(await machines(text, {}, [`${home}/.ssh/gone`, `${home}/.ssh/here`])).toEqual([
      { address: "a.lan", name: "a" },
    ]);
  });

  it("is found in an included file, too, and once where it has two blocks", async () => {
    const text = "Include farm\nHost a\n User late\n";
    expect(await machines(text, { [`${home}/.ssh/farm`]: "Host a b\n HostName %h.lan\n User early\n" })).toEqual([
      { address: "a.lan", name: "a", user: "early" },
      { address: "b.lan", name: "b", user: "early" },
    ]);
  });

  it("ends at a comment, which names no machines and is no part of an address", async () => {
    expect(await machines('Host a "b" # c d\n HostName 10.0.0.1 # the old one\n User ada # c\n')).toEqual([
      { address: "10.0.0.1", name: "a", user: "ada" },
      { address: "10.0.0.1", name: "b", user: "ada" },
    ]);
  });

  it.each([
    ["a ProxyCommand", "Host a\n HostName 10.0.0.1\n ProxyCommand nc -X 5 %h %p\n"],
    ["a jump host of its pattern", "Host a\n HostName 10.0.0.1\nHost *\n ProxyJump gw\n"],
    ["a host key under another name", "Host a\n HostName 10.0.0.1\n HostKeyAlias farm\n"],
    ["what a program decides", "Host a\n HostName 10.0.0.1\nMatch exec true\n User eve\n"],
  ])("with %s keeps its own name as address, by which the rest is found again", async (_, text) => {
    expect(await machines(text)).toEqual([{ address: "a", name: "a" }]);
  });

  it("without any way through others says so with none", async () => {
    const text = "Host a\n HostName 10.0.0.1\n ProxyJump none\nHost *\n ProxyJump gw\n";
    expect(await machines(text)).toEqual([{ address: "10.0.0.1", name: "a" }]);
  });

  it("of garbage names no machine; a port that is none is left out", async () => {
    expect(await machines("\0\0Host\nHost\n  Port x\nHost -oProxyCommand=x\nHost a;id $(id) ../b\n")).toEqual([]);
    for (const port of ["0", "65536", "999999", "22.5", "-1"])
      expect(await machines(`Host a\n Port ${port}\n`)).toEqual([{ address: "a", name: "a" }]);
  });
});
