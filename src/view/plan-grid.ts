import type { HostPlan, Plan } from "../core/plan.ts";
import { printable } from "../core/printable.ts";
import type { Decision } from "../core/step.ts";
import type { Paint } from "./paint.ts";
import { groupBySame } from "./plan-groups.ts";
import { wrap } from "./wrap.ts";

/** How a grid is drawn. */
export interface GridOptions {
  readonly paint: Paint;
  /** Columns. */
  readonly width: number;
}

/** What a step comes to on a host, as one character. */
const marks = { change: "~", disrupts: "!", later: "?", blocked: "x", ok: "." } as const;

type Mark = keyof typeof marks | "none";

const legend = "~ change, ! with an interruption, ? known later, x blocked, . right already";

interface Column {
  readonly head: string;
  readonly marks: readonly Mark[];
}

/**
 * Steps by hosts: a row for each step with something to do, a column for each host, or for each group of hosts with the same
 * to do where not all names fit. Nothing for a single host, where the plan itself is as short, or where nothing fits. Pure.
 */
export function planGrid(plan: Plan, { paint, width }: GridOptions): readonly string[] {
  const steps = pendingSteps(plan);
  const byHost = Map.groupBy(plan.hostPlans, ({ host }) => host.name);
  const columns = [...byHost]
    .map(([host, plans]) => ({ head: printable(host), marks: marksOf(plans, steps) }))
    .filter(({ marks: column }) => column.some((mark) => mark !== "none" && mark !== "ok"));
  if (columns.length < 2 || steps.length < 2) return [];
  const label = Math.max(...steps.map((step) => step.length)) + 4;
  const whole = draw(columns, { steps, label, width, paint });
  if (whole !== undefined) return titled(whole, width, paint);
  const { grouped, names } = groupColumns(columns);
  const small = draw(grouped, { steps, label, width, paint });
  const key = names.flatMap((line, index) => wrap(line, { width, first: `  ${letter(index)} = ` }));
  return small === undefined ? [] : [...titled(small, width, paint), ...key];
}

function titled(rows: readonly string[], width: number, { bold, dim }: Paint): readonly string[] {
  return [bold("Steps by hosts"), ...wrap(legend, { width, first: "  " }).map(dim), ...rows];
}

function pendingSteps(plan: Plan): readonly string[] {
  const ids = plan.hostPlans.flatMap(({ decided }) =>
    decided.filter(({ decision }) => decision.kind !== "ok").map(({ step }) => step.id),
  );
  return [...new Set(ids)];
}

/** One host's marks, a step each. */
function marksOf(plans: readonly HostPlan[], steps: readonly string[]): readonly Mark[] {
  const found = Map.groupBy(
    plans.flatMap(({ decided }) => decided),
    ({ step }) => step.id as string,
  );
  return steps.map((step) => {
    const marks = (found.get(step) ?? []).map(({ decision }) => markFor(decision));
    return marks.find((mark) => mark !== "ok") ?? marks[0] ?? "none";
  });
}

function markFor(decision: Decision): Mark {
  if (decision.kind !== "change") return decision.kind;
  return decision.changes.some(({ disrupts }) => disrupts !== undefined) ? "disrupts" : "change";
}

/** One column for all hosts with the same to do, and whose it is. */
function groupColumns(columns: readonly Column[]): { grouped: readonly Column[]; names: readonly string[] } {
  const items = columns.map(({ head, marks: column }) => ({ host: head, value: column }));
  const groups = groupBySame(items, (column) => column.join());
  return {
    grouped: groups.map(({ value }, index) => ({ head: letter(index), marks: value })),
    names: groups.map(({ hosts }) => hosts.join(", ")),
  };
}

/** `a` to `z`, then `a1`. */
function letter(index: number): string {
  const name = String.fromCharCode("a".charCodeAt(0) + (index % 26));
  return index < 26 ? name : `${name}${Math.floor(index / 26)}`;
}

interface Layout extends GridOptions {
  readonly steps: readonly string[];
  readonly label: number;
}

function draw(columns: readonly Column[], { steps, label, width, paint }: Layout): readonly string[] | undefined {
  if (columns.reduce((sum, { head }) => sum + head.length + 2, label - 2) > width) return undefined;
  const head = columns.map((column) => column.head).join("  ");
  const rows = steps.map((step, row) => {
    const cells = columns.map(({ head: name, marks: column }) => cell(column[row] ?? "none", name.length, paint));
    return `  ${step.padEnd(label - 2)}${cells.join("  ")}`.trimEnd();
  });
  return [`${" ".repeat(label)}${paint.dim(head)}`, ...rows];
}

/** The blanks stand outside of the colour, so that those at the end of a line go. */
function cell(mark: Mark, width: number, { red, yellow, dim }: Paint): string {
  if (mark === "none") return " ".repeat(width);
  const color = mark === "disrupts" || mark === "blocked" ? red : mark === "change" ? yellow : dim;
  return `${color(marks[mark])}${" ".repeat(Math.max(0, width - 1))}`;
}
