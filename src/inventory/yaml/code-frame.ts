import { inColumns } from "../../core/printable.ts";
import type { Place } from "./line-column.ts";

/** Lines that may hold a secret: a mask that hides too much is the better mistake. */
const sensitive = /pass|secret|token|credential/i;

const indentOf = (line: string) => line.search(/\S|$/);

/** The same lines, with everything hidden behind the key of a sensitive line and in the lines indented below it. */
function hideSecrets(lines: readonly string[]): readonly string[] {
  let hiddenBelow = Number.POSITIVE_INFINITY;
  return lines.map((line) => {
    if (line.trim() !== "" && indentOf(line) > hiddenBelow) return `${" ".repeat(indentOf(line))}***`;
    hiddenBelow = sensitive.test(line) ? indentOf(line) : Number.POSITIVE_INFINITY;
    return sensitive.test(line) ? line.replace(/^(\s*(?:-\s+)?["']?[\w-]+["']?\s*:)?.*$/s, "$1 ***") : line;
  });
}

/** Whether a line of a text, counted from 1, may be shown as it is. */
export function isShown(source: string, line: number): boolean {
  const lines = source.split(/\r?\n/).slice(0, line);
  return hideSecrets(lines).at(-1) === lines.at(-1);
}

function shown(line: string): string {
  const text = inColumns(line);
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}

/**
 * The line of a place with the two before it and a mark below, each line as one string.
 * Tabs are shown as arrows, since they are the usual culprits; values of lines that speak of passwords are hidden.
 */
export function codeFrame(source: string, place: Place): readonly string[] {
  const lines = hideSecrets(source.split(/\r?\n/).slice(0, place.line));
  const first = Math.max(0, lines.length - 3);
  const width = String(place.line).length;
  const frame = lines.slice(first).map((line, index) => {
    const text = `${String(first + index + 1).padStart(width)} | ${shown(line)}`;
    return text.trimEnd();
  });
  return [...frame, `${" ".repeat(width)} | ${" ".repeat(Math.min(place.column, 100) - 1)}^`];
}
