import { chmodSync, lstatSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseInventory } from "../../src/inventory/parse.ts";
import { changesBetween } from "../../src/inventory/write/changes.ts";
import { complaints } from "../../src/inventory/write/complaints.ts";
import { editInventory, plainInventory } from "../../src/inventory/write/edit.ts";
import { exampleComments } from "../../src/inventory/write/example-comments.ts";
import { renderInventory } from "../../src/inventory/write/render.ts";
import { saveInventory } from "../../src/inventory/write/save.ts";
import { testFolder } from "../test-folder.ts";
import { rounds } from "./support/thoroughness.ts";

const example = readFileSync(new URL("../../inventory.example.yaml", import.meta.url), "utf8");
const comments = exampleComments(example);
const folder = testFolder("write");

const small = {
  version: 1,
  cluster: { name: "prod" },
  ssh: { user: "ubuntu" },
  hosts: [{ name: "a", address: "10.0.0.1", roles: ["controlplane", "etcd", "worker"] }],
};

describe("the example's comments", () => {
  it("are found for every key that has one, also for settings that are switched off there", () => {
    expect(comments.get("cluster.name")).toContain("A DNS label");
    expect(comments.get("ssh.key")).toContain("A private key on this machine");
    expect(comments.get("hosts[].name")).toContain("becomes the hostname");
    expect(comments.get("hosts[].gpu")).toContain("NVIDIA");
    expect(comments.get("rke.network.interface")).toContain("several networks");
    expect(comments.has("hosts[].roles")).toBe(false);
  });
});

describe("a new inventory", () => {
  it("explains what was chosen, once, and says what it was given", () => {
    const value = { ...small, hosts: [...small.hosts, { name: "b", address: "10.0.0.2", roles: ["worker"] }] };
    const text = renderInventory(value, comments, ["Written by a test."]);
    expect(plainInventory(text)).toEqual(value);
    expect(text.match(/becomes the hostname/g)).toHaveLength(1);
    expect(text.startsWith("# Written by a test.\n\n# The version")).toBe(true);
    expect(text).not.toContain("registries");
    expect(() => parseInventory(text, "i.yaml")).not.toThrow();
  });

  it("keeps any text what it was: numbers that are texts, colons, hashes, line breaks, other scripts", () => {
    const labels = { a: "0644", b: "yes", c: "1.10", d: "a: b # c", e: "x\ny", f: "日本", g: "- no", h: "" };
    const text = renderInventory({ ...small, labels }, comments, []);
    expect(plainInventory(text)).toEqual({ ...small, labels });
  });
});

const own = `# ours
version: 1   # the format

cluster: {name: prod}
ssh:
    user: ubuntu     # who else
hosts:
  # the first one
  - {name: a, address: 10.0.0.1, roles: [controlplane, etcd, worker]}

  - name: "b"          # spare
    address: 10.0.0.2
    roles: [worker]

# the end
`;

describe("an inventory that is edited", () => {
  // biome-ignore lint/suspicious/noExplicitAny: the value of a file, into which tests reach
  const edit = (change: (value: any) => unknown, source = own): string => {
    const value = structuredClone(plainInventory(source));
    change(value);
    const text = editInventory(source, value, comments);
    expect(plainInventory(text)).toEqual(value);
    return text;
  };

  it("is the same text when nothing changes", () => {
    expect(editInventory(own, plainInventory(own), comments)).toBe(own);
  });

  it("changes one value and not a byte beside it", () => {
    expect(edit((value) => (value.ssh.user = "root"))).toBe(own.replace("user: ubuntu", "user: root"));
    expect(edit((value) => (value.hosts[0].roles = ["etcd"]))).toBe(
      own.replace("[controlplane, etcd, worker]", "[etcd]"),
    );
  });

  it("gets new keys and hosts in the style of what stands around them", () => {
    expect(edit((value) => (value.hosts[0].gpu = true))).toContain("roles: [controlplane, etcd, worker], gpu: true}");
    expect(edit((value) => (value.ssh.key = "~/k"))).toContain("    user: ubuntu     # who else\n    # A private");
    const grown = edit((value) => value.hosts.push({ name: "c", address: "10.0.0.3", roles: ["worker"] }));
    expect(grown).toContain(
      "    roles: [worker]\n\n  - name: c\n    address: 10.0.0.3\n    roles: [worker]\n\n# the end\n",
    );
  });

  it("gets a new part with the example's words, apart from the others", () => {
    const text = edit((value) => (value.rke = { network: { plugin: "flannel" } }));
    expect(text).toContain("roles: [worker]\n\n# The Kubernetes cluster.\nrke:\n  network:\n");
    expect(text.endsWith("# the end\n")).toBe(true);
  });

  it("loses a key with its line", () => {
    const text = edit((value) => delete value.hosts[1].roles);
    expect(text).toBe(own.replace("    roles: [worker]\n", ""));
  });

  it("loses a host, and the others keep their comments", () => {
    const text = edit((value) => value.hosts.shift());
    expect(text).toBe(own.replace(/ {2}- \{name: a.*\n\n/, ""));
  });

  it("works without a final newline, with CRLF, and on an empty value", () => {
    edit((value) => (value.rke = { ingress: "none" }), own.trimEnd());
    edit((value) => (value.ssh.user = "root"), own.replaceAll("\n", "\r\n"));
    edit((value) => (value.cluster = { name: "x" }), "version: 1\ncluster:\nhosts: []\n");
  });

  it("is refused where values are shared, instead of changing two for one", () => {
    const shared = "version: 1\na: &x { k: 1 }\nb: *x\n";
    expect(() => editInventory(shared, { version: 1, a: { k: 2 }, b: { k: 1 } }, comments)).toThrowError(
      expect.objectContaining({ code: "inventory/not-editable" }),
    );
  });

  it("says what it was told for hundreds of random changes", () => {
    const values = ["x", "0644", "a: b", "", 7, true, ["l"], { m: "n" }, { deep: { er: ["a", "b"] } }];
    for (let seed = 1; seed <= rounds(300); seed += 1) {
      const at = <T>(list: readonly T[], salt: number): T => list[(seed * 7919 + salt * 104729) % list.length] as T;
      edit((value) => {
        const target = at([value, value.ssh, value.cluster, value.hosts[0], value.hosts[1]], 1);
        target[at(["name", "user", "new", "x-y"], 2)] = structuredClone(at(values, 3));
        if (seed % 3 === 0) value.hosts.push({ name: `h${seed}`, address: at(["1.1.1.1", "b.c"], 4) });
        if (seed % 5 === 0) delete value.ssh;
      });
    }
  });
});

describe("changes between two values", () => {
  it("are the smallest places, one by one where items have names", () => {
    const before = { a: { b: 1, c: [1, 2] }, l: [{ name: 1 }, { name: 2 }] };
    expect(
      changesBetween(before, { a: { b: 2, c: [1, 2] }, l: [{ name: 1 }, { name: 2, m: 3 }, { name: 4 }] }),
    ).toEqual([
      { path: ["a", "b"], value: 2 },
      { path: ["l", 1, "m"], value: 3 },
      { path: ["l", 2], value: { name: 4 } },
    ]);
    expect(changesBetween(before, { a: before.a, l: [{ name: 2 }] })).toEqual([{ path: ["l", 0], value: undefined }]);
    expect(changesBetween(before, { l: before.l })).toEqual([{ path: ["a"], value: undefined }]);
  });
});

describe("complaints", () => {
  it("are the mistakes of schema and rules with their places", () => {
    expect(complaints(small)).toEqual([]);
    const places = complaints({ ...small, cluster: { name: "No!" }, rke: { clusterCidr: "10.0.0.0/16" } });
    expect(places.map(({ place }) => place)).toEqual(["cluster.name", "hosts[0].address"]);
    expect(complaints({})).not.toEqual([]);
  });
});

describe("an inventory that is saved", () => {
  const path = join(folder, "i.yaml");

  it("replaces the old one whole, with its mode; nothing is left beside it", async () => {
    writeFileSync(path, "old", { mode: 0o640 });
    await saveInventory(path, "new", "old");
    expect(readFileSync(path, "utf8")).toBe("new");
    expect(statSync(path).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder)).toEqual(["i.yaml"]);
  });

  it.each([0o664, 0o600, 0o666, 0o444 | 0o200])("keeps the mode %o, whatever the umask is", async (mode) => {
    chmodSync(path, mode);
    const umask = process.umask(0o077);
    try {
      await saveInventory(path, "new", "new");
    } finally {
      process.umask(umask);
    }
    expect(statSync(path).mode & 0o777).toBe(mode);
    chmodSync(path, 0o640);
  });

  it("is nobody's but the operator's where it is new and the umask says so", async () => {
    const fresh = join(folder, "fresh.yaml");
    const umask = process.umask(0o077);
    try {
      await saveInventory(fresh, "new", undefined);
    } finally {
      process.umask(umask);
    }
    expect(statSync(fresh).mode & 0o777).toBe(0o600);
    rmSync(fresh);
  });

  it("is not written over somebody's change, nor over a file that was made meanwhile", async () => {
    await expect(saveInventory(path, "mine", "old")).rejects.toMatchObject({ code: "inventory/changed" });
    await expect(saveInventory(path, "mine", undefined)).rejects.toMatchObject({ code: "inventory/changed" });
    expect(readFileSync(path, "utf8")).toBe("new");
  });

  it("is not written over a read-only file, not even by root, nor into a folder that is not there", async () => {
    chmodSync(path, 0o444);
    await expect(saveInventory(path, "mine", "new")).rejects.toMatchObject({ code: "inventory/unwritable" });
    chmodSync(path, 0o640);
    const nowhere = join(folder, "none", "i.yaml");
    await expect(saveInventory(nowhere, "mine", undefined)).rejects.toMatchObject({ code: "inventory/unwritable" });
    await expect(saveInventory(folder, "mine", undefined)).rejects.toMatchObject({ code: "inventory/unwritable" });
  });

  it("through a link changes what the link leads to", async () => {
    const link = join(folder, "link.yaml");
    symlinkSync(path, link);
    await saveInventory(link, "linked", "new");
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readFileSync(path, "utf8")).toBe("linked");
  });
});
