import { describe, expect, it } from "vitest";
import type { Cluster, Host } from "../../src/core/cluster.ts";
import { DroverError } from "../../src/core/errors.ts";
import { parseProxyJump } from "../../src/inventory/hosts/reach.ts";
import { loadInventory } from "../../src/inventory/load.ts";
import { lookUpSsh } from "../../src/inventory/ssh-config/look-up.ts";
import { parseSshConfig } from "../../src/inventory/ssh-config/parse.ts";
import { matchesPatterns } from "../../src/inventory/ssh-config/patterns.ts";
import { readSshConfig } from "../../src/inventory/ssh-config/read.ts";

type Files = Readonly<Record<string, string>>;
const missing = () => Promise.reject(Object.assign(new Error("none"), { code: "ENOENT" }));
const sources = (files: Files) => ({
  home: "/home/ada",
  readFile: async (path: string) => files[path] ?? missing(),
  listFolder: async (folder: string) =>
    Object.keys(files).flatMap((path) => (path.startsWith(`${folder}/`) ? [path.slice(folder.length + 1)] : [])),
});

async function settings(text: string, name: string, files: Files = {}) {
  const config = await readSshConfig("/home/ada/.ssh/config", sources({ "/home/ada/.ssh/config": text, ...files }));
  return lookUpSsh(config, name, { home: "/home/ada" });
}

describe("a line of ssh_config", () => {
  it.each([
    ["Port 22", ["port", ["22"], "22"]],
    ["\tport=22", ["port", ["22"], "22"]],
    ["PORT = 22 # mine", ["port", ["22"], "22 # mine"]],
    ['IdentityFile "/my keys/id"', ["identityfile", ["/my keys/id"], '"/my keys/id"']],
    ["Host a b\tc  ", ["host", ["a", "b", "c"], "a b\tc"]],
    ['Host "a \\"b"', ["host", ['a "b'], '"a \\"b"']],
    ["HostName a#b", ["hostname", ["a#b"], "a#b"]],
    ['ProxyCommand nc "%h" %p # x', ["proxycommand", ["nc", "%h", "%p"], 'nc "%h" %p # x']],
  ])("%j is a keyword and words", (line, [keyword, words, rest]) => {
    expect(parseSshConfig(line)).toEqual([{ keyword, words, rest, line: 1 }]);
  });

  it.each(["", "   ", "# Host a", "Port", "Port ", "=", '"', "Host #x"])("%j says nothing", (line) => {
    expect(parseSshConfig(line)).toEqual([]);
  });
});

describe("patterns of Host", () => {
  it.each([
    [["*"], "x", true],
    [["gpu-*"], "gpu-1", true],
    [["gpu-*"], "cpu-1", false],
    [["GPU-?"], "gpu-1", true],
    [["gpu-?"], "gpu-10", false],
    [["*", "!gpu-2"], "gpu-2", false],
    [["*", "!gpu-2"], "gpu-1", true],
    [["!gpu-2"], "gpu-1", false],
    [["a.b"], "axb", false],
    [["10.0.0.*"], "10.0.0.7", true],
    [[], "x", false],
  ])("%j fit %s: %s", (patterns, name, fits) => {
    expect(matchesPatterns(patterns, name)).toBe(fits);
  });

  it("of many stars come to an end", () => {
    expect(matchesPatterns([`${"*".repeat(200)}x`], "a".repeat(200))).toBe(false);
  });
});

describe("~/.ssh/config", () => {
  const text = `
User first
Host gpu-*
  HostName %h.lan
  Port 2222
  IdentityFile ~/.ssh/%n
  IdentityFile /keys/%r@%h:%p
  ProxyJump ops@bastion:2200,inner
  User second
Host *
  Port 99
  IdentityFile ~/.ssh/all
  IdentitiesOnly yes
  UserKnownHostsFile ~/.ssh/known /etc/known
  HostKeyAlias farm
  IdentityAgent ~/agent.sock
`;

  it("gives the first value of each keyword, and all identity files", async () => {
    expect(await settings(text, "gpu-1")).toMatchObject({
      hostName: "gpu-1.lan",
      user: "first",
      port: 2222,
      identityFiles: ["/home/ada/.ssh/gpu-1", "/keys/first@gpu-1.lan:2222", "/home/ada/.ssh/all"],
      identitiesOnly: true,
      identityAgent: "/home/ada/agent.sock",
      proxyJump: "ops@bastion:2200,inner",
      knownHostsFiles: ["/home/ada/.ssh/known", "/etc/known"],
      hostKeyAlias: "farm",
      proxyCommand: undefined,
    });
    expect(await settings(text, "other")).toMatchObject({ hostName: undefined, port: 99, proxyJump: undefined });
  });

  it("says nothing where it says nothing", async () => {
    expect(await settings("Host a\n  Port 1\n", "b")).toEqual({
      hostName: undefined,
      user: undefined,
      port: undefined,
      identityFiles: [],
      identitiesOnly: false,
      identityAgent: undefined,
      proxyJump: undefined,
      knownHostsFiles: undefined,
      hostKeyAlias: undefined,
      proxyCommand: undefined,
      undecided: new Map(),
    });
  });

  it.each([
    "IdentityFile none",
    "IdentityAgent SSH_AUTH_SOCK",
    "IdentityAgent $SOCK",
    "ProxyJump none",
    "ProxyCommand none",
    "Port x",
    "Port",
  ])("%s sets nothing", async (line) => {
    expect(await settings(line, "a")).toEqual(await settings("", "a"));
  });

  it("takes ProxyJump or ProxyCommand, whichever comes first", async () => {
    const command = "ProxyCommand ssh -W %h:%p b\n";
    expect(await settings(`ProxyJump b\n${command}`, "a")).toMatchObject({ proxyJump: "b", proxyCommand: undefined });
    expect(await settings(`${command}ProxyJump b\n`, "a")).toMatchObject({
      proxyJump: undefined,
      proxyCommand: "ssh -W %h:%p b",
    });
  });

  it("follows includes: ~, names relative to ~/.ssh, stars in order, and passes over what is not there", async () => {
    const files = {
      "/home/ada/.ssh/conf.d/b.conf": "Port 2\n",
      "/home/ada/.ssh/conf.d/a.conf": "User a\n",
      "/home/ada/.ssh/conf.d/.hidden.conf": "Port 1\n",
      "/home/ada/.ssh/conf.d/x.txt": "Port 9\n",
      "/etc/more": "HostName more\n",
    };
    const config = "Include conf.d/*.conf none ~/none\nInclude /etc/more\n";
    expect(await settings(config, "x", files)).toMatchObject({ user: "a", port: 2, hostName: "more" });
  });

  it("counts an include only for the hosts around it", async () => {
    const files = { "/home/ada/.ssh/gpu": "Port 7\nHost gpu-2\n  User two\n" };
    const config = "Host gpu-*\n  Include gpu\nHost *\n  User all\n";
    expect(await settings(config, "gpu-2", files)).toMatchObject({ port: 7, user: "two" });
    expect(await settings(config, "gpu-1", files)).toMatchObject({ port: 7, user: "all" });
    expect(await settings(config, "other", files)).toMatchObject({ port: undefined, user: "all" });
  });

  it("that includes itself is cut, and so is a huge one", async () => {
    await expect(settings("Include config\n", "a")).rejects.toThrow("included more than 16 deep");
    await expect(settings(`# ${"x".repeat(1024 * 1024)}\n`, "a")).rejects.toThrow("larger than 1 MiB");
  });
});

describe("ProxyJump", () => {
  it.each([
    ["b", [{ address: "b" }]],
    ["ada@b:2222", [{ address: "b", user: "ada", port: 2222 }]],
    ["a,b@c", [{ address: "a" }, { address: "c", user: "b" }]],
    ["ssh://ada@b:22/", [{ address: "b", user: "ada", port: 22 }]],
    ["[fd00::1]:22", [{ address: "fd00::1", port: 22 }]],
  ])("%s is hops", (text, hops) => {
    expect(parseProxyJump(text)).toEqual(hops.map((hop) => ({ user: undefined, port: undefined, ...hop })));
  });

  it.each(["", "a,,b", "a b", "a:x", "@b"])("%j is none", (text) => {
    expect(parseProxyJump(text)).toBeUndefined();
  });
});

describe("an inventory's hosts", () => {
  const base = {
    version: 1,
    cluster: { name: "c" },
    hosts: [{ name: "gpu-1", roles: ["controlplane", "etcd", "worker"] }],
  };

  function load(inventory: object, config: string, more: Files = {}, there: readonly string[] = []): Promise<Cluster> {
    const files = { "/i/inventory.yaml": JSON.stringify(inventory), "/home/ada/.ssh/config": config, ...more };
    return loadInventory({
      ...sources(files),
      path: "/i/inventory.yaml",
      localUser: "ada",
      isThere: (path) => there.includes(path),
      resolveSecret: async (reference) => `secret of ${reference}`,
    });
  }

  const hostOf = async (...given: Parameters<typeof load>): Promise<Host | undefined> =>
    (await load(...given)).hosts[0];
  const mistakes = async (...given: Parameters<typeof load>) => {
    const thrown: unknown = await load(...given).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (thrown instanceof DroverError) return thrown.details;
    throw new Error("it did not fail as it should", { cause: thrown });
  };

  it("get what the inventory does not say, RKE's key and address included", async () => {
    const config =
      "Host gpu-1\n HostName 10.0.0.1\n User root\n Port 2222\n IdentityFile /none\n IdentityFile /id\n IdentityFile /id2\n";
    expect(await hostOf(base, config, {}, ["/id", "/id2"])).toMatchObject({
      name: "gpu-1",
      address: "10.0.0.1",
      user: "root",
      port: 2222,
      keyPath: "/id",
      login: { moreKeys: ["/id2"] },
    });
  });

  it("keep what the inventory says, for all, for a group or for themselves", async () => {
    const config = "Host gpu-1\n User root\n Port 2222\n IdentityFile /id\n ProxyJump b\n";
    const given = { ...base, ssh: { user: "ubuntu", port: 22, key: "k", jump: [] } };
    expect(await hostOf(given, config, {}, ["/id"])).toMatchObject({
      user: "ubuntu",
      port: 22,
      keyPath: "/i/k",
      jump: [],
    });
    const grouped = {
      ...base,
      groups: { g: { user: "g", port: 1, key: "gk" } },
      hosts: [{ ...base.hosts[0], groups: ["g"] }],
    };
    expect(await hostOf(grouped, config)).toMatchObject({ user: "g", port: 1, keyPath: "/i/gk" });
  });

  it("are left alone with `config: none`, and read another file if one is named", async () => {
    const config = "Host *\n User root\n";
    expect(await mistakes({ ...base, ssh: { config: "none" } }, config)).toEqual([
      expect.stringContaining("ssh.user: is missing, and so is the user of gpu-1"),
    ]);
    expect(
      await hostOf({ ...base, ssh: { config: "my.conf" } }, config, { "/i/my.conf": "User mine\n" }),
    ).toMatchObject({
      user: "mine",
    });
    expect(await mistakes({ ...base, ssh: { config: "none.conf", user: "u" } }, config)).toEqual([
      "inventory.yaml:1:112 ssh.config: there is no file /i/none.conf",
    ]);
  });

  it("are reached over the hops of ProxyJump, each looked up by its own name, with its own hops before it", async () => {
    const config = `Host gpu-*
  ProxyJump inner
  User ubuntu
Host inner
  HostName 10.9.9.9
  ProxyJump eve@outer:2200
Host outer
  HostName outer.example.com
  IdentityFile /outer
`;
    const host = await hostOf(base, config, {}, ["/outer"]);
    expect(host?.jump).toMatchObject([
      { name: "outer", address: "outer.example.com", user: "eve", port: 2200, keyPath: "/outer" },
      // Nobody says who logs in there: OpenSSH takes the operator's name.
      { name: "inner", address: "10.9.9.9", user: "ada", port: 22 },
    ]);
  });

  it("are reached over the inventory's own hops, which share the host's user and key", async () => {
    const jump = [
      { address: "b1", user: "ops", key: "~/b1", hostKey: undefined, password: "env:B1" },
      { address: "b2" },
    ];
    const host = await hostOf({ ...base, ssh: { user: "ubuntu", key: "/k", jump } }, "Host b2\n HostName b2.lan\n");
    expect(host?.jump).toMatchObject([
      { name: "b1", address: "b1", user: "ops", keyPath: "/home/ada/b1", port: 22 },
      { name: "b2", address: "b2.lan", user: "ubuntu", keyPath: "/k" },
    ]);
    const password = host?.jump?.[0]?.login?.password;
    expect(typeof password === "object" && password.reveal()).toBe("secret of env:B1");
  });

  it.each([
    ["ProxyCommand nc %h %q", /gpu-1 is reached by a ProxyCommand that has %q, and OpenSSH knows %%, %h, %k/],
    ["ProxyCommand nc %", /gpu-1 is reached by a ProxyCommand that has %, and OpenSSH knows/],
    [
      "ProxyCommand nc %k\n HostKeyAlias $(id)",
      /gpu-1 is reached by a ProxyCommand that would put "\$\(id\)" for %k into a shell's line/,
    ],
    [
      'Match exec "true"\n ProxyJump b',
      /gpu-1 hangs on a Match in \/home\/ada\/\.ssh\/config:2 that Drover does not judge .*; say here what it decides/,
    ],
    ["ProxyJump a,,b", /gpu-1 is reached by a ProxyJump that makes no sense: a,,b/],
    ["ProxyJump gpu-1", /gpu-1 is behind more than 8 jump hosts, or they go in a circle/],
  ])("that cannot be reached are mistakes: %s", async (line, message) => {
    expect(await mistakes({ ...base, ssh: { user: "u" } }, line)).toEqual([expect.stringMatching(message)]);
    // The inventory's own way makes the other one irrelevant.
    expect(await hostOf({ ...base, ssh: { user: "u", jump: [] } }, line)).toMatchObject({ jump: [] });
  });

  it("are reached by a ProxyCommand, its tokens filled in with what the inventory decides", async () => {
    const config = 'Host gpu-1\n HostName 10.0.0.1\n Port 2222\n ProxyCommand nc -X 5 "%h" %p %% %n %k %r # mine\n';
    const given = { ...base, ssh: { user: "ubuntu" } };
    expect((await hostOf(given, config))?.proxyCommand).toBe('nc -X 5 "10.0.0.1" 2222 % gpu-1 gpu-1 ubuntu # mine');
    const own = { ...base, hosts: [{ ...base.hosts[0], user: "root", port: 9 }] };
    expect((await hostOf(own, `${config} HostKeyAlias farm\n`))?.proxyCommand).toContain("9 % gpu-1 farm root");
  });

  it("have jump hosts that are reached by a ProxyCommand, of which only the first needs one", async () => {
    const config =
      "Host gpu-1\n ProxyJump outer,inner\nHost outer inner\n ProxyCommand connect %h\nHost *\n User ada\n";
    const host = await hostOf(base, config);
    expect(host?.proxyCommand).toBeUndefined();
    expect(host?.jump?.map(({ name, proxyCommand }) => [name, proxyCommand])).toEqual([
      ["outer", "connect outer"],
      ["inner", undefined],
    ]);
  });

  it.each(["ssh -W %h:%p ops@bastion", "ssh bastion -W %h:%p", "ssh -q -W [%h]:%p bastion", 'ssh -W "%h:%p" bastion'])(
    "have a jump host where the ProxyCommand is the old way to say so: %s",
    async (command) => {
      const host = await hostOf(base, `Host gpu-1\n ProxyCommand ${command}\nHost *\n User ada\n`);
      expect(host?.proxyCommand).toBeUndefined();
      expect(host?.jump).toMatchObject([{ name: "bastion", address: "bastion" }]);
    },
  );

  it.each([
    "ssh -W %h:22 bastion",
    "ssh -F other -W %h:%p bastion",
    "ssh -W %h:%p bastion; id",
    "ssh -W %h:%p $(id)",
    "ssh bastion nc %h %p",
    "ssh -W %h:%p",
    "sshpass ssh -W %h:%p bastion",
    "exec -W",
    "ssh -W",
  ])("are reached by anything else as it stands: %s", async (command) => {
    const host = await hostOf({ ...base, ssh: { user: "u" } }, `ProxyCommand ${command}\n`);
    expect(host?.proxyCommand).toBe(command.replace("%h", "gpu-1").replace("%p", "22"));
    expect(host?.jump).toEqual([]);
  });

  it("do not hang on a Match that Drover does not judge where the inventory says what it would decide", async () => {
    const config = 'Match exec "true"\n User x\n Port 9\n ProxyJump b\n ProxyCommand c\n IdentityFile /x\n';
    const said = { ...base, ssh: { user: "u", port: 22, jump: [], key: "/k" } };
    expect(await hostOf(said, config)).toMatchObject({ user: "u", port: 22, jump: [], keyPath: "/k" });
    for (const key of ["user", "port", "jump", "key"]) {
      const { [key]: _, ...rest } = said.ssh as Record<string, unknown>;
      const whole = { ...base, ssh: rest };
      expect(await mistakes(whole, config), key).toContainEqual(expect.stringContaining("hangs on a Match"));
    }
  });

  it("are held against each other by the addresses that they really have", async () => {
    const two = { ...base, ssh: { user: "u" }, hosts: [...base.hosts, { name: "gpu-2", roles: ["worker"] }] };
    expect(await mistakes(two, "Host gpu-*\n HostName 10.42.0.1\n")).toEqual([
      expect.stringContaining("hosts[0].address: 10.42.0.1 lies in rke.clusterCidr"),
      expect.stringContaining("hosts[1].address: 10.42.0.1 is also hosts[0].address"),
      expect.stringContaining("hosts[1].address: 10.42.0.1 lies in rke.clusterCidr"),
    ]);
  });

  it("share secrets: each is looked for once, and all that fail are told at once", async () => {
    const asked: string[] = [];
    const many = {
      ...base,
      ssh: { user: "u", password: "env:P", sudoPassword: "env:S", passphrase: "file:p" },
      hosts: [...base.hosts, { name: "w[1-9]", roles: ["worker"], sudoPassword: "cmd:x" }],
    };
    const loaded = loadInventory({
      ...sources({ "/i/inventory.yaml": JSON.stringify(many) }),
      path: "/i/inventory.yaml",
      resolveSecret: async (reference) => {
        asked.push(reference);
        if (reference !== "env:P") throw new DroverError("inventory/secret-unresolved", "none", { remedy: "Set it." });
        return "found";
      },
    });
    const thrown: unknown = await loaded.catch((reason: unknown) => reason);
    expect(thrown).toMatchObject({
      code: "inventory/secret-unresolved",
      details: ["ssh.passphrase: none", "ssh.sudoPassword: none", "hosts[1].sudoPassword: none"],
    });
    expect(asked.sort()).toEqual(["cmd:x", "env:P", "env:S", "file:/i/p"]);
  });

  it("never hold a secret in the clear, and mistakes do not repeat one", async () => {
    const cluster = await load({ ...base, ssh: { user: "u", password: "env:P", sudoPassword: "env:S" } }, "");
    expect(JSON.stringify(cluster)).not.toContain("secret of");
    const lines = await mistakes(
      { ...base, ssh: { user: "u", password: "hunter2", sudoPassword: "hunter2", passphrase: 1 } },
      "",
    );
    expect(lines).toHaveLength(3);
    expect(lines.join()).toContain("ask, env:NAME, file:PATH or cmd:COMMAND");
    expect(lines.join()).not.toContain("hunter2");
  });
});
