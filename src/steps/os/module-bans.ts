import { inOneLine } from "../../core/printable.ts";
import { sh } from "../../core/shell.ts";
import type { Change, Decision } from "../../core/step.ts";
import { cannotEdit } from "../blocked.ts";
import { commentOut } from "../files/comment-out.ts";
import { editFile } from "../files/edit-file.ts";
import { fileSetProbe, type SetFile } from "../files/file-set-probe.ts";

/** The files of modprobe.d(5) that ban or replace any of the modules. Module names know no difference of - and _. */
export function modprobeFiles(modules: readonly string[]) {
  const names = modules.map((name) => name.replaceAll("_", "[-_]")).join("|");
  const pattern = `^[[:space:]]*(blacklist|install)[[:space:]]+(${names})([[:space:]]|$)`;
  return fileSetProbe(
    sh`$(grep -lsE ${pattern} /etc/modprobe.d/*.conf /run/modprobe.d/*.conf /usr/lib/modprobe.d/*.conf /lib/modprobe.d/*.conf)`,
  );
}

/** Lines that keep a module from being loaded at boot: systemd-modules-load honours `blacklist`, everything `install`. */
function bans(file: SetFile, modules: readonly string[]): ReadonlySet<number> {
  const rows = file.text.split("\n").flatMap((row, index) => {
    const [, name] = /^\s*(?:blacklist|install)\s+(\S+)/.exec(row) ?? [];
    return name !== undefined && modules.includes(name.replaceAll("-", "_")) ? [index + 1] : [];
  });
  return new Set(rows);
}

/** Lifts the bans where a person set them, under /etc; elsewhere a person must. */
export function liftBans(files: readonly SetFile[], modules: readonly string[]): readonly Change[] | Decision {
  const changes: Change[] = [];
  for (const { realPath, file, ...one } of files.map((found) => ({ ...found, lines: bans(found, modules) }))) {
    if (one.lines.size === 0) continue;
    if (file.kind === "unreadable") return cannotEdit(realPath, file.why);
    const where = inOneLine(`${realPath}:${[...one.lines].join(",")}`);
    if (!realPath.startsWith("/etc/")) {
      const remedy = "Hide it with an empty file of the same name in /etc/modprobe.d on the host.";
      return { kind: "blocked", because: `${where} bans a kernel module that containers need`, remedy };
    }
    const after = commentOut(file.text, one.lines, "containers need it");
    const summary = `${where} no longer bans what containers need`;
    changes.push(editFile({ summary, path: realPath, file, after }));
  }
  return changes;
}
