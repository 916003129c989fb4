import { sh } from "../../core/shell.ts";
import { fileSetProbe, type SetFile } from "../files/file-set-probe.ts";
import { sameKey, sameValue } from "./sysctl-key.ts";

/**
 * Every file that sets kernel parameters, in the order of precedence of their folders (sysctl.d(5)). ufw sets those of its
 * own file whenever it starts (IPT_SYSCTL in /etc/default/ufw), which is after all others.
 */
export const sysctlFiles = fileSetProbe(
  sh`/etc/sysctl.d/*.conf /run/sysctl.d/*.conf /usr/local/lib/sysctl.d/*.conf /usr/lib/sysctl.d/*.conf /lib/sysctl.d/*.conf /etc/sysctl.conf $([ -e /etc/ufw/ufw.conf ] && grep -q '^ENABLED=yes' /etc/ufw/ufw.conf && echo /etc/ufw/sysctl.conf)`,
);

/** One line of a file that sets a parameter to something else than wanted, and is read later than ours. */
export interface Override {
  readonly file: SetFile;
  /** Counted from 1. */
  readonly line: number;
  readonly key: string;
  readonly value: string;
}

// procps reads /etc/sysctl.conf after all others, and ufw comes later still.
const last = ["/etc/sysctl.conf", "/etc/ufw/sysctl.conf"];

function rank(path: string): string {
  const at = last.indexOf(path);
  return at < 0 ? path.slice(path.lastIndexOf("/") + 1) : "\uffff".repeat(at + 1);
}

/** The files that are read after `path`; of those with equal names, only the first folder's counts. */
function laterFiles(files: readonly SetFile[], path: string): readonly SetFile[] {
  const byName = new Map<string, SetFile>();
  for (const file of files) if (!byName.has(rank(file.path))) byName.set(rank(file.path), file);
  return [...byName].flatMap(([name, file]) => (name > rank(path) ? [file] : []));
}

function overridesIn(file: SetFile, wanted: readonly (readonly [string, string])[]): readonly Override[] {
  return file.text.split("\n").flatMap((row, index) => {
    const [, key, value] = /^\s*-?\s*([^=\s#;][^=\s]*)\s*=\s*(.*?)\s*$/.exec(row) ?? [];
    if (key === undefined || value === undefined) return [];
    const meant = wanted.find(([name]) => sameKey(key, name));
    return meant === undefined || sameValue(value, meant[1]) ? [] : [{ file, line: index + 1, key: meant[0], value }];
  });
}

/** What the next boot sets these keys to: the last line of each, in the order in which the files are read. */
export function lastWords(files: readonly SetFile[], keys: readonly string[]): ReadonlyMap<string, string> {
  const any = keys.map((key) => [key, ""] as const);
  const inOrder = laterFiles(files, "").toSorted((a, b) => (rank(a.path) < rank(b.path) ? -1 : 1));
  return new Map(inOrder.flatMap((file) => overridesIn(file, any)).map(({ key, value }) => [key, value]));
}

/** All lines that would undo what the file `after` sets, in later files; each real file once. */
export function findOverrides(query: {
  readonly files: readonly SetFile[];
  readonly after: string;
  readonly wanted: readonly (readonly [string, string])[];
}): readonly Override[] {
  const later = laterFiles(query.files, query.after);
  const once = later.filter((file, index) => later.findIndex((one) => one.realPath === file.realPath) === index);
  return once.flatMap((file) => overridesIn(file, query.wanted));
}
