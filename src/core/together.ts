import { filesTogether, type Together } from "./files-together.ts";
import type { Sh } from "./shell.ts";
import { unitsTogether } from "./unit-question.ts";

/** Questions as they are put to a host: all files in one of them, and all units of systemd in one. */
export function together(questions: readonly Sh[]): Together {
  const files = filesTogether(questions);
  const units = unitsTogether(files.asked);
  // Units are always answered.
  return { asked: units.asked, read: (results) => files.read(units.read(results).flatMap((answer) => answer ?? [])) };
}
