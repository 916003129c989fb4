import { printable } from "../core/printable.ts";
import { type Paint, paint } from "./paint.ts";
import { groupBySame } from "./plan-groups.ts";
import { count, wrap } from "./wrap.ts";

/** One result of a check, as it is shown. */
export interface CheckLine {
  readonly check: string;
  readonly title: string;
  readonly severity: "blocking" | "warning" | "note";
  readonly why: string;
  readonly verdict: "ok" | "found" | "unknown";
  readonly hosts: readonly string[];
  readonly evidence: string;
  readonly fix: string;
  /** Shell text for root on that host. */
  readonly commands: readonly string[];
  readonly fixedByUp: string | undefined;
}

/** Whom a report is about. */
export interface CheckedHosts {
  /** How many hosts there are. */
  readonly count: number;
  /** Those of them that could not be reached, by name: none of the other checks was made there. */
  readonly notReached: readonly string[];
}

/** How a report is shown. */
export interface CheckOptions {
  readonly color: boolean;
  readonly width: number;
  /** Every check, also those that found nothing, and why each matters. */
  readonly verbose: boolean;
}

interface Style extends CheckOptions {
  readonly paint: Paint;
}

/** The checks for a person: counts, what needs attention, what `up` will fix. Ends with a newline. Pure. */
export function renderChecks(results: readonly CheckLine[], hosts: CheckedHosts, options: CheckOptions): string {
  const style = { ...options, paint: paint(options.color) };
  const open = results.filter(({ verdict, fixedByUp }) => verdict === "found" && fixedByUp === undefined);
  const sections = [
    section(
      "Blocking: up will not begin",
      open.filter(({ severity }) => severity === "blocking"),
      "x",
      style,
    ),
    section(
      "Warnings: will hurt later",
      open.filter(({ severity }) => severity === "warning"),
      "!",
      style,
    ),
    section(
      "Notes",
      open.filter(({ severity }) => severity === "note"),
      "-",
      style,
    ),
    section(
      "Not known",
      results.filter(({ verdict }) => verdict === "unknown"),
      "?",
      style,
    ),
    upFixes(results, style),
    options.verbose ? fine(results, style) : [],
  ];
  return `${[...header(results, open, hosts, style), ...sections.flat()].join("\n")}\n`;
}

function header(
  results: readonly CheckLine[],
  open: readonly CheckLine[],
  hosts: CheckedHosts,
  style: Style,
): readonly string[] {
  const { bold, red, green } = style.paint;
  const reached = hosts.count - hosts.notReached.length;
  const ids = (severity: CheckLine["severity"]) =>
    new Set(open.filter((one) => one.severity === severity).map(({ check }) => check)).size;
  const [blocking, warnings, notes] = [ids("blocking"), ids("warning"), ids("note")];
  const parts = [
    ...(blocking > 0 ? [`${blocking} blocking`] : []),
    ...(warnings > 0 ? [count(warnings, "warning")] : []),
    ...(notes > 0 ? [count(notes, "note")] : []),
  ];
  const checks = count(new Set(results.map(({ check }) => check)).size, "check");
  const found = parts.length === 0 ? "nothing needs attention" : parts.join(", ");
  const text = reached === 0 ? "Nothing was checked" : `${checks} on ${count(reached, "host")}: ${found}`;
  const color = reached === 0 || blocking > 0 ? red : warnings > 0 ? bold : green;
  return [...wrap(text, { width: style.width, first: "" }).map(color), ...missing(hosts, style)];
}

/** Nobody shall take the silence about a host for health. */
function missing({ count: all, notReached }: CheckedHosts, { width, paint: color }: Style): readonly string[] {
  if (notReached.length === 0) return [];
  const some = `${notReached.length} of ${count(all, "host")}`;
  const so = notReached.length === 1 ? "was not checked" : "were not checked";
  const text = `${some} could not be reached, and so ${so}: ${notReached.map(printable).join(", ")}`;
  return wrap(text, { width, first: "" }).map(color.red);
}

function section(title: string, results: readonly CheckLine[], mark: string, style: Style): readonly string[] {
  if (results.length === 0) return [];
  const groups = [...Map.groupBy(results, ({ check }) => check).values()];
  return ["", style.paint.bold(title), ...groups.flatMap((group) => renderGroup(group, mark, style))];
}

function renderGroup(group: readonly CheckLine[], mark: string, style: Style): readonly string[] {
  const { width, paint: color } = style;
  const [first] = group;
  if (first === undefined) return [];
  const head = wrap(`${first.check} (wanted: ${first.title})`, { width, first: `  ${mark} ` });
  const items = group.map((one) => ({ host: one.hosts.join(", "), value: one }));
  const same = groupBySame(items, ({ evidence, fix }) => `${evidence}\n${fix}`);
  const paintHead =
    first.severity === "blocking" && mark === "x" ? color.red : mark === "!" ? color.yellow : color.bold;
  return [
    ...head.map(paintHead),
    ...same.flatMap(({ hosts, value }) => renderFinding(hosts.filter(Boolean), value, style)),
    ...wrap(printable(first.why), { width, first: "      why: " }).map(color.dim),
  ];
}

function renderFinding(
  hosts: readonly string[],
  { evidence, fix, commands }: CheckLine,
  style: Style,
): readonly string[] {
  const { width, paint: color } = style;
  const where = hosts.length === 0 ? "" : `${hosts.map(printable).join(", ")}: `;
  return [
    ...wrap(`${where}${printable(evidence)}`, { width, first: "      " }),
    ...wrap(printable(fix), { width, first: "      fix: " }),
    ...commands.flatMap((command) => command.split("\n").map((line) => color.cyan(`           ${printable(line)}`))),
  ];
}

function upFixes(results: readonly CheckLine[], style: Style): readonly string[] {
  const fixed = results.filter(({ verdict, fixedByUp }) => verdict === "found" && fixedByUp !== undefined);
  if (fixed.length === 0) return [];
  const lines = [...Map.groupBy(fixed, ({ check }) => check).values()].flatMap((group) => {
    const [first] = group;
    const hosts = [...new Set(group.flatMap((one) => one.hosts))].map(printable).join(", ");
    return wrap(`${first?.title} (${first?.fixedByUp}): ${hosts}`, { width: style.width, first: "  ~ " });
  });
  return ["", style.paint.bold(`What up will put right (${new Set(fixed.map(({ check }) => check)).size})`), ...lines];
}

function fine(results: readonly CheckLine[], style: Style): readonly string[] {
  const groups = [...Map.groupBy(results, ({ check }) => check)].filter(([, all]) =>
    all.every(({ verdict }) => verdict === "ok"),
  );
  const lines = groups.flatMap(([check, [first]]) =>
    wrap(`${check}: ${first?.title}`, { width: style.width, first: "  + " }).map((line) =>
      line.replace("  + ", `  ${style.paint.green("+")} `),
    ),
  );
  return ["", style.paint.bold(`In order (${groups.length})`), ...lines];
}
