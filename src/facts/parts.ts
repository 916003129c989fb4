import type { Result } from "../core/probe.ts";
import { joinSh, type Sh, sh } from "../core/shell.ts";

/** What each command of a fact printed on stdout, by the command's name; an empty text where it printed nothing. */
export type Parts<N extends string> = Readonly<Record<N, string>>;

/** One question made of several commands. What one prints, and whether it fails, does not harm the others. */
export function askParts(commands: Readonly<Record<string, Sh>>): Sh {
  const asked = Object.entries(commands).map(
    ([name, command]) => sh`printf '\n-- %s\n' ${name}
{ ${command}
} 2>/dev/null`,
  );
  return joinSh([sh`PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin`, ...asked, sh`printf '\n-- end\n'`]);
}

/**
 * The answer to it; undefined if it was cut before its end, so that half an answer is not taken for a whole one. NUL bytes, which no
 * argument of the commands that are proposed can carry, come as the sign for what is no text.
 */
export function readParts<N extends string>(answer: Result, names: readonly N[]): Parts<N> | undefined {
  const sections = `\n${answer.stdout.replaceAll("\0", "\uFFFD")}`.split(/\n-- (?=[\w-]+\n)/).slice(1);
  if (sections.at(-1)?.trim() !== "end") return undefined;
  const found = new Map(sections.map((section) => [head(section), section.slice(head(section).length + 1)]));
  return Object.fromEntries(names.map((name) => [name, found.get(name) ?? ""])) as Parts<N>;
}

function head(section: string): string {
  return section.split("\n", 1)[0] ?? "";
}

/** The units among these that run, as one `systemctl is-active` of all of them tells: a line for each, in their order. */
export function activeUnits(units: readonly string[], output: string): readonly string[] {
  const states = output.trim().split("\n");
  return states.length === units.length ? units.filter((_, index) => states[index]?.trim() === "active") : [];
}

/** A JSON value that a tool printed; undefined if it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The objects of a JSON array; nothing where it is none. */
export function records(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value)
    ? value.filter((one) => typeof one === "object" && one !== null && !Array.isArray(one))
    : [];
}

/** A non-negative whole number; undefined for everything else, also for one with more than 15 digits. */
export function wholeNumber(text: unknown): number | undefined {
  const word = typeof text === "number" ? String(text) : typeof text === "string" ? text.trim() : "";
  return /^\d{1,15}$/.test(word) ? Number(word) : undefined;
}

/** A text of at most 200 characters; undefined for everything that is no text or empty. */
export function shortText(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value.trim().slice(0, 200) : undefined;
}
