import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { DroverError } from "../../src/core/errors.ts";
import { readEntry } from "../../src/kubeconfig/entry.ts";
import { conflictIn, mergeEntry } from "../../src/kubeconfig/merge.ts";
import { saveKubeconfig } from "../../src/kubeconfig/save.ts";
import { isCertified, serverUrl } from "../../src/kubeconfig/server.ts";
import { targetFile } from "../../src/kubeconfig/target.ts";
import { testFolder } from "../test-folder.ts";
import { thrownBy } from "./inventory-support.ts";
import { others, rkeKubeconfig } from "./support/kubeconfigs.ts";
import { host } from "./support/rke-world.ts";

const text = rkeKubeconfig("demo");
const entry = readEntry(text, "demo", "k.yml");
const source = others["as kubectl writes it"] ?? "";
const hosts = [
  host("cp-a", { roles: ["controlplane"] }),
  host("w-b", { roles: ["worker"] }),
  host("cp-c", { roles: ["etcd", "controlplane"], address: "2001:db8::3" }),
];

describe("a kubeconfig of RKE that is refused", () => {
  it.each([
    ["has no cluster of that name", text.replace('name: "demo"\ncontexts', 'name: "other"\ncontexts')],
    ["has no user of that name", text.replace('- name: "kube-admin-demo"', '- name: "x"')],
    ["has a user that is none", text.replace(/user:\n {4}client[\s\S]*$/, "user: x\n")],
    ["has a server without a host", text.replace("https://10.0.0.1:6443", "file:///x")],
    ["has a server that is no URL", text.replace("https://10.0.0.1:6443", "10.0.0.1")],
    ["has no server", text.replace(/ {4}server: .*\n/, "")],
    ["has entries that are none", text.replace("clusters:\n", "clusters:\n- 7\n- x\n").replace("users:", "user:")],
  ])("%s: it says where a good one is", (_, spoilt) => {
    expect(spoilt).not.toBe(text);
    const error = thrownBy(() => readEntry(spoilt, "demo", "/p/kube_config_cluster.yml"));
    expect([error.code, error.message]).toEqual([
      "kubeconfig/unreadable",
      "/p/kube_config_cluster.yml is not a kubeconfig as RKE writes it",
    ]);
    expect(error.remedy).toMatch(/newest \*-kube_config_cluster\.yml .* drover up/);
    expect(JSON.stringify([error.message, error.remedy, error.details])).not.toContain("KEY-demo");
  });

  it("is not one that has other entries beside its own, or entries that are none", () => {
    const more = text.replace("clusters:\n", "clusters:\n- 7\n- name: other\n  cluster: {server: 'https://x'}\n");
    expect(readEntry(more, "demo", "k.yml")).toEqual(entry);
  });
});

describe("a kubeconfig of the operator's that cannot be edited", () => {
  it.each([
    ["a: [b", "is not YAML"],
    ["a: 1\na: 2\n", "is not YAML"],
    ["- a\n", "is not a kubeconfig"],
    ["just words\n", "is not a kubeconfig"],
    ["clusters: &a\n- {name: x, cluster: {server: y}}\nother: *a\n", "shares values between entries by anchors"],
  ])("%j is left as it is, which is said with the way round it", (spoilt, why) => {
    const error = thrownBy(() => mergeEntry(spoilt, "/h/config", entry, { use: true }));
    expect(error.code).toBe("kubeconfig/unreadable");
    expect(error.message).toMatch(/^\/h\/config is not|^\/h\/config shares/);
    expect(error.message).toContain(why);
    expect(error.message).toMatch(/; it was left as it is$/);
    expect(error.remedy).toContain("drover kubeconfig --print");
  });

  it.each([
    ["for another user of the same cluster", "context:\n    cluster: demo\n    user: eve"],
    ["for another cluster of the same user", "context:\n    cluster: eve\n    user: demo-admin"],
  ])("has a context %s: that is asked about", (_, context) => {
    const taken = `${source}`.replace("contexts:\n", `contexts:\n- ${context}\n  name: demo\n`);
    expect(conflictIn(taken, "c", entry)).toMatch(/^a context "demo" for the cluster "(demo|eve)"$/);
  });
});

describe("what --server refuses", () => {
  it.each([
    ["w-b", "--server: w-b is no controlplane host"],
    ["http://x", "--server: the API is reached by https alone"],
    ["a b", '--server: "a b" is not an address'],
    ["https://u@x", '--server: "https://u@x" is not an address'],
    ["https://:p@x", '--server: "https://:p@x" is not an address'],
    [":p@x", '--server: ":p@x" is not an address'],
    ["x:0", '--server: "x:0" is not an address'],
    ["https://x:0/a", '--server: "https://x:0/a" is not an address'],
  ])("%s, and names the hosts that would do", (given, message) => {
    const error = thrownBy(() => serverUrl(given, hosts));
    expect([error.code, error.message]).toEqual(["cli/usage", message]);
    expect(error.remedy).toBe(
      "Give a controlplane host (cp-a, cp-c), an address, or a URL such as https://lb.example.com:6443.",
    );
  });

  it.each([
    ["cp-c", "https://[2001:db8::3]:6443"],
    ["http", "https://http:6443"],
    ["localhost:65535", "https://localhost:65535"],
  ])("is not %s", (given, url) => {
    expect(serverUrl(given, hosts)).toBe(url);
  });

  it("is not certified by a name of a host that does not run the API", () => {
    expect(isCertified("https://w-b:6443", hosts, [])).toBe(false);
    expect(isCertified("https://cp-c:6443", hosts, [])).toBe(true);
    expect(isCertified("https://[2001:db8::3]:6443", hosts, [])).toBe(true);
    expect(isCertified("https://127.0.0.1:6443", hosts, [])).toBe(true);
  });
});

describe("of the files in $KUBECONFIG", () => {
  const world = { home: "/h", isThere: () => false, hasContext: () => false };
  it("the last is made where none is there, and only those that are there are looked into", () => {
    expect(targetFile({ ...world, variable: "/a:/b:/c" })).toBe("/c");
    expect(targetFile({ ...world, variable: "/a" })).toBe("/a");
    const asked: string[] = [];
    const isThere = (path: string) => path !== "/b";
    const hasContext = (path: string) => asked.push(path) > 1;
    expect(targetFile({ ...world, variable: ":/a::/b:/c:", isThere, hasContext })).toBe("/c");
    expect(asked).toEqual(["/a", "/c"]);
  });
});

describe("a kubeconfig that is saved", () => {
  const user = process.getuid?.();
  const home = testFolder("kubeconfig-save");
  let count = 0;
  const folderOf = () => {
    count += 1;
    const folder = join(home, String(count));
    mkdirSync(folder);
    return folder;
  };
  const save = (path: string, more: object = {}) =>
    saveKubeconfig({ path, text: "new", isThere: true, stamp: "s", user, ...more });
  const refusal = (saved: Promise<unknown>): Promise<DroverError> =>
    saved.then(
      () => Promise.reject("saved"),
      (error) => error,
    );

  it("leaves nothing beside it but the copy: no lock, no folder", async () => {
    const folder = folderOf();
    const path = join(folder, "config");
    writeFileSync(path, "old");
    await save(path);
    expect(readdirSync(folder).sort()).toEqual(["config", "config.s.bak"]);
    await save(path, { text: "newer", stamp: "t" });
    expect(readdirSync(folder).sort()).toEqual(["config", "config.s.bak", "config.t.bak"]);
    expect(readFileSync(`${path}.t.bak`, "utf8")).toBe("new");
  });

  it("leaves the file, the folder and no lock behind when it cannot be written", async () => {
    const folder = folderOf();
    const path = join(folder, "config");
    writeFileSync(path, "old");
    // The copy cannot be made where a folder has its name.
    mkdirSync(`${path}.s.bak`);
    const error = await refusal(save(path));
    expect([error.code, error.message]).toEqual(["kubeconfig/unwritable", `${path} is a folder`]);
    expect(error.remedy).toContain("name another file with KUBECONFIG");
    expect([readFileSync(path, "utf8"), readdirSync(folder).sort()]).toEqual(["old", ["config", "config.s.bak"]]);
  });

  it("is not written while somebody else's lock is there, and the lock stays theirs", async () => {
    const folder = folderOf();
    const path = join(folder, "config");
    writeFileSync(`${path}.lock`, "kubectl");
    const error = await refusal(save(path, { isThere: false }));
    expect(error.message).toBe(`${path} is being changed by another program (${path}.lock is there)`);
    expect([existsSync(path), readFileSync(`${path}.lock`, "utf8")]).toEqual([false, "kubectl"]);
  });

  it("takes the lock beside the file that a link leads to, where kubectl looks for it", async () => {
    const [folder, other] = [folderOf(), folderOf()];
    writeFileSync(join(other, "real"), "old");
    symlinkSync(join(other, "real"), join(folder, "config"));
    writeFileSync(join(other, "real.lock"), "");
    expect((await refusal(save(join(folder, "config")))).message).toContain("another program");
  });

  it.each<[string, number, number]>([
    ["its group may write it and its owner may not", 0o470, 0o600],
    ["everybody may write it", 0o666, 0o600],
  ])("is written where %s, and is for its owner alone afterwards", async (_, before, after) => {
    const path = join(folderOf(), "config");
    writeFileSync(path, "old");
    chmodSync(path, before);
    await save(path);
    expect(statSync(path).mode & 0o777).toBe(after);
  });

  it("needs no owner where users have no numbers", async () => {
    const path = join(folderOf(), "config");
    writeFileSync(path, "old");
    expect(await save(path, { user: undefined })).toBe(`${path}.s.bak`);
  });

  it.each([
    ["is a folder", (folder: string) => folder, true],
    ["a part of its path is a file", (folder: string) => join(folder, "file", "config"), false],
    ["a part of its path is a file", (folder: string) => join(folder, "file", "kube", "config"), false],
    ["cannot be written (ENAMETOOLONG)", (folder: string) => join(folder, "x".repeat(300)), false],
  ])("%s: that is said of the path as it was given", async (why, pathIn, isThere) => {
    const folder = folderOf();
    writeFileSync(join(folder, "file"), "");
    const error = await refusal(save(pathIn(folder), { isThere }));
    expect(error.code).toBe("kubeconfig/unwritable");
    expect(error.message.startsWith(pathIn(folder))).toBe(true);
    expect(error.message).toContain(why);
  });
});
