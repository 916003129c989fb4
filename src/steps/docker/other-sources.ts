import { inOneLine } from "../../core/printable.ts";
import { sh } from "../../core/shell.ts";
import type { Change, Decision } from "../../core/step.ts";
import { cannotEdit } from "../blocked.ts";
import { commentOut } from "../files/comment-out.ts";
import { editFile } from "../files/edit-file.ts";
import { fileSetProbe, type SetFile } from "../files/file-set-probe.ts";

/** Where apt is told Docker's repository by Drover. */
export const sourcesPath = "/etc/apt/sources.list.d/docker.sources";

const repository = /^[^#]*download\.docker\.com/;

/** The files in which apt is told of Docker's repository, whole. */
export const sourceFiles = fileSetProbe(
  sh`$(grep -lsF download.docker.com /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources)`,
);

/** The numbers of the lines that name the repository: one by one in a .list, whole stanzas in deb822 (sources.list(5)). */
function linesOf({ path, text }: SetFile): ReadonlySet<number> {
  const lines = text.split("\n");
  const named = new Set<number>();
  if (path.endsWith(".list")) {
    for (const [index, line] of lines.entries()) if (repository.test(line)) named.add(index + 1);
    return named;
  }
  let start = 0;
  for (const [index, line] of [...lines, ""].entries()) {
    if (line.trim() !== "") continue;
    const stanza = lines.slice(start, index);
    if (stanza.some((one) => repository.test(one))) for (const at of stanza.keys()) named.add(start + at + 1);
    start = index + 1;
  }
  return named;
}

/**
 * Takes Docker's repository out of all files but Drover's own: naming it twice with different keys makes apt refuse
 * everything ("Conflicting values set for option Signed-By"), as an old docker.list beside a docker.sources does.
 */
export function quietOthers(files: readonly SetFile[]): readonly Change[] | Decision {
  const changes: Change[] = [];
  for (const found of files.filter(({ path }) => path !== sourcesPath)) {
    const numbers = linesOf(found);
    if (numbers.size === 0) continue;
    if (found.file.kind === "unreadable") return cannotEdit(found.path, found.file.why);
    const after = commentOut(found.text, numbers, "the repository is in docker.sources");
    const summary = `${inOneLine(found.path)} no longer names Docker's repository a second time`;
    changes.push(editFile({ summary, path: found.path, file: found.file, after }));
  }
  return changes;
}
