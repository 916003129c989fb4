import { inOneLine } from "../../core/printable.ts";
import type { Probe } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import type { Change, Decision } from "../../core/step.ts";
import { cannotEdit } from "../blocked.ts";
import { commentOut } from "../files/comment-out.ts";
import { editFile } from "../files/edit-file.ts";
import { fileSetProbe, type SetFile } from "../files/file-set-probe.ts";

/** Where apt is told Docker's repository by Drover. */
export const sourcesPath = "/etc/apt/sources.list.d/docker.sources";

const ownHost = "download.docker.com";

/** How the repository is told from others: Docker's own by its host, a mirror by its address. */
function marks(url: string): readonly string[] {
  const address = url.replace(/^https?:\/\//, "");
  return address.startsWith(`${ownHost}/`) ? [ownHost] : [ownHost, address];
}

/** The files in which apt is told of Docker's repository, its own or the mirror at this address, whole. */
export function sourceFiles(url: string): Probe<readonly SetFile[] | undefined> {
  const patterns = marks(url).flatMap((mark) => ["-e", mark]);
  return fileSetProbe(
    sh`$(grep -lsF ${patterns} /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources)`,
  );
}

/** The numbers of the lines that name the repository: one by one in a .list, whole stanzas in deb822 (sources.list(5)). */
function linesOf({ path, text }: SetFile, url: string): ReadonlySet<number> {
  const lines = text.split("\n");
  const names = (line: string) => marks(url).some((mark) => line.replace(/#.*/, "").includes(mark));
  const named = new Set<number>();
  if (path.endsWith(".list")) {
    for (const [index, line] of lines.entries()) if (names(line)) named.add(index + 1);
    return named;
  }
  let start = 0;
  for (const [index, line] of [...lines, ""].entries()) {
    if (line.trim() !== "") continue;
    const stanza = lines.slice(start, index);
    if (stanza.some(names)) for (const at of stanza.keys()) named.add(start + at + 1);
    start = index + 1;
  }
  return named;
}

/**
 * Takes Docker's repository out of all files but Drover's own: naming it twice with different keys makes apt refuse
 * everything ("Conflicting values set for option Signed-By"), as an old docker.list beside a docker.sources does.
 */
export function quietOthers(files: readonly SetFile[], url: string): readonly Change[] | Decision {
  const changes: Change[] = [];
  for (const found of files.filter(({ path }) => path !== sourcesPath)) {
    const numbers = linesOf(found, url);
    if (numbers.size === 0) continue;
    if (found.file.kind === "unreadable") return cannotEdit(found.path, found.file.why);
    const after = commentOut(found.text, numbers, "the repository is in docker.sources");
    const summary = `${inOneLine(found.path)} no longer names Docker's repository a second time`;
    changes.push(editFile({ summary, path: found.path, file: found.file, after }));
  }
  return changes;
}
