import type { Probe } from "../../core/probe.ts";
import { lines } from "../../core/probe.ts";
import { type Sh, sh } from "../../core/shell.ts";
import { keptDir, writeThrough } from "../files/backup.ts";

/** Where the names of packages are kept: those from before the running installation, and those that it added. */
export const addedDir = `${keptDir}/packages`;

const format = "$" + "{db:Status-Abbrev}|$" + "{binary:Package}\n";

/** Prints the packages that are there, whole or half, one a line. */
const present = sh`dpkg-query -W -f ${format} | sed -n 's/^.[^cn ]..*|//p'`;

/**
 * Shell functions `packages_before` and `packages_after` around an installation: what it adds is written down, so that
 * `reset --host-prep` can take away just that. An installation that was killed is added up by the next one. A list without a
 * package never was one: by it, all packages would count as added.
 */
export const noteAdded: Sh = sh`packages_after() {
  [ -s ${`${addedDir}/before`} ] || return 0
  ${present} | grep -Fxv -f ${`${addedDir}/before`} >>${`${addedDir}/added`}
  ${writeThrough(`${addedDir}/added`)}; rm -f ${`${addedDir}/before`}
}
packages_before() {
  mkdir -p -m 0700 ${keptDir} ${addedDir} && packages_after || return 1
  ${present} >${`${addedDir}/before%part`} && ${writeThrough(`${addedDir}/before%part`)} && mv -f ${`${addedDir}/before%part`} ${`${addedDir}/before`}
}`;

/** What Drover installed, and what would go if that was removed. */
export interface AddedPackages {
  /** There is something written down. */
  readonly noted: boolean;
  readonly added: readonly string[];
  /** By apt's own account, or undefined where it cannot say. */
  readonly wouldGo: readonly string[] | undefined;
}

const name = /^[a-z0-9][a-z0-9.+-]*(:[a-z0-9]+)?$/;

/** Asks dpkg and apt; half a second where something was installed, nothing where not. */
export const addedPackages: Probe<AddedPackages | undefined> = {
  sh: sh`cd ${addedDir} 2>/dev/null || { echo end; exit 0; }
now=$(${present}) || exit 1
mine=$({ cat added 2>/dev/null; [ ! -s before ] || printf '%s\n' "$now" | grep -Fxv -f before; } | sort -u)
mine=$(printf '%s\n' "$now" | grep -Fx -e "$mine")
echo noted
printf '%s\n' "$mine" | sed -n 's/^./added &/p'
[ -z "$mine" ] || apt-get -s -q -o Debug::NoLocking=1 --allow-change-held-packages purge $mine | sed -n 's/^Purg \([^ ]*\).*/goes \1/p'
echo end`,
  parse: (answer) => {
    const rows = lines(answer.stdout);
    if (answer.code !== 0 || rows.at(-1) !== "end") return undefined;
    const named = (word: string) =>
      rows
        .flatMap((row) => (row.startsWith(`${word} `) ? [row.slice(word.length + 1)] : []))
        .filter((one) => name.test(one));
    const goes = named("goes");
    return { noted: rows.includes("noted"), added: named("added"), wouldGo: goes.length === 0 ? undefined : goes };
  },
};
