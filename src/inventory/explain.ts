import type * as z from "zod";
import { knownKeys } from "./json-schema.ts";
import { type Mistake, type Path, quoted, valueAt } from "./mistake.ts";
import { suggest } from "./suggest.ts";

const kinds: Readonly<Record<string, string>> = {
  string: "text",
  int: "a whole number",
  // All numbers of an inventory are whole ones.
  number: "a whole number",
  boolean: "true or false",
  array: "a list (`- one` per line, or `[one, two]`)",
  object: "a mapping of keys to values",
  record: "a mapping of keys to values",
};

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  return { string: "text", number: "a number", boolean: "true or false" }[String(typeof value)] ?? typeof value;
}

/** A value of the wrong kind. Never quotes it: it may be a password. */
function wrongKind(expected: string, value: unknown): string {
  if (value === undefined) return "is missing";
  if (value === null) return "has no value; give it one, or remove the key";
  const wanted = kinds[expected] ?? expected;
  if (expected === "string" && (typeof value === "number" || typeof value === "boolean")) {
    return "must be text; put quotes around it";
  }
  return `must be ${wanted}, but is ${kindOf(value)}`;
}

function unknownKey(key: string, path: Path): string {
  const known = knownKeys(path);
  const meant = suggest(key, known);
  return meant === undefined
    ? `is not a key that Drover knows here; it knows ${known.join(", ")}`
    : `is not a key that Drover knows; did you mean ${quoted(meant)}?`;
}

function notAChoice(values: readonly unknown[], value: unknown): string {
  if (value === undefined || value === null) return wrongKind("text", value);
  const choices = values.map(String);
  const meant = typeof value === "string" ? suggest(value, choices) : undefined;
  const ending = meant === undefined ? "" : `; did you mean ${quoted(meant)}?`;
  const wanted = choices.length === 1 ? choices.join() : `one of ${choices.join(", ")}`;
  // A mapping or a list may hold a password further down.
  return `must be ${wanted}, but is ${typeof value === "object" ? kindOf(value) : quoted(value)}${ending}`;
}

/** Zod's issues in a customer's words. One issue can be several mistakes: each unknown key has its own place. */
export function explainIssue(issue: z.core.$ZodIssue, value: unknown): readonly Mistake[] {
  const path = issue.path.map((part) => (typeof part === "number" ? part : String(part)));
  const found = valueAt(value, path);
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({ path: [...path, key], message: unknownKey(key, path) }));
    case "invalid_type":
      return [{ path, message: wrongKind(issue.expected, found) }];
    case "invalid_value":
      return [{ path, message: notAChoice(issue.values, found) }];
    case "invalid_key":
      return issue.issues.map(({ message }) => ({ path, message }));
    case "invalid_union":
      return [{ path, message: found === null ? wrongKind("text", found) : issue.message }];
    default:
      return [{ path, message: issue.message }];
  }
}
