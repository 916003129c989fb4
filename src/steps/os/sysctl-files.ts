import type { Probe } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import { dotted, sameValue } from "./sysctl-key.ts";

/** One line `key = value` of a configuration file. */
export interface Assignment {
  readonly path: string;
  readonly line: number;
  readonly key: string;
  readonly value: string;
}

/** A configuration file and what it sets. */
export interface SysctlFile {
  readonly path: string;
  readonly assignments: readonly Assignment[];
}

function readFile(section: string): SysctlFile {
  const [path = "", ...rows] = section.split("\n");
  const assignments = rows.flatMap((row) => {
    const [, line, key, value] = /^(\d{1,9}):\s*-?\s*([^=\s]+)\s*=\s*(.*)$/.exec(row) ?? [];
    return key === undefined || value === undefined
      ? []
      : [{ path, line: Number(line), key: dotted(key), value: value.trim() }];
  });
  return { path, assignments };
}

/** Every file that sets kernel parameters, in the order of precedence of their folders (sysctl.d(5)). */
export const sysctlFiles: Probe<readonly SysctlFile[] | undefined> = {
  // An entry that is a link to /dev/null counts too: it hides one of the same name.
  sh: sh`for f in /etc/sysctl.d/*.conf /run/sysctl.d/*.conf /usr/local/lib/sysctl.d/*.conf /usr/lib/sysctl.d/*.conf /lib/sysctl.d/*.conf /etc/sysctl.conf; do
  [ -e "$f" ] || continue
  printf '\f%s\n' "$f"; grep -n '^[[:space:]]*[-a-z]' "$f"
done
printf '\fend\n'`,
  parse: (answer) => {
    const sections = answer.stdout.split("\f").slice(1);
    if (answer.code !== 0 || sections.pop()?.trim() !== "end") return undefined;
    return sections.map(readFile);
  },
};

function nameOf(path: string): string {
  // procps reads /etc/sysctl.conf after all others.
  return path === "/etc/sysctl.conf" ? "\uffff" : path.slice(path.lastIndexOf("/") + 1);
}

/** The assignment that wins over the file `after` with another value, if there is one. */
export function findOverride(query: {
  readonly files: readonly SysctlFile[];
  readonly after: string;
  readonly key: string;
  readonly value: string;
}): Assignment | undefined {
  const byName = new Map<string, SysctlFile>();
  for (const file of query.files) if (!byName.has(nameOf(file.path))) byName.set(nameOf(file.path), file);
  const later = [...byName.keys()].filter((name) => name > nameOf(query.after)).sort();
  const winner = later
    .flatMap((name) => byName.get(name)?.assignments ?? [])
    .filter((found) => found.key === dotted(query.key))
    .at(-1);
  return winner === undefined || sameValue(winner.value, query.value) ? undefined : winner;
}
