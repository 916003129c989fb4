import { inOneLine } from "../../core/printable.ts";
import type { Probe } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import { type AnyStep, type Change, changesOrOk, defineStep } from "../../core/step.ts";
import { noSenseAbout } from "../blocked.ts";
import { absentMark, backupDir, backupPath, flatName, keptDir, pathOf, writeThrough } from "../files/backup.ts";
import { quickly } from "../run-quickly.ts";
import { followUps } from "./follow-ups.ts";

/** A file that Drover changed or made, as the backups on the host tell. */
interface KeptFile {
  readonly path: string;
  /** `original`: there is a copy of it. `made`: there was none before. */
  readonly was: "original" | "made";
  /** Lines in which today's text differs from the original's, or whether what was made is still there. */
  readonly now: number | "there" | "gone";
  /** Folders were made for it. */
  readonly folders: boolean;
}

function readRow(row: string): readonly KeptFile[] {
  const [, flat = "", absent, state, count, folders] =
    /^(%2F[^\t]+?)(%absent)?\t(there|gone|(\d{1,9}))(\tfolders)?$/.exec(row) ?? [];
  const path = pathOf(flat);
  if (path === undefined || state === undefined) return [];
  const now = state === "there" || state === "gone" ? state : Number(count);
  return [{ path, was: absent === undefined ? "original" : "made", now, folders: folders !== undefined }];
}

/** Every backup, compared with what is there today. */
const keptFiles: Probe<readonly KeptFile[] | undefined> = {
  sh: sh`cd ${backupDir} 2>/dev/null && for f in %2F*; do
  [ -e "$f" ] || [ -L "$f" ] || continue
  p=$(printf '%s\n' "$f" | sed 's/%absent$//; s/%2F/\//g; s/%25/%/g')
  case $f in
    *%part) ;;
    *%absent)
      s=gone; [ -e "$p" ] || [ -L "$p" ] && s=there
      if [ -s "$f" ]; then printf '%s\t%s\tfolders\n' "$f" $s; else printf '%s\t%s\n' "$f" $s; fi ;;
    *)
      s=gone; [ -e "$p" ] || [ -L "$p" ] && s=$(diff -- "$f" "$p" 2>/dev/null | grep -c '^[<>]')
      printf '%s\t%s\n' "$f" "$s" ;;
  esac
done
echo end`,
  parse: (answer) => {
    const rows = answer.stdout.split("\n");
    if (answer.code !== 0 || rows.at(-2) !== "end") return undefined;
    return rows.slice(0, -2).flatMap(readRow);
  },
};

// The copy goes beside the target first, so that nobody ever sees half of it; the backup goes last, so that a run which is
// cut anywhere is simply done again. What was there until now is kept: it may hold what others wrote since.
function putBack({ path, now }: KeptFile): Change {
  const [copy, replaced] = [`${path}.drover-back`, `${keptDir}/replaced/${flatName(path)}`];
  const { commands, disrupts } = followUps(path);
  const restore = sh`mkdir -p -m 0700 ${`${keptDir}/replaced`} && mkdir -p -- ${path.replace(/\/[^/]*$/, "") || "/"} || exit 1
if [ -e ${path} ] || [ -L ${path} ]; then rm -f ${replaced}; cp -a -- ${path} ${replaced} || exit 1; fi
rm -f -- ${copy}; cp -a -- ${backupPath(path)} ${copy} && ${writeThrough(copy)} && mv -f -T -- ${copy} ${path}`;
  const lines = typeof now !== "number" ? "it is gone today" : now === 1 ? "1 line differs" : `${now} lines differ`;
  return {
    summary: `${inOneLine(path)} is as it was before Drover (${lines})`,
    actions: [
      quickly(restore),
      ...commands.map((command) => quickly(command)),
      quickly(sh`rm -f -- ${backupPath(path)} && rmdir --ignore-fail-on-non-empty ${backupDir}`),
    ],
    ...(disrupts ? { disrupts: "service" } : {}),
  };
}

function takeAway({ path, now }: KeptFile): Change {
  const { commands, disrupts } = followUps(path);
  const mark = absentMark(path);
  const forget = sh`while IFS= read -r f; do rmdir -- "$f" 2>/dev/null; done <${mark}
rm -f -- ${mark} && rmdir --ignore-fail-on-non-empty ${backupDir}`;
  return {
    summary: `${inOneLine(path)} is ${now === "gone" ? "still gone" : "gone"}, as before Drover`,
    actions: [quickly(sh`rm -f -- ${path}`), ...commands.map((command) => quickly(command)), quickly(forget)],
    ...(disrupts ? { disrupts: "service" } : {}),
  };
}

// A folder can go once all files in it are gone. Names come last: sudo looks its host up, and waits where nobody answers.
function turnOf({ path, folders }: KeptFile): number {
  const names = ["/etc/resolv.conf", "/etc/hosts"].indexOf(path);
  return names < 0 ? Number(folders) : 2 + names;
}

/** Every file that Drover changed has its old text, owner, mode and times again; what Drover made is gone. */
export function undoFiles(): AnyStep {
  return defineStep({
    id: "undo/files",
    title: "Put every file back as it was before Drover",
    probes: () => ({ kept: keptFiles }),
    decide: ({ kept }) => {
      if (kept === undefined) return noSenseAbout(`the backups in ${backupDir}`);
      const ordered = [...kept].sort((a, b) => turnOf(a) - turnOf(b));
      return changesOrOk(ordered.map((one) => (one.was === "made" ? takeAway(one) : putBack(one))));
    },
  });
}
