import { printable, printableLines } from "../core/printable.ts";
import { paint } from "./paint.ts";

/** What a command came to on one host. */
export type ExecLine = { readonly name: string } & (
  | { readonly code: number; readonly stdout: string; readonly stderr: string }
  | { readonly failure: string }
  | { readonly leftOut: true }
);

/** The output of one host, each line behind its name: `|` for stdout, `!` for stderr, and last what went wrong. */
export function execLines(line: ExecLine, { color }: { readonly color: boolean }): readonly string[] {
  const painted = paint(color);
  const behind = (sign: string, text: string) => `${painted.bold(line.name)} ${sign} ${text}`;
  if ("leftOut" in line) return [behind("-", "not begun")];
  if ("failure" in line) return [behind("!", painted.red(printable(line.failure)))];
  const of = (text: string) => (text === "" ? [] : printableLines(text));
  const { code, stdout, stderr } = line;
  return [
    ...of(stdout).map((one) => behind("|", one)),
    ...of(stderr).map((one) => behind("!", one)),
    ...(code === 0 ? [] : [behind("!", painted.red(`exit code ${code}`))]),
  ];
}

function plural(count: number): string {
  return `${count} ${count === 1 ? "host" : "hosts"}`;
}

/** One line for all: `5 hosts: 3 ok, 1 exit code 2 (gpu4), 1 failed (gpu5)`. */
export function execSummary(all: readonly ExecLine[]): string {
  const kinds = Map.groupBy(all, (line) => {
    if ("leftOut" in line) return "not begun";
    if ("failure" in line) return "failed";
    return line.code === 0 ? "ok" : `exit code ${line.code}`;
  });
  const parts = [...kinds].map(([kind, lines]) =>
    kind === "ok" ? `${lines.length} ok` : `${lines.length} ${kind} (${lines.map(({ name }) => name).join(", ")})`,
  );
  return `${plural(all.length)}: ${parts.join(", ")}`;
}
