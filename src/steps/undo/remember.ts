import type { Probe } from "../../core/probe.ts";
import { joinSh, type Sh, sh } from "../../core/shell.ts";
import { keptDir, writeThrough } from "../files/backup.ts";

/** What can be remembered of a host, besides files: each kind has its own way back. In the order in which they go back. */
export const rememberedKinds = ["hostname", "unit", "swap", "sysctl", "group", "hold", "nft"] as const;

/** One kind of them. */
export type RememberedKind = (typeof rememberedKinds)[number];

/** How something was before Drover changed it for the first time. */
export interface Remembered {
  readonly kind: RememberedKind;
  /** A unit, a sysctl key, a package... */
  readonly name: string;
  /** One line; its meaning depends on the kind. */
  readonly value: string;
}

const folder = `${keptDir}/before`;

function recordPath(kind: RememberedKind, name: string): string {
  return `${folder}/${kind}:${name.replaceAll("%", "%25").replaceAll("/", "%2F")}`;
}

/** Shell text that keeps, once, what `capture` prints: how this was before the first change. Exits where that fails. */
export function rememberOnce(kind: RememberedKind, name: string, capture: Sh): Sh {
  const path = recordPath(kind, name);
  return sh`mkdir -p -m 0700 ${keptDir} ${folder} || exit 1
if [ ! -e ${path} ]; then
  { ${capture}
  } >${`${path}%part`} && ${writeThrough(`${path}%part`)} && mv -f ${`${path}%part`} ${path} || exit 1
fi`;
}

/** Remembers whether a unit runs and is enabled, as two words. */
export function rememberUnit(unit: string): Sh {
  return rememberOnce("unit", unit, sh`systemctl show -p ActiveState,UnitFileState --value -- ${unit}`);
}

const wantAndName = "$" + "{db:Status-Abbrev}|$" + "{binary:Package}\n";

/**
 * Shell text that looks which packages are held, for `rememberUnheld`. apt forgets a hold where it installs all the same. dpkg
 * calls a library of which several architectures can be there `name:arch`, and everything else `name` (dpkg-query(1)).
 */
export const heldNow: Sh = sh`arch=$(dpkg --print-architecture)
held=" $(dpkg-query -W -f ${wantAndName} | sed -n 's/^h..|//p' | tr '\n' ' ')"`;

/** Remembers that these packages were not held, but for those that were: words, or shell text that gives them. */
export function rememberUnheld(names: readonly string[] | Sh): Sh {
  return sh`mkdir -p -m 0700 ${keptDir} ${folder} || exit 1
for p in ${names}; do
  f=${folder}/hold:$p
  case $held in *" $p "* | *" $p:$arch "*) continue ;; esac
  [ -e "$f" ] || { : >"$f%part" && ${writeThrough(sh`"$f%part"`)} && mv -f -- "$f%part" "$f"; } || exit 1
done`;
}

/** Remembers that these packages were not held, as far as they are not. */
export function rememberHolds(names: readonly string[]): Sh {
  return joinSh([heldNow, rememberUnheld(names)]);
}

/** Shell text that forgets it: it is as it was. */
export function forget(kind: RememberedKind, name: string): Sh {
  return sh`rm -f ${recordPath(kind, name)} && rmdir --ignore-fail-on-non-empty ${folder}`;
}

function readRecord(line: string): readonly Remembered[] {
  const [, kind, flat, value] = /^([a-z]+):([^\t]+)\t([^\t]*)$/.exec(line) ?? [];
  const known = rememberedKinds.find((one) => one === kind);
  if (known === undefined || flat === undefined || value === undefined || flat.endsWith("%part")) return [];
  const name = flat.replaceAll("%2F", "/").replaceAll("%25", "%");
  return [{ kind: known, name, value: value.trim() }];
}

/** All that is remembered on a host. */
export const remembered: Probe<readonly Remembered[] | undefined> = {
  sh: sh`cd ${folder} 2>/dev/null && for f in *; do
  [ -f "$f" ] && printf '%s\t%s\n' "$f" "$(head -c 4000 "$f" | tr '\n\t' '  ')"
done
echo end`,
  parse: (answer) => {
    const rows = answer.stdout.split("\n");
    if (answer.code !== 0 || rows.at(-2) !== "end") return undefined;
    return rows.slice(0, -2).flatMap(readRecord);
  },
};
