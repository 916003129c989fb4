import { countChanges, countDecisions, isPending, type Plan } from "../core/plan.ts";
import { printable } from "../core/printable.ts";
import type { Change, Decision } from "../core/step.ts";
import { disruption, renderChangeBody } from "./change.ts";
import { type Paint, paint } from "./paint.ts";
import { places } from "./places.ts";
import { planGrid } from "./plan-grid.ts";
import { groupBySame, groupPlan, type StageGroup, type StepGroup } from "./plan-groups.ts";
import { planInterruptions } from "./plan-interruptions.ts";
import { count, wrap } from "./wrap.ts";

/** How a plan is shown. */
export interface PlanOptions {
  readonly color: boolean;
  /** Columns. Prose is wrapped to it; diffs and commands are not, so that they can be copied. */
  readonly width: number;
  /** Commands too, and long diffs whole. */
  readonly verbose: boolean;
}

interface Style extends PlanOptions {
  readonly paint: Paint;
}

/** The plan for a person: counts, what is interrupted, a grid, then by stage and step what would be done on which hosts. Ends with a newline. Pure. */
export function renderPlan(plan: Plan, options: PlanOptions): string {
  const style = { ...options, paint: paint(options.color) };
  if (!isPending(plan)) return `${style.paint.bold(nothingToDo(plan))}\n`;
  const blocks = groupPlan(plan).filter((group) => group.steps.length > 0);
  const overview = [planInterruptions(plan, style), planGrid(plan, style)].filter((lines) => lines.length > 0);
  const sections = [...overview, ...blocks.map((group) => renderStage(group, style))];
  const lines = [...header(plan, style), ...sections.flatMap((section) => ["", ...section])];
  return `${lines.join("\n")}\n`;
}

/** What is asked before a plan is carried out, in the words and numbers of its first line. Pure. */
export function planQuestion(plan: Plan): string {
  return `Go on with ${[count(countChanges(plan), "change"), ...knownLater(plan)].join(" and ")}?`;
}

function knownLater(plan: Plan): readonly string[] {
  const { later } = countDecisions(plan);
  return later > 0 ? [`${later} known later`] : [];
}

function nothingToDo(plan: Plan): string {
  const hosts = plan.hostPlans.map(({ host }) => host.name);
  return `Nothing to do: cluster ${printable(plan.cluster)}, ${count(countDecisions(plan).ok, "check")} on ${places(hosts)}, all as it should be.`;
}

function header(plan: Plan, { paint: { bold, red }, width }: Style): readonly string[] {
  const { ok, blocked } = countDecisions(plan);
  const busy = plan.hostPlans.filter(({ decided }) => decided.some(({ decision }) => decision.kind !== "ok"));
  const on = places(new Set(busy.map(({ host }) => host.name)));
  const parts = [`${count(countChanges(plan), "change")} on ${on}`, ...knownLater(plan)];
  if (blocked > 0) parts.push(`${blocked} blocked`);
  parts.push(`${ok} already right`);
  const lines = wrap(`Plan for cluster ${printable(plan.cluster)}: ${parts.join(", ")}`, { width, first: "" });
  return lines.map(blocked > 0 ? red : bold);
}

function renderStage({ stage, steps }: StageGroup, style: Style): readonly string[] {
  const title = wrap(printable(stage.title), { width: style.width, first: "" }).map(style.paint.bold);
  return [...title, ...steps.flatMap((group) => renderStep(group, style))];
}

function renderStep({ step, title, decisions }: StepGroup, style: Style): readonly string[] {
  const items = decisions.map(({ host, decided }) => ({ host, value: decided.decision }));
  const rendered = items.map(({ host, value }) => ({ host, value: renderDecision(value, style) }));
  const head = wrap(`${step}: ${printable(title)}`, { width: style.width, first: "  " });
  const body = groupBySame(rendered, (lines) => lines.join("\n"));
  return [...head, ...body.flatMap(({ hosts, value }) => [...hostLine(hosts, style), ...value])];
}

function hostLine(hosts: readonly string[], { width, paint: { cyan } }: Style): readonly string[] {
  return wrap(`${hosts.map(printable).join(", ")}:`, { width, first: "    " }).map(cyan);
}

function renderDecision(decision: Decision, style: Style): readonly string[] {
  const { width, paint: color } = style;
  switch (decision.kind) {
    case "ok":
      return [];
    case "change":
      return decision.changes.flatMap((change) => renderChange(change, style));
    case "later": {
      const text = `known after ${decision.after} (${printable(decision.because)})`;
      return wrap(text, { width, first: "      ? " }).map(color.dim);
    }
    case "blocked":
      return [
        ...wrap(`blocked: ${printable(decision.because)}`, { width, first: "      x " }).map(color.red),
        ...wrap(`to do: ${printable(decision.remedy)}`, { width, first: "        " }),
      ];
  }
}

function renderChange(change: Change, style: Style): readonly string[] {
  const { width, paint: color } = style;
  const summary = wrap(printable(change.summary), { width, first: "      ~ " }).map(color.yellow);
  const marked = disruption(change);
  const warning = marked === "" ? [] : [`        ${color.red(marked)}`];
  const body = renderChangeBody(change, { paint: color, verbose: style.verbose }).map((line) => `          ${line}`);
  return [...summary, ...warning, ...body];
}
