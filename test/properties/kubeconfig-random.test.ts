import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { isMapping } from "../../src/core/mapping.ts";
import { entryConfig, readEntry } from "../../src/kubeconfig/entry.ts";
import { conflictIn, mergeEntry } from "../../src/kubeconfig/merge.ts";
import { rkeKubeconfig } from "../unit/support/kubeconfigs.ts";
import { randomNumbers } from "../unit/support/random-numbers.ts";

type Below = (below: number) => number;
type Named = Readonly<Record<string, unknown>>;

const lists = ["clusters", "users", "contexts"] as const;
const names = ["old", "demo", "prod", "eks:eu/1", "a b", "true", "7"];
const ours = readEntry(rkeKubeconfig("demo"), "demo", "k.yml");

const some = (below: Below): readonly string[] => names.filter(() => below(2) === 0);

/** A kubeconfig as some person or program may have made it, with any of the names in it, ours too. */
function anyConfig(below: Below): Named {
  const either = <T>(...all: readonly T[]): T => all[below(all.length)] as T;
  const clusters = some(below).map((name) => ({
    name,
    cluster: {
      server: `https://192.0.2.${below(255)}:6443`,
      ...either(
        {},
        { "certificate-authority-data": either("CA-demo", "CA-other") },
        { "insecure-skip-tls-verify": true },
      ),
    },
  }));
  const users = some(below).map((name) => ({
    name: either(name, `${name}-admin`),
    user: either({ token: "t" }, { exec: { command: "aws", args: ["eks", "get-token"] } }, {}),
  }));
  const contexts = some(below).map((name) => ({
    name,
    context: { cluster: either(...names), user: `${either(...names)}-admin`, ...either({}, { namespace: "mine" }) },
  }));
  const parts = Object.entries({
    apiVersion: "v1",
    kind: "Config",
    clusters,
    users,
    contexts,
    ...either({}, { "current-context": either("old", "") }),
    ...either({}, { preferences: { colors: true } }),
  });
  return Object.fromEntries(parts.toSorted(() => below(3) - 1));
}

/** The same in one of the styles that people and programs write. */
function written(config: Named, below: Below): string {
  const styles = [
    () => JSON.stringify(config),
    () => JSON.stringify(config, null, 2),
    () => stringify(config),
    () => stringify(config, { indentSeq: false }),
    () => stringify(config, { indent: 4 }).replaceAll("\n", "\r\n"),
    () => `# mine\n${stringify(config)}# end\n`,
  ];
  return styles[below(styles.length)]?.() ?? "";
}

const listOf = (text: string, list: (typeof lists)[number]): readonly Named[] => parse(text)[list] ?? [];
const without = (entries: readonly Named[], name: string) => entries.filter((entry) => entry["name"] !== name);
const namespaceOf = (context: unknown) => (isMapping(context) ? context["namespace"] : undefined);
const rest = (text: string) =>
  Object.entries(parse(text)).filter(([key]) => ![...lists, "current-context"].some((one) => one === key));
const find = (entries: readonly Named[], name: string) => entries.find((entry) => entry["name"] === name);

describe("any kubeconfig that is merged into", () => {
  const below = randomNumbers(7);
  const merge = (source: string, use: boolean) => mergeEntry(source, "c", ours, { use });
  const all = Array.from({ length: 100 }, () => {
    const source = written(anyConfig(below), below);
    const use = below(2) === 0;
    return { source, use, merged: merge(source, use) };
  });

  it("has the entry once, and all others as they were and in their order", () => {
    for (const { source, merged } of all) {
      for (const [list, name] of [
        ["clusters", "demo"],
        ["users", "demo-admin"],
        ["contexts", "demo"],
      ] as const) {
        const [before, after] = [listOf(source, list), listOf(merged, list)];
        expect(without(after, name), source).toEqual(without(before, name));
        expect(after.length - without(after, name).length, source).toBe(1);
        expect(find(after, name), source).toMatchObject(find(entryConfig(ours)[list] as readonly Named[], name) ?? {});
      }
    }
  });

  it("is the same after a second time", () => {
    for (const { merged, use } of all) expect(merge(merged, use), merged).toBe(merged);
  });

  it("has the namespace of the context as it was, and of the old cluster and user nothing", () => {
    for (const { source, merged } of all) {
      const [before, after] = [source, merged].map((text) => find(listOf(text, "contexts"), "demo")?.["context"]);
      expect(namespaceOf(after), source).toBe(namespaceOf(before));
      expect(find(listOf(merged, "clusters"), "demo")).toEqual({ name: "demo", cluster: ours.cluster });
      expect(find(listOf(merged, "users"), "demo-admin")).toEqual({ name: "demo-admin", user: ours.user });
    }
  });

  it("has another current context only where that is asked for, or where there was none", () => {
    for (const { source, merged, use } of all) {
      const was = parse(source)["current-context"];
      expect(parse(merged)["current-context"], source).toBe(use || !was ? "demo" : was);
    }
  });

  it("has everything else as it was", () => {
    for (const { source, merged } of all) expect(rest(merged), source).toEqual(rest(source));
  });

  it("asks first where what is there under our names is not ours, and then no more", () => {
    for (const { source, merged } of all) {
      const cluster = find(listOf(source, "clusters"), "demo")?.["cluster"] as Named | undefined;
      const context = find(listOf(source, "contexts"), "demo")?.["context"] as Named | undefined;
      const user = find(listOf(source, "users"), "demo-admin");
      const isOurs = cluster?.["certificate-authority-data"] === "CA-demo";
      const isAnothers =
        (cluster !== undefined && !isOurs) ||
        (context !== undefined && (context["cluster"] !== "demo" || context["user"] !== "demo-admin")) ||
        (user !== undefined && cluster === undefined);
      expect(conflictIn(source, "c", ours) !== undefined, source).toBe(isAnothers);
      expect(conflictIn(merged, "c", ours)).toBeUndefined();
    }
  });
});
