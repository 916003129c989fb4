import { inOneLine } from "../../core/printable.ts";
import type { Change, Decision } from "../../core/step.ts";
import { cannotEdit } from "../blocked.ts";
import { commentOut } from "../files/comment-out.ts";
import { editFile } from "../files/edit-file.ts";
import type { Override } from "./sysctl-files.ts";

function cannotMove({ file, line, key, value }: Override): Decision {
  const path = inOneLine(file.realPath);
  return {
    kind: "blocked",
    because: `${path}:${line} sets ${key} to ${inOneLine(value)} after Drover's own file, and is not a file of /etc`,
    remedy: `Hide it with a file of the same name in /etc/sysctl.d on the host, or give that value in the inventory (kernel.sysctl).`,
  };
}

/**
 * What takes the last word from later files: the lines are commented out where they stand, so that a colleague finds them
 * and the undo brings them back. Packages' own files are not edited.
 */
export function takeLastWord(found: readonly Override[]): readonly Change[] | Decision {
  const foreign = found.find(({ file }) => !file.realPath.startsWith("/etc/"));
  if (foreign !== undefined) return cannotMove(foreign);
  const changes: Change[] = [];
  for (const [path, overrides] of Map.groupBy(found, ({ file }) => file.realPath)) {
    const file = overrides[0]?.file.file;
    if (file === undefined || file.kind === "unreadable") return cannotEdit(path, file?.why ?? "");
    const numbers = new Set(overrides.map(({ line }) => line));
    const named = overrides.map(({ line, key, value }) => `${key} to ${inOneLine(value)} (line ${line})`).join(", ");
    changes.push(
      editFile({
        summary: inOneLine(`${path} no longer sets ${named}`),
        path,
        file,
        after: commentOut(file.text, numbers, "set by the inventory"),
      }),
    );
  }
  return changes;
}
