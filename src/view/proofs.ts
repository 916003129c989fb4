import { paint } from "./paint.ts";
import { table } from "./table.ts";

/** What became of one proof. */
export interface ProofLine {
  readonly name: string;
  readonly about: string;
  readonly result: "ok" | "failed" | "skipped";
  readonly detail: string;
}

/** The proofs as a table, and what they come to in a line. Ends with a newline. Pure. */
export function renderProofs(
  proofs: readonly ProofLine[],
  { color, width }: { readonly color: boolean; readonly width: number },
): string {
  const colors = paint(color);
  const rows = proofs.map(({ name, result, about, detail }) => [name, result, about, detail]);
  const row = (line: string, cells: readonly string[]): string => {
    if (cells[1] === "failed") return colors.red(line);
    return cells[1] === "ok" ? line : colors.dim(line);
  };
  const lines = table([["PROOF", "RESULT", "WHAT", "FOUND"], ...rows], { width, head: colors.dim, row }).slice(1);
  const count = (result: ProofLine["result"]): number => proofs.filter((proof) => proof.result === result).length;
  const skipped = count("skipped") === 0 ? "" : `, ${count("skipped")} with nothing to prove`;
  return `${lines.join("\n")}\n\n${count("ok")} proven, ${count("failed")} failed${skipped}.\n`;
}
