import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Probe } from "../../src/core/probe.ts";
import { testFolder } from "../test-folder.ts";

/** What a machine has: files by path (those that end with `/` are folders), links by path, and doubles of its programs. */
export interface Machine {
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly links?: Readonly<Record<string, string>>;
  /** Shell text by the program's name. */
  readonly programs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** Paths of the system's own, but for those that PATH is made of. */
const systemPath = /(?<![\w.:*-])\/(?:sys|proc|etc|run|var|usr|opt|snap|lib)(?=[/\s"'])/g;

/** A folder that stands for the root of such a machine, the doubles of its programs in `bin`. */
export function machine({ files = {}, links = {}, programs = {} }: Machine): string {
  const root = testFolder("machine");
  const at = (path: string): string => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    return join(root, path);
  };
  for (const [path, text] of Object.entries(files)) {
    if (path.endsWith("/")) mkdirSync(at(path), { recursive: true });
    else writeFileSync(at(path), text);
  }
  for (const [path, target] of Object.entries(links)) symlinkSync(target, at(path));
  mkdirSync(join(root, "bin"));
  for (const [name, text] of Object.entries(programs))
    writeFileSync(at(`bin/${name}`), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return root;
}

/** What a fact's own question, run by /bin/sh on such a machine, tells of it. */
export function askMachine<T>(probe: Probe<T>, has: Machine, root = machine(has)): T {
  const text = probe.sh.text.replaceAll(systemPath, `${root}$&`);
  const env = { PATH: `${root}/bin:/usr/bin:/bin`, LC_ALL: "C", ...has.env };
  const { status, stdout, stderr } = spawnSync("/bin/sh", ["-s"], { input: text, encoding: "utf8", env });
  return probe.parse({ code: status ?? 1, stdout: stdout.replaceAll(root, ""), stderr });
}

/** A double of `systemctl is-active` on a machine where these units run. */
export const isActive = (...active: readonly string[]) =>
  `[ "$1" = is-active ] || exit 9; shift
for u in "$@"; do case " ${active.join(" ")} " in *" $u "*) echo active ;; *) echo inactive ;; esac; done`;
