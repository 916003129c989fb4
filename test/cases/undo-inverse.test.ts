import { describe, expect, it } from "vitest";
import type { Action } from "../../src/core/step.ts";
import { type RememberedKind, remembered, rememberedKinds } from "../../src/steps/undo/remember.ts";
import { undoSettings } from "../../src/steps/undo/settings.ts";
import { cases, decideOn } from "./case-files.ts";
import { caseHost } from "./steps.ts";

/** All changes that any case leads to, each as the scripts and files of its actions, in their order. */
const changes = cases
  .filter((one) => !one.step.id.startsWith("undo/"))
  .flatMap((one) => {
    const decision = decideOn(one.step, one.host, one.results);
    const made = decision.kind === "change" ? decision.changes : [];
    return made.map(({ actions }) => ({ name: one.name, actions }));
  });

const textOf = (action: Action) => (action.kind === "run" ? action.sh.text : "");
const recorded = /mv -f '?\/var\/lib\/drover\/before\/([a-z]+:[^'\n]+?)%part'? /g;

/** Packages, in one loop: by their names, or as the words that only the host knows. */
const inLoop = /for p in ([^\n]+); do\n +f=\/var\/lib\/drover\/before\/hold:\$p\n/g;
const holdsOf = (script: string) => [...script.matchAll(inLoop)].flatMap(([, names = ""]) => names.split(" "));
/** The records that a script keeps of how something was, by the names of their files. */
const recordsOf = (script: string) => [
  ...[...script.matchAll(recorded)].map((match) => match[1] ?? ""),
  ...holdsOf(script).map((name) => `hold:${name}`),
];

const records = [...new Set(changes.flatMap(({ actions }) => actions.flatMap((one) => recordsOf(textOf(one)))))]
  .filter((record) => !record.includes("$@"))
  .sort();

/** What the host says of its records, as the question prints them. */
function takenBack(rows: readonly string[]) {
  const kept = remembered.parse({ code: 0, stdout: [...rows, "end", ""].join("\n"), stderr: "" });
  const decision = undoSettings().decide({ records: kept }, caseHost);
  return decision.kind === "change" ? decision.changes : [];
}

/** A value as the steps' scripts read it of a host, by kind. */
const before: Readonly<Record<RememberedKind, string>> = {
  hostname: "old",
  unit: "active enabled",
  swap: "/dev/sda2 /swap.img",
  sysctl: "0",
  group: "",
  hold: "",
  nft: "",
};

describe("what steps remember of a host before they change it", () => {
  it("is of every kind that can be taken back", () => {
    const kinds = new Set(records.map((name) => name.replace(/:.*$/, "")));
    expect([...kinds].sort()).toEqual([...rememberedKinds].sort());
    expect(records.length).toBeGreaterThan(30);
  });

  it.each(records)("%s is taken back, and then forgotten", (record) => {
    const kind = rememberedKinds.find((one) => record.startsWith(`${one}:`)) ?? "unit";
    const [change, ...others] = takenBack([`${record}\t${before[kind]}`]);
    expect(others).toEqual([]);
    const [action] = change?.actions ?? [];
    const script = action === undefined ? "" : textOf(action);
    const forgotten = script.indexOf(`/var/lib/drover/before/${record}`);
    expect(forgotten).toBeGreaterThan(0);
    // Only what went well is forgotten: the way back stands alone in a subshell, whose exit decides.
    expect(script.slice(0, forgotten)).toMatch(/^\( : ; [\s\S]*\n\) && \{ rm -f '?$/);
  });

  it("goes back in one order, whichever order the host tells it in", () => {
    const rows = records.map((name) => `${name}\t${before.unit}`);
    const said = takenBack(rows).map(({ summary }) => summary);
    expect(said).toHaveLength(records.length);
    const again = takenBack([...rows].reverse()).map(({ summary }) => summary);
    expect([...again].sort()).toEqual([...said].sort());
    const kindOf = (list: readonly string[]) =>
      list.map((summary) => rememberedKinds.findIndex((kind) => signs[kind].test(summary)));
    for (const list of [said, again]) expect(kindOf(list)).toEqual(kindOf(list).toSorted((a, b) => a - b));
  });
});

/** How the way back of each kind is told. */
const signs: Readonly<Record<RememberedKind, RegExp>> = {
  hostname: /^The hostname is /,
  unit: /\.(service|swap|target) is /,
  swap: / is swapped to again$/,
  sysctl: /^[a-z]+\.\S+ is /,
  group: /no longer in the group docker$/,
  hold: /^Upgrades may change /,
  nft: /^Drover's rules are out of the chain /,
};

/** Words of a script that change something which is no file, and the kinds of record that must have been kept before them. */
const effects: readonly (readonly [does: RegExp, kinds: readonly RememberedKind[]])[] = [
  [/\bswapoff -a\b/, ["swap"]],
  [/\bhostnamectl\b.*set-hostname/, ["hostname"]],
  [/\bsysctl -q -p /, ["sysctl"]],
  [/\bgpasswd -a /, ["group"]],
  [/\bapt-mark (-q )?hold /, ["hold"]],
  [/\bnft -f /, ["nft"]],
  [/\bsystemctl (disable --now|mask|stop) -- /, ["unit"]],
];

describe("a change of what is no file", () => {
  const doing = changes.flatMap(({ name, actions }) => {
    const texts = actions.map(textOf);
    return texts.flatMap((text, index) =>
      effects.flatMap(([does, kinds]) => {
        const at = text.search(does);
        if (at < 0) return [];
        const earlier = [...texts.slice(0, index), text.slice(0, at)].flatMap(recordsOf);
        return [{ what: `${name}: ${does}`, kinds, earlier }];
      }),
    );
  });

  it("is made by every one of these commands in some case", () => {
    const used = (does: RegExp) => doing.some(({ what }) => what.endsWith(String(does)));
    expect(effects.filter(([does]) => !used(does))).toEqual([]);
  });

  it.each(doing.map(({ what, ...rest }) => [what, rest] as const))(
    "%s: comes after how it was",
    (_, { kinds, earlier }) => {
      for (const kind of kinds) expect(earlier.some((name) => name.startsWith(`${kind}:`))).toBe(true);
    },
  );
});

describe("units that are switched over", () => {
  const switched = changes.flatMap(({ name, actions }) =>
    actions.flatMap((action, index) =>
      [...textOf(action).matchAll(/systemctl (?:disable --now|enable --now|mask|stop) -- (\S+)/g)].map((match) => ({
        what: `${name}: ${match[0]}`,
        unit: (match[1] ?? "").replaceAll("'", ""),
        earlier: actions.slice(0, index).map(textOf).flatMap(recordsOf),
      })),
    ),
  );

  it("are some", () => expect(switched.length).toBeGreaterThan(10));

  it.each(switched.map(({ what, ...rest }) => [what, rest] as const))("%s: its own state is kept before", (_, one) => {
    expect(one.earlier).toContain(`unit:${one.unit}`);
  });
});
