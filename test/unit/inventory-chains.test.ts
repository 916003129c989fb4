import { describe, expect, it } from "vitest";
import { DroverError } from "../../src/core/errors.ts";
import { findSecrets } from "../../src/inventory/find-secrets.ts";
import { reach } from "../../src/inventory/hosts/reach.ts";
import { readFiles } from "../../src/inventory/read-files.ts";
import { readSshConfig } from "../../src/inventory/ssh-config/read.ts";

const enoent = (path: string) => Promise.reject(Object.assign(new Error(path), { code: "ENOENT" }));

describe("jump hosts behind jump hosts", () => {
  const way = async (text: string) => {
    const sources = { home: "/h", readFile: async () => text, listFolder: async () => [] };
    return reach(
      { address: "x", user: "u" },
      { config: await readSshConfig("/c", sources), home: "/h", localUser: "me" },
    );
  };
  const chain = (count: number) =>
    `Host x\n ProxyJump h1\n${Array.from({ length: count - 1 }, (_, at) => `Host h${at + 1}\n ProxyJump h${at + 2}\n`).join("")}`;

  it("may be eight and not nine, each behind the next", async () => {
    const eight = await way(chain(8));
    expect([eight.problem, eight.jump.map(({ alias }) => alias)]).toEqual([
      undefined,
      ["h8", "h7", "h6", "h5", "h4", "h3", "h2", "h1"],
    ]);
    expect((await way(chain(9))).problem).toBe("is behind more than 8 jump hosts, or they go in a circle");
  });

  it.each([
    ["Host x\n Port 65535", undefined],
    ["Host x\n Port 1", undefined],
    ["Host x\n Port 65536", "is reached by the port 65536 of ~/.ssh/config, and ports end at 65535"],
    ["Host x\n Port 0", "is reached by the port 0 of ~/.ssh/config, and ports end at 65535"],
    // What is wrong with a hop keeps the host from being reached.
    [
      "Host x\n ProxyJump gw\nHost gw\n Port 65536",
      "is reached by the port 65536 of ~/.ssh/config, and ports end at 65535",
    ],
    ["Host x\n ProxyJump gw:65535", undefined],
  ])("are reached by ports that there are: %j", async (text, problem) => {
    expect((await way(text)).problem).toBe(problem);
  });

  it("log in as who they name, else as the operator, and none as the host's user of ~/.ssh/config", async () => {
    const text = "Host x\n ProxyJump a@g1,g2,g3\n User root\nHost g3\n User third\n";
    expect((await way(text)).jump.map(({ user }) => user)).toEqual(["a", "me", "third"]);
  });

  it("fill the tokens of a ProxyCommand with the user that will log in", async () => {
    const sources = { home: "/h", readFile: async () => "ProxyCommand nc %r %h", listFolder: async () => [] };
    const config = await readSshConfig("/c", sources);
    const problem = (user?: string) =>
      reach({ address: "x", user }, { config, home: "/h", localUser: undefined }).problem;
    expect([problem("u"), problem()]).toEqual([undefined, undefined]);
    expect(problem("a b")).toBe('is reached by a ProxyCommand that would put "a b" for %r into a shell\'s line');
  });
});

describe("files that extend each other", () => {
  const load = (count: number) =>
    readFiles({
      path: "/i/f0.yaml",
      home: "/h",
      readFile: async (path) => {
        const number = Number(/f(\d+)/.exec(path)?.[1]);
        return number < count
          ? `extends: f${number + 1}.yaml\nk${number}: 1\n`
          : number === count
            ? `k${number}: 1\n`
            : enoent(path);
      },
    });

  it("may be eight and not nine below the first", async () => {
    const eight = await load(8);
    expect(eight.mistakes).toEqual([]);
    expect(Object.keys(eight.value as object).filter((key) => key.startsWith("k"))).toHaveLength(9);
    expect((await load(9)).mistakes).toMatchObject([
      { path: ["extends"], message: "more than 8 files extend each other", spot: { file: { name: "f8.yaml" } } },
    ]);
  });

  it("are each read once, however often they are named", async () => {
    const read: string[] = [];
    const texts: Readonly<Record<string, string>> = {
      "/i/main.yaml": "extends: [a.yaml, ../i/b.yaml, /i/c.yaml]\n",
      "/i/a.yaml": "extends: c.yaml\na: 1\n",
      "/i/b.yaml": "extends: ./c.yaml\nb: 1\n",
      "/i/c.yaml": "c: 1\n",
    };
    const readFile = async (path: string) => {
      read.push(path);
      return texts[path] ?? enoent(path);
    };
    const { value } = await readFiles({ path: "/i/main.yaml", home: "/h", readFile });
    expect(read).toEqual(["/i/main.yaml", "/i/a.yaml", "/i/c.yaml", "/i/b.yaml"]);
    expect(value).toMatchObject({ a: 1, b: 1, c: 1 });
  });

  it.each([
    ["ENOENT", "there is no file /i/b.yaml"],
    ["ENOTDIR", "there is no file /i/b.yaml"],
    ["EACCES", "/i/b.yaml cannot be read (EACCES)"],
    [undefined, "/i/b.yaml cannot be read (unknown reason)"],
  ])("and cannot be read (%s) are told where they are named, and the others are read", async (code, message) => {
    const readFile = async (path: string) => {
      if (path === "/i/b.yaml") throw Object.assign(new Error("no"), code === undefined ? {} : { code });
      return path === "/i/main.yaml" ? "extends: [b.yaml, c.yaml]\n" : "c: 1\n";
    };
    const { value, mistakes } = await readFiles({ path: "/i/main.yaml", home: "/h", readFile });
    expect(mistakes).toMatchObject([{ path: ["extends", 0], message }]);
    expect(value).toMatchObject({ c: 1 });
  });
});

describe("secrets that are looked for", () => {
  const bases = { basesOf: () => ({ folder: "/i", home: "/h" }), locate: (path: readonly (string | number)[]) => path };
  const wanted = ["env:A", "file:b", "file:/i/b", "cmd:c"].map((text, at) => ({ text, at: ["hosts", at, "password"] }));

  it("are found once for each thing that they lead to, however it is written", async () => {
    const asked: string[] = [];
    const resolveSecret = async (reference: string) => `${asked.push(reference)} ${reference}`;
    const secretOf = await findSecrets(wanted, { ...bases, resolveSecret });
    expect(asked).toEqual(["env:A", "file:/i/b", "cmd:c"]);
    expect(wanted.map((one) => secretOf(one).reveal())).toEqual(["1 env:A", "2 file:/i/b", "2 file:/i/b", "3 cmd:c"]);
    expect(() => secretOf({ text: "env:B", at: ["ssh", "password"] })).toThrow(
      "nobody looked for the secret of ssh.password",
    );
  });

  it("and fail are told in the order of the inventory, whichever failed first, with the first one's remedy", async () => {
    const resolveSecret = async (reference: string) => {
      // The first to be asked for is the last to fail.
      for (let turn = 0; turn < (reference === "env:A" ? 20 : 1); turn += 1) await Promise.resolve();
      throw new DroverError("inventory/secret-unresolved", `no ${reference}`, { remedy: `Set ${reference}.` });
    };
    await expect(findSecrets(wanted, { ...bases, resolveSecret })).rejects.toMatchObject({
      code: "inventory/secret-unresolved",
      message: "a password of the inventory could not be found",
      remedy: "Set env:A.",
      details: ["hosts[0].password: no env:A", "hosts[1].password: no file:/i/b", "hosts[3].password: no cmd:c"],
    });
  });
});
