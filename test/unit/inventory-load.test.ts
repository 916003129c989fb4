import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Cluster } from "../../src/core/cluster.ts";
import { DroverError } from "../../src/core/errors.ts";
import { loadInventory } from "../../src/inventory/load.ts";
import { createSecretResolver } from "../../src/inventory/secrets.ts";
import { testFolder } from "../test-folder.ts";
import { host, minimal } from "./inventory-support.ts";

const folder = testFolder("inventory");

const read = (path: string) => readFile(path, "utf8");
const noShell = async () => {
  throw new Error("no command was expected");
};
const resolveSecret = createSecretResolver({ env: { ONE: "first", TWO: "second" }, readFile: read, run: noShell });

function load(path: string, readInventory = read): Promise<Cluster> {
  return loadInventory({ path, readFile: readInventory, home: "/home/me", resolveSecret });
}

/** Loads this inventory from a file in the folder. */
async function loaded(inventory: unknown): Promise<Cluster> {
  const path = join(folder, "inventory.yaml");
  await writeFile(path, JSON.stringify(inventory));
  return load(path);
}

async function failure(promise: Promise<unknown>): Promise<DroverError> {
  const thrown: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (thrown instanceof DroverError) return thrown;
  throw new Error("no DroverError", { cause: thrown });
}

describe("a loaded inventory", () => {
  it("is a cluster with every key there", async () => {
    const cluster = await loaded(minimal);
    expect(cluster.name).toBe("sample");
    expect(cluster.hosts).toEqual([
      {
        ...host,
        internalAddress: undefined,
        port: 22,
        user: "ubuntu",
        keyPath: undefined,
        hostKey: undefined,
        gpu: false,
        labels: {},
        taints: [],
        jump: [],
        sudoPassword: "ask",
        login: { passphrase: "ask", moreKeys: [], identitiesOnly: false, timeoutSeconds: 10, keepAliveSeconds: 5 },
      },
    ]);
    expect(cluster.docker).toStrictEqual({
      source: "docker-ce",
      version: undefined,
      repository: undefined,
      daemon: {},
      dataRoot: undefined,
      moveData: false,
    });
    expect(Object.values(cluster.addons).every((addon) => addon === undefined)).toBe(true);
    expect(cluster.rke.extraArgs).toStrictEqual({});
    expect(Object.keys(cluster).sort()).toEqual([
      "addons",
      "dns",
      "docker",
      "downloads",
      "engine",
      "extraHosts",
      "firewall",
      "gpu",
      "hosts",
      "kernel",
      "name",
      "proxy",
      "registries",
      "rke",
      "time",
      "tools",
      "upgrades",
    ]);
  });

  it("gives hosts the defaults under ssh, unless they have their own", async () => {
    const { hosts } = await loaded({
      ...minimal,
      ssh: { user: "ubuntu", port: 2200, key: "~/.ssh/all" },
      hosts: [host, { name: "h2", address: "h2", roles: ["worker"], user: "root", port: 22, key: "keys/own" }],
    });
    expect(hosts.map(({ user, port, keyPath }) => [user, port, keyPath])).toEqual([
      ["ubuntu", 2200, "/home/me/.ssh/all"],
      ["root", 22, `${folder}/keys/own`],
    ]);
  });

  it("leaves the key open for the agent when none is named", async () => {
    expect((await loaded(minimal)).hosts[0]?.keyPath).toBeUndefined();
  });

  it("takes the comment off a pinned key", async () => {
    const key = Buffer.concat([Buffer.from([0, 0, 0, 7]), Buffer.from("ssh-rsa"), Buffer.alloc(8)]).toString("base64");
    const { hosts } = await loaded({ ...minimal, hosts: [{ ...host, hostKey: `ssh-rsa  ${key} root@h1` }] });
    expect(hosts[0]?.hostKey).toBe(`ssh-rsa ${key}`);
  });

  it("has only the services that have flags", async () => {
    const { rke } = await loaded({ ...minimal, rke: { extraArgs: { "kube-api": { v: 2 } } } });
    expect(rke.extraArgs).toStrictEqual({ "kube-api": { v: "2" } });
  });
});

describe("paths", () => {
  it.each([
    ["rke", "rke"],
    ["./rke", "FOLDER/rke"],
    ["bin/rke", "FOLDER/bin/rke"],
    ["../rke", "PARENT/rke"],
    ["/opt/rke", "/opt/rke"],
    ["~/bin/rke", "/home/me/bin/rke"],
  ])("of a tool: %s is %s", async (rke, expected) => {
    const { tools } = await loaded({ ...minimal, tools: { rke } });
    expect(tools.rke).toBe(expected.replace("FOLDER", folder).replace("PARENT", join(folder, "..")));
    expect(tools.helm).toBe("helm");
  });

  it("of a tool is the operator's own: only what is not named may be downloaded", async () => {
    const of = async (tools: object) => (await loaded({ ...minimal, tools })).downloads;
    expect(await of({})).toEqual({ rke: "fitting", kubectl: "fitting", helm: "fitting" });
    expect(await of({ rke: "rke", helm: "/opt/helm" })).toEqual({ kubectl: "fitting" });
    expect(await of({ rke: { version: "v1.8.4" }, kubectl: {}, helm: "h" })).toEqual({
      rke: "v1.8.4",
      kubectl: "fitting",
    });
  });

  it.each([
    ["https://charts.example.com", "https://charts.example.com"],
    ["oci://quay.example.com/charts/x", "oci://quay.example.com/charts/x"],
    ["./charts/x", "FOLDER/charts/x"],
    ["/charts/x", "/charts/x"],
    ["~/charts/x", "/home/me/charts/x"],
  ])("of a chart: %s is %s", async (chart, expected) => {
    const { addons } = await loaded({ ...minimal, addons: { certManager: { chart } } });
    expect(addons.certManager?.chart).toBe(expected.replace("FOLDER", folder));
  });
});

describe("passwords", () => {
  it("are found for each registry in its place", async () => {
    await writeFile(join(folder, "password"), "third\n");
    const { registries } = await loaded({
      ...minimal,
      registries: [
        { url: "a", user: "u", password: "env:TWO" },
        { url: "b" },
        { url: "c", user: "u", password: "file:password" },
        { url: "d", user: "u", password: "env:ONE", insecure: true, default: true },
      ],
    });
    expect(registries.map(({ password }) => password)).toEqual(["second", undefined, "third", "first"]);
    expect(registries[3]).toEqual({ url: "d", user: "u", password: "first", insecure: true, default: true });
    expect(registries[1]).toStrictEqual({
      url: "b",
      user: undefined,
      password: undefined,
      insecure: false,
      default: false,
    });
  });

  it("that cannot be found are all told at once, each with its place", async () => {
    const registries = ["env:NO", "env:ONE", "file:none", "cmd:echo"].map((password, n) => ({
      url: `r${n}`,
      user: "u",
      password,
    }));
    const error = await failure(loaded({ ...minimal, registries }));
    expect(error.code).toBe("inventory/secret-unresolved");
    expect(error.details).toEqual([
      "registries[0].password: the variable NO is not set",
      `registries[2].password: the file ${folder}/none cannot be read`,
      "registries[3].password: its command failed",
    ]);
  });

  it("are not looked for in an inventory with mistakes", async () => {
    const asked: string[] = [];
    const path = join(folder, "bad.yaml");
    await writeFile(
      path,
      JSON.stringify({ ...minimal, hosts: [], registries: [{ url: "a", user: "u", password: "env:ONE" }] }),
    );
    const ask = async (reference: string) => {
      asked.push(reference);
      return "";
    };
    const error = await failure(loadInventory({ path, readFile: read, home: "/", resolveSecret: ask }));
    expect([error.code, asked]).toEqual(["inventory/invalid", []]);
  });
});

describe("a file that cannot be read", () => {
  it("is not there", async () => {
    const error = await failure(load(join(folder, "none.yaml")));
    expect(error.code).toBe("inventory/not-found");
    expect(error.message).toContain(join(folder, "none.yaml"));
    expect(error.remedy).toContain("inventory.example.yaml");
  });

  it("lies in something that is no folder", async () => {
    await writeFile(join(folder, "file"), "");
    expect((await failure(load(join(folder, "file", "i.yaml")))).code).toBe("inventory/not-found");
  });

  it("is a folder", async () => {
    await mkdir(join(folder, "dir.yaml"));
    const error = await failure(load(join(folder, "dir.yaml")));
    expect([error.code, error.message]).toEqual(["inventory/unreadable", `${folder}/dir.yaml is a folder`]);
  });

  // A double for readFile: root, who runs these tests in CI, may read everything.
  it.each(["EACCES", "EPERM"])("is not for this user (%s)", async (code) => {
    const error = await failure(load("/i.yaml", () => Promise.reject(Object.assign(new Error(code), { code }))));
    expect([error.code, error.message]).toEqual(["inventory/unreadable", "/i.yaml may not be read by you"]);
  });

  it("fails in some other way, which is named", async () => {
    const error = await failure(load("/i.yaml", () => Promise.reject(Object.assign(new Error("x"), { code: "EIO" }))));
    expect(error.message).toBe("/i.yaml cannot be read (EIO)");
    expect((await failure(load("/i.yaml", () => Promise.reject("no")))).message).toContain("unknown reason");
  });

  it("is named by its last part in mistakes", async () => {
    await writeFile(join(folder, "my.yaml"), "version: 2");
    const error = await failure(load(join(folder, "my.yaml")));
    expect(error.details[0]).toMatch(/^my\.yaml:1:1 /);
  });
});
