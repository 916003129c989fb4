import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { configText, entryConfig, readEntry } from "../../src/kubeconfig/entry.ts";
import { mergeEntry } from "../../src/kubeconfig/merge.ts";
import { testFolder } from "../test-folder.ts";
import { others, rkeKubeconfig } from "../unit/support/kubeconfigs.ts";

/** What the real kubectl makes of the kubeconfigs that Drover writes: it reads YAML 1.1, Drover 1.2. */
const kubectl = join(process.env["DROVER_CACHE"] ?? join(homedir(), ".cache", "drover"), "bin", "kubectl");
const folder = testFolder("kubeconfig-kubectl");

/** RKE's own, whose certificates are base64 of something. */
const own = rkeKubeconfig("demo").replaceAll(/(?:CA|CERT|KEY)-demo/g, "T0xE");

interface Seen {
  readonly "current-context": string;
  readonly contexts: readonly { readonly name: string; readonly context: Record<"cluster" | "user", string> }[];
  readonly clusters: readonly { readonly name: string }[];
  readonly users: readonly { readonly name: string }[];
}

/** The current context, and all contexts that lead to a cluster and a user that are there, as `name cluster user`. */
function seen(text: string): { readonly current: string; readonly contexts: readonly string[] } {
  const path = join(folder, "config");
  writeFileSync(path, text, { mode: 0o600 });
  const args = ["--kubeconfig", path, "config", "view", "--raw", "-o", "json"];
  const told = execFileSync(kubectl, args, { encoding: "utf8", env: { HOME: folder }, stdio: "pipe" });
  const { clusters, contexts, users, ...config }: Seen = JSON.parse(told);
  const isThere = (list: Seen["clusters"], wanted: string) => list.some(({ name }) => name === wanted);
  const whole = contexts.filter(({ context }) => isThere(clusters, context.cluster) && isThere(users, context.user));
  return {
    current: config["current-context"],
    contexts: whole.map(({ name, context }) => `${name} ${context.cluster} ${context.user}`),
  };
}

/** Names of clusters, and of contexts that somebody wants: many are something else to YAML of one kind or the other. */
const names = [
  ...["demo", "no", "on", "off", "yes", "y", "n", "true", "null", "2026", "0123", "0b11", "0o17", "0x1f", "1e3"],
  ...["2026-11-22", "12-30", "NO", "Yes", "~", "1_000", "12:30", "a: b", "#1", "a #b", "- x", "it's", "*all", "&a"],
  ...["!x", "@a", "{}", "[a", "%a", "ärger", "a b", "-", "---", "=", "<<"],
];
const entryOf = (name: string) => readEntry(own, name, "kube_config_cluster.yml");
const contextOf = (name: string) => `${name} ${name} ${name}-admin`;

describe.skipIf(!existsSync(kubectl))("a kubeconfig is one to kubectl, whatever its clusters are called", () => {
  it.each<[string, string | undefined, readonly string[]]>([
    ["as a new file", undefined, []],
    ["in place of empty lists", "clusters: []\nusers: null\n", []],
    ...Object.entries(others).map(([style, source]): [string, string, string[]] => [
      style,
      source,
      ["old old old-user"],
    ]),
  ])("%s", (_, source, before) => {
    const merge = (text: string | undefined, name: string) => mergeEntry(text, "config", entryOf(name), { use: false });
    const all = names.reduce(merge, source) ?? "";
    const { contexts } = seen(all);
    expect(contexts.toSorted()).toEqual([...before, ...names.map(contextOf)].toSorted());
    expect(names.reduce(merge, all)).toBe(all);
  });

  it.each(["no", "y", "0b11", "2026-11-22", "~"])("and is current as %s, also printed alone", (name) => {
    const wanted = { current: name, contexts: [contextOf(name)] };
    expect(seen(configText(entryConfig(entryOf(name))))).toEqual(wanted);
    const used = mergeEntry(others["as kubectl writes it"], "config", entryOf(name), { use: true });
    expect(seen(used).current).toBe(name);
  });
});
