import { readFile } from "node:fs/promises";
import type { Stamped } from "../core/events.ts";

/** What a field of an event must be for the views to take it. */
type Shape = "string" | "string?" | "number" | "number?" | "strings" | "object";

const place = { host: "string", step: "string" } as const;

/** The fields that an event of each kind cannot do without, and what others must be if they are there. */
const fields: { readonly [K in Stamped["kind"]]: Readonly<Record<string, Shape>> } = {
  "run-started": { run: "string", command: "string", cluster: "string", hosts: "strings" },
  "host-connecting": { host: "string", address: "string" },
  "host-connected": { host: "string", tookMs: "number" },
  "host-asked": { host: "string", probes: "number", tookMs: "number" },
  "stages-ahead": { stages: "strings", pending: "strings" },
  "stage-started": { stage: "string", title: "string", hosts: "strings" },
  "host-finished": { host: "string", stage: "string", changes: "number" },
  "stage-finished": { stage: "string", changed: "number", tookMs: "number" },
  "step-decided": { ...place, title: "string", decision: "object" },
  "change-started": { ...place, summary: "string" },
  "change-finished": { ...place, summary: "string", tookMs: "number" },
  output: { ...place, stream: "string", line: "string" },
  progress: { ...place, phase: "string", fraction: "number?" },
  "step-proven": place,
  "check-found": {
    check: "string",
    severity: "string",
    verdict: "string",
    hosts: "strings",
    evidence: "string",
    fixedByUp: "string?",
  },
  "proof-made": { proof: "string", about: "string", result: "string", detail: "string" },
  note: { level: "string", host: "string?", message: "string" },
  failed: { failure: "object" },
  "run-finished": { run: "string", outcome: "string", changes: "number", tookMs: "number" },
};

const failureFields = {
  code: "string",
  message: "string",
  host: "string?",
  step: "string?",
  remedy: "string",
  details: "strings",
} as const;
const decisionFields = { kind: "string", summaries: "strings" } as const;

const holds: { readonly [S in Shape]: (value: unknown) => boolean } = {
  string: (value) => typeof value === "string",
  "string?": (value) => value === undefined || typeof value === "string",
  "number?": (value) => value === undefined || typeof value === "number",
  number: (value) => typeof value === "number",
  strings: (value) => Array.isArray(value) && value.every((each) => typeof each === "string"),
  object: (value) => typeof value === "object" && value !== null,
};

function has(value: unknown, wanted: Readonly<Record<string, Shape>>): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(wanted).every(([name, shape]) => holds[shape](Reflect.get(value, name)));
}

function isStamped(value: unknown): value is Stamped {
  if (!has(value, { kind: "string", at: "number" })) return false;
  // As far as dates go (ECMA-262, "Time Range"): a moment beyond would end whoever writes it as one.
  if (Math.abs(Number(Reflect.get(Object(value), "at"))) > 8.64e15) return false;
  const kind: unknown = Reflect.get(Object(value), "kind");
  if (typeof kind !== "string" || !Object.hasOwn(fields, kind)) return false;
  if (!has(value, fields[kind as Stamped["kind"]])) return false;
  if (kind === "failed") return has(Reflect.get(Object(value), "failure"), failureFields);
  return kind !== "step-decided" || has(Reflect.get(Object(value), "decision"), decisionFields);
}

function parseLine(line: string): readonly Stamped[] {
  try {
    const value: unknown = JSON.parse(line);
    return isStamped(value) ? [value] : [];
  } catch {
    return [];
  }
}

/**
 * The events of a journal's text. A line that is no event, or not a whole one, is left out: a run that was killed leaves its
 * last one cut.
 */
export function parseJournal(text: string): readonly Stamped[] {
  return text.split("\n").flatMap(parseLine);
}

/** The events of one journal. Rejects if the file cannot be read. */
export async function readJournal(path: string): Promise<readonly Stamped[]> {
  return parseJournal(await readFile(path, "utf8"));
}
