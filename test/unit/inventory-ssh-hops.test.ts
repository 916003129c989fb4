import { describe, expect, it } from "vitest";
import { noSshConfig, parseProxyJump, reach, type Said, type SshWorld } from "../../src/inventory/hosts/reach.ts";
import { lookUpSsh } from "../../src/inventory/ssh-config/look-up.ts";
import { parseSshConfig } from "../../src/inventory/ssh-config/parse.ts";
import { readSshConfig } from "../../src/inventory/ssh-config/read.ts";

const home = "/home/ada";

async function world(text: string): Promise<SshWorld> {
  const sources = { home, readFile: async () => text, listFolder: async () => [] };
  return { config: await readSshConfig("/c", sources), home, localUser: "ada" };
}

const way = async (text: string, said: Said = { address: "x.corp", user: "u" }) => reach(said, await world(text));
const names = async (text: string, said?: Said) => (await way(text, said)).jump.map(({ alias }) => alias);

describe("a chain of jump hosts", () => {
  // OpenSSH reaches each hop but the first by `-J` with those before it, so its own ProxyJump is passed over.
  it.each([
    ["Host *.corp !a.corp\n ProxyJump a.corp,b.corp\n", ["a.corp", "b.corp"]],
    ["Host *.corp !a.corp\n ProxyJump a.corp,b.corp,c.corp,d.corp\n", ["a.corp", "b.corp", "c.corp", "d.corp"]],
    ["Host x.corp\n ProxyJump a,b\nHost b\n ProxyJump far\n", ["a", "b"]],
    ["Host x.corp\n ProxyJump a,b\nHost a\n ProxyJump far,near\nHost near\n ProxyJump b\n", ["far", "near", "a", "b"]],
    ["Host x.corp\n ProxyJump a,b\nHost b\n ProxyCommand nc %q\n", ["a", "b"]],
    ['Host x.corp\n ProxyJump a,b\nMatch originalhost b exec "true"\n ProxyJump c\n', ["a", "b"]],
  ])("is what its first hop brings and what is listed: %j", async (text, wanted) => {
    const found = await way(text);
    expect(found.problem).toBeUndefined();
    expect(found.jump.map(({ alias }) => alias)).toEqual(wanted);
    expect(found.jump.every(({ jump }) => jump.length === 0)).toBe(true);
  });

  it("ends after eight, and is refused where its first hops go in a circle", async () => {
    const chain = (length: number) =>
      `Host x.corp\n ProxyJump h1\n${Array.from({ length }, (_, at) => `Host h${at + 1}\n ProxyJump h${at + 2}\n`).join("")}`;
    expect(await names(chain(7))).toEqual(["h8", "h7", "h6", "h5", "h4", "h3", "h2", "h1"]);
    expect((await way(chain(30))).problem).toMatch(/more than 8 jump hosts/);
    expect((await way("Host *\n ProxyJump a,b,c,d,e,f,g,h\n")).problem).toMatch(/they go in a circle/);
  });

  it("of the inventory's own leaves the file's aside, but for what brings the first", async () => {
    const said = { address: "x.corp", user: "u", jump: [{ address: "a" }, { address: "b" }] };
    const text = "Host x.corp\n ProxyJump z\nHost a\n ProxyJump far\nHost b\n ProxyJump c\n HostName 10.0.0.2\n";
    const found = await way(text, said);
    expect(found.jump.map(({ alias, address }) => `${alias} ${address}`)).toEqual(["far far", "a a", "b 10.0.0.2"]);
  });
});

describe("a port of ~/.ssh/config", () => {
  it.each(["Host x.corp\n Port 99999", "Host x.corp\n Port 0", "Host x.corp\n ProxyJump gw:70000"])(
    "that is none is told before anything is connected to: %j",
    async (text) => {
      expect((await way(text)).problem).toMatch(/is reached by the port (99999|0|70000) of ~\/\.ssh\/config, and/);
    },
  );

  it("counts for nothing where the inventory has one", async () => {
    const found = await way("Host x.corp\n Port 99999", { address: "x.corp", user: "u", port: 2222 });
    expect([found.problem, found.port]).toEqual([undefined, 2222]);
    expect(reach({ address: "x.corp" }, noSshConfig)).toMatchObject({ port: undefined, problem: undefined, jump: [] });
  });
});

describe("a ProxyJump", () => {
  it.each([
    ["ada@[2001:db8::1]:2222", { address: "2001:db8::1", user: "ada", port: 2222 }],
    ["ssh://ada@gw.lan:22/", { address: "gw.lan", user: "ada", port: 22 }],
    ["[gw]:22", { address: "gw", user: undefined, port: 22 }],
    ["  gw  ", { address: "gw", user: undefined, port: undefined }],
  ])("is a machine: %j", (text, wanted) => {
    expect(parseProxyJump(text)).toEqual([wanted]);
  });

  it.each([
    "",
    "a,,b",
    "a,",
    "@gw",
    "ada@",
    "a b",
    "gw:",
    "gw:123456",
    "2001:db8::1",
    "[gw",
    "[]",
    "[a b]",
    "https://gw",
    "a@b@c",
  ])("makes no sense: %j", (text) => {
    expect(parseProxyJump(text)).toBeUndefined();
  });
});

describe("a word of ssh_config", () => {
  // Each as `ssh -G` of OpenSSH 9.2 reads it.
  it.each([
    ["'~/.ssh/my key'", ["~/.ssh/my key"]],
    ["/k\\ 1", ["/k 1"]],
    ['x"y"z', ["xyz"]],
    [`/k"6 '"' "'x`, [`/k6 ' "x`]],
    [`"it's" 'say "no"'`, ["it's", 'say "no"']],
    ['"a\\"b\\\\" c\\d \\"e', ['a"b\\', "c\\d", '"e']],
    ["'a\\'b'", ["a'b"]],
    ['a#b "#c" #d "e', ["a#b", "#c"]],
    ["'' x", ["", "x"]],
    ["%h\\%p", ["%h\\%p"]],
  ])("%s is divided and unquoted as OpenSSH does it", (rest, words) => {
    expect(parseSshConfig(`Host ${rest}`)).toMatchObject([{ keyword: "host", words, rest }]);
  });

  it.each(["\\", '"\\', "'a", '"a\\"'])("of %j again and again takes no longer for its length", (piece) => {
    expect(parseSshConfig(`Host ${piece.repeat(50_000)}`).length).toBeLessThanOrEqual(1);
  });
});

describe("what stands for tokens in the path of a key", () => {
  const key = async (text: string, user?: string) => {
    const { config } = await world(`Host gpu1\n HostName 10.0.0.7\n Port 2200\n IdentityFile ${text}\n`);
    return lookUpSsh(config, "gpu1", { home, user, localUser: "ada" }).identityFiles[0];
  };
  it.each([
    ["%d/k", `${home}/k`],
    ["~/%h-%n-%p", `${home}/10.0.0.7-gpu1-2200`],
    ["/keys/%u/%r", "/keys/ada/ada"],
    ["/100%%", "/100%"],
    ["/k%C", "/k%C"],
  ])("%s is %s", async (text, wanted) => {
    expect(await key(text)).toBe(wanted);
  });

  it("is the user of the inventory, not of this machine", async () => {
    expect(await key("/keys/%u/%r", "root")).toBe("/keys/ada/root");
  });
});
