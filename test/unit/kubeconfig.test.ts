import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { entryConfig, readEntry } from "../../src/kubeconfig/entry.ts";
import { conflictIn, mergeEntry } from "../../src/kubeconfig/merge.ts";
import { saveKubeconfig } from "../../src/kubeconfig/save.ts";
import { isCertified, serverUrl } from "../../src/kubeconfig/server.ts";
import { targetFile } from "../../src/kubeconfig/target.ts";
import { testFolder } from "../test-folder.ts";
import { others, rkeKubeconfig } from "./support/kubeconfigs.ts";
import { host } from "./support/rke-world.ts";

const entry = readEntry(rkeKubeconfig("demo"), "demo", "kube_config_cluster.yml");
const keep = { use: false };
const folder = testFolder("kubeconfig");

/** What kubectl would find in a kubeconfig: lists by name. */
function understood(text: string) {
  const config: Record<string, { name: string }[]> & { "current-context"?: string } = parse(text);
  const byName = (list: string) => Object.fromEntries((config[list] ?? []).map((one) => [one.name, one]));
  return { clusters: byName("clusters"), users: byName("users"), contexts: byName("contexts") };
}

describe("the kubeconfig that RKE writes", () => {
  it("is read as a cluster and a user under the name that is wanted", () => {
    expect(readEntry(rkeKubeconfig("demo"), "prod", "x")).toEqual({
      name: "prod",
      cluster: { "api-version": "v1", "certificate-authority-data": "CA-demo", server: "https://10.0.0.1:6443" },
      user: { "client-certificate-data": "CERT-demo", "client-key-data": "KEY-demo" },
    });
  });

  it.each([
    ["nothing", ""],
    ["no YAML", "a: [b"],
    ["a list", "- a"],
    ["a text", "hello"],
    ["a file that was cut", rkeKubeconfig("demo").slice(0, 300)],
    ["no current context", rkeKubeconfig("demo").replace("current-context", "other")],
    ["a server that is no text", rkeKubeconfig("demo").replace('"https://10.0.0.1:6443"', "[1]")],
    ["lists that are none", "current-context: a\nclusters: 1\nusers: {}\ncontexts: x\n"],
  ])("is refused if it is %s", (_, text) => {
    expect(() => readEntry(text, "demo", "k.yml")).toThrow("k.yml is not a kubeconfig as RKE writes it");
  });
});

describe("a merged kubeconfig", () => {
  it.each(Object.entries(others))("%s keeps every byte of the others and their current context", (_, source) => {
    const merged = mergeEntry(source, "config", entry, keep);
    const [before, after] = [understood(source), understood(merged)];
    for (const list of ["clusters", "users", "contexts"] as const) {
      expect(after[list]).toMatchObject(before[list]);
    }
    expect(after.contexts["demo"]).toEqual({ name: "demo", context: { cluster: "demo", user: "demo-admin" } });
    expect(parse(merged)["current-context"]).toBe("old");
    // Taking away what was put in gives the old file: nothing else was touched.
    expect(isSubsequence(source, merged)).toBe(true);
  });

  it.each(Object.entries(others))(
    "%s is the same after a second time, and follows a new certificate in place",
    (_, source) => {
      const once = mergeEntry(source, "config", entry, keep);
      expect(mergeEntry(once, "config", entry, keep)).toBe(once);
      const renewed = { ...entry, user: { ...entry.user, "client-certificate-data": "NEW" } };
      const twice = mergeEntry(once, "config", renewed, keep);
      expect(twice).toBe(once.replace("CERT-demo", "NEW"));
    },
  );

  it("becomes the current context where there is none, or where it is asked for", () => {
    const source = others["as kubectl writes it"] ?? "";
    expect(parse(mergeEntry(source, "c", entry, { use: true }))["current-context"]).toBe("demo");
    for (const nobody of [
      source.replace("current-context: old", 'current-context: ""'),
      source.replace("current-context: old\n", ""),
    ]) {
      expect(parse(mergeEntry(nobody, "c", entry, keep))["current-context"]).toBe("demo");
    }
  });

  it("keeps the namespace that somebody chose for its context", () => {
    const once = mergeEntry(others["as kubectl writes it"], "c", entry, keep);
    const chosen = once.replace("cluster: demo", "cluster: demo\n    namespace: mine");
    expect(mergeEntry(chosen, "c", entry, keep)).toBe(chosen);
  });

  it.each([
    ["no file", undefined],
    ["an empty file", "\n"],
    [
      "lists of nothing, as kubectl leaves them",
      'apiVersion: v1\nclusters: null\ncontexts: []\ncurrent-context: ""\nkind: Config\nusers: null\n',
    ],
  ])("is made whole from %s", (_, source) => {
    expect(parse(mergeEntry(source, "c", entry, keep))).toEqual(entryConfig(entry));
  });

  it.each([
    ["what is no YAML", "clusters: [", "is not YAML"],
    ["a list", "- a\n", "is not a kubeconfig"],
    ["entries that share values", "clusters: &a\n- name: x\n  cluster: {server: y}\nother: *a\n", "anchors"],
  ])("leaves %s alone and says so", (_, source, words) => {
    expect(() => mergeEntry(source, "/home/a/config", entry, keep)).toThrow(words);
  });
});

describe("a name that is taken", () => {
  const source = others["as kubectl writes it"] ?? "";
  const named = (name: string) => ({ ...entry, name });

  it("is free where nobody has it, and this cluster's own after the first time, whatever its address", () => {
    expect(conflictIn(source, "c", entry)).toBeUndefined();
    const mine = mergeEntry(source, "c", entry, keep);
    expect(conflictIn(mine, "c", entry)).toBeUndefined();
    const moved = { ...entry, cluster: { ...entry.cluster, server: "https://lb:6443" } };
    expect(conflictIn(mine, "c", moved)).toBeUndefined();
  });

  it.each<[string, string, string, RegExp]>([
    [
      "another cluster",
      source,
      "old",
      /a cluster "old" at https:\/\/192\.0\.2\.9:6443 with another certificate authority/,
    ],
    [
      "a context of something else",
      source.replace("name: old\ncurrent", "name: demo\ncurrent"),
      "demo",
      /a context "demo" for the cluster "old"/,
    ],
    ["a user of something else", source.replaceAll("old-user", "demo-admin"), "demo", /a user "demo-admin"/],
    [
      "this cluster, made anew",
      mergeEntry(source, "c", { ...entry, cluster: { ...entry.cluster, "certificate-authority-data": "B" } }, keep),
      "demo",
      /another certificate authority/,
    ],
  ])("is told apart: %s", (_, text, name, words) => {
    expect(conflictIn(text, "c", named(name))).toMatch(words);
  });
});

describe("the file that a context goes into", () => {
  const world = {
    home: "/h",
    isThere: (path: string) => path.startsWith("/there"),
    hasContext: (path: string) => path.endsWith("mine"),
  };

  it.each([
    ["~/.kube/config without the variable", undefined, "/h/.kube/config"],
    ["~/.kube/config with an empty one", "::", "/h/.kube/config"],
    ["the one that has it", "/there/a:/there/mine", "/there/mine"],
    ["else the first that is there", "/no/a:/there/b:/there/c", "/there/b"],
    ["else the last", "/no/a:/no/mine", "/no/mine"],
  ])("is %s", (_, variable, path) => {
    expect(targetFile({ ...world, variable })).toBe(path);
  });
});

describe("the server of a kubeconfig", () => {
  const hosts = [host("cp-a", { roles: ["controlplane"], internalAddress: "192.168.0.1" }), host("w-b")];

  it.each([
    ["cp-a", "https://10.0.0.1:6443"],
    ["192.0.2.1", "https://192.0.2.1:6443"],
    ["192.0.2.1:8443", "https://192.0.2.1:8443"],
    ["lb.example.com", "https://lb.example.com:6443"],
    ["lb.example.com:443", "https://lb.example.com:443"],
    ["https://lb.example.com", "https://lb.example.com"],
    ["https://lb.example.com/k8s/clusters/c-1", "https://lb.example.com/k8s/clusters/c-1"],
    ["2001:db8::1", "https://[2001:db8::1]:6443"],
    ["[2001:db8::1]:443", "https://[2001:db8::1]:443"],
    // An address that ends like a port is none.
    ["2001:db8::443", "https://[2001:db8::443]:6443"],
    ["[2001:db8::443]", "https://[2001:db8::443]:6443"],
    ["lb.example.com:443/", "https://lb.example.com:443"],
    ["lb.example.com:0443", "https://lb.example.com:443"],
    ["lb.example.com:443/k8s/clusters/c-1", "https://lb.example.com:443/k8s/clusters/c-1"],
    ["lb.example.com/k8s:443", "https://lb.example.com:6443/k8s:443"],
    ["HTTPS://LB.example.com", "https://lb.example.com"],
  ])("%s means %s", (given, url) => {
    expect(serverUrl(given, hosts)).toBe(url);
  });

  it.each([
    "w-b",
    "http://x",
    "a b",
    "",
    "https://u:p@x",
    "https://x?y",
    "x:99999",
    "ftp://x",
    "HTTP://x",
    "https://",
    "x#y",
  ])("%j is refused", (given) => {
    expect(() => serverUrl(given, hosts)).toThrow("--server");
  });

  it("is certified for the hosts of the API and what authentication.sans adds, and for nothing else", () => {
    const good = [
      "https://10.0.0.1:6443",
      "https://192.168.0.1:6443",
      "https://CP-A",
      "https://localhost:1",
      "https://lb:6443",
    ];
    expect(good.filter((url) => !isCertified(url, hosts, ["LB"]))).toEqual([]);
    expect(isCertified("https://10.0.0.2:6443", hosts, [])).toBe(false);
    expect(isCertified("https://[2001:db8::1]:6443", hosts, ["2001:db8::1"])).toBe(true);
  });

  it.each<[string, string, boolean]>([
    ["https://[2001:db8::1]:6443", "2001:DB8:0:0::1", true],
    ["https://[2001:db8::1]:6443", "2001:db8::2", false],
    ["https://api.example.com:6443", "*.example.com", true],
    ["https://API.example.com", "*.Example.com", true],
    ["https://example.com", "*.example.com", false],
    ["https://a.b.example.com", "*.example.com", false],
    ["https://api.example.com", "a*.example.com", false],
    ["https://api.example.com", "not a name", false],
  ])("%s is certified by the name %s: %s", (url, san, isGood) => {
    expect(isCertified(url, hosts, [san])).toBe(isGood);
  });
});

describe("a kubeconfig that is written", () => {
  let count = 0;
  const user = process.getuid?.();
  function place(): string {
    count += 1;
    const dir = join(folder, String(count));
    mkdirSync(dir);
    return join(dir, "config");
  }

  it("is for its owner alone, in a folder for its owner alone, and needs no copy if it is new", async () => {
    const path = join(place(), "..", "kube", "config");
    expect(await saveKubeconfig({ path, text: "a", isThere: false, stamp: "1", user })).toBeUndefined();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(path, "..")).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(path, ".."))).toEqual(["config"]);
  });

  it("keeps the old one beside it, as secret as the new one", async () => {
    const path = place();
    writeFileSync(path, "old", { mode: 0o644 });
    const copy = await saveKubeconfig({ path, text: "new", isThere: true, stamp: "20260101T000000Z", user });
    expect(copy).toBe(`${path}.20260101T000000Z.bak`);
    expect([readFileSync(path, "utf8"), readFileSync(copy ?? "", "utf8")]).toEqual(["new", "old"]);
    expect([path, copy ?? ""].map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600]);
  });

  it("is written where a link leads, and the link stays", async () => {
    const path = place();
    writeFileSync(`${path}.real`, "old");
    symlinkSync(`${path}.real`, path);
    await saveKubeconfig({ path, text: "new", isThere: true, stamp: "s", user });
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    expect(readFileSync(`${path}.real`, "utf8")).toBe("new");
  });

  it("is not put in the place of a link that leads nowhere: what it leads to may only be away for now", async () => {
    const path = place();
    symlinkSync(`${path}.unplugged`, path);
    const saved = saveKubeconfig({ path, text: "new", isThere: false, stamp: "s", user });
    await expect(saved).rejects.toMatchObject({
      code: "kubeconfig/unwritable",
      message: expect.stringContaining("is a link to a file that is not there"),
    });
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    expect(readdirSync(join(path, ".."))).toEqual(["config"]);
  });

  it.each<[string, (path: string) => number | undefined, string]>([
    [
      "is read-only",
      (path) => {
        chmodSync(path, 0o400);
        return user;
      },
      "is read-only",
    ],
    ["belongs to another user", () => 12345, "belongs to another user"],
    [
      "is being changed by kubectl",
      (path) => {
        writeFileSync(`${path}.lock`, "");
        return user;
      },
      "by another program",
    ],
  ])("is left alone if it %s", async (_, spoil, words) => {
    const path = place();
    writeFileSync(path, "old");
    const whose = spoil(path);
    await expect(saveKubeconfig({ path, text: "new", isThere: true, stamp: "s", user: whose })).rejects.toThrow(words);
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(join(path, "..")).filter((name) => name.endsWith(".bak"))).toEqual([]);
  });

  it("says so if its folder cannot be made", async () => {
    const path = place();
    writeFileSync(path, "a file");
    const below = join(path, "config");
    await expect(saveKubeconfig({ path: below, text: "x", isThere: false, stamp: "s", user })).rejects.toThrow(
      /part of its path is a file|cannot be written/,
    );
  });
});

/** Whether a text can be had from another by taking characters away. */
function isSubsequence(short: string, long: string): boolean {
  let at = 0;
  for (const letter of long) if (at < short.length && short[at] === letter) at += 1;
  return at === short.length;
}
