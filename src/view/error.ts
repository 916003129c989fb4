import type { Failure } from "../core/events.ts";
import { printable, printableLines } from "../core/printable.ts";
import { type Paint, paint } from "./paint.ts";
import { groupBySame } from "./plan-groups.ts";
import { commonWords, reasonOf } from "./reason.ts";
import { wrap } from "./wrap.ts";

/** How failures are shown. */
export interface ErrorOptions {
  readonly color: boolean;
  /** Columns. Prose is wrapped to it; details are shown as they are. */
  readonly width: number;
  /** Where the journal of this run is, if there is one. */
  readonly journal: string | undefined;
}

interface Style extends ErrorOptions {
  readonly paint: Paint;
}

/**
 * Failures for a person: what happened, where, the evidence, what to do, where the journal is. What failed on
 * several hosts for one reason is told once, with the hosts. Ends with a newline. Pure.
 */
export function renderError(failures: readonly Failure[], options: ErrorOptions): string {
  const style = { ...options, paint: paint(options.color) };
  const blocks = [...Map.groupBy(failures, reasonOf).values()].map((same) => renderFailure(same, style));
  const journal = options.journal === undefined ? [] : ["", `Journal of this run: ${printable(options.journal)}`];
  return `${[...blocks.flatMap((block, index) => (index === 0 ? block : ["", ...block])), ...journal].join("\n")}\n`;
}

/** Where the hosts' words differ, each host's own stand above its evidence. */
function ownWords(same: readonly Failure[]): readonly Failure[] {
  const differ = new Set(same.map(({ message }) => message)).size > 1;
  return differ ? same.map((one) => ({ ...one, details: [one.message, ...one.details] })) : same;
}

/** Several hosts that failed for one reason, as one failure. */
function renderFailure(same: readonly Failure[], { width, paint: color }: Style): readonly string[] {
  const { code = "", step = "" } = same[0] ?? {};
  const [first = "", ...more] = printableLines(commonWords(same.map(({ message }) => message)));
  const hosts = new Set(same.flatMap(({ host = "" }) => (host === "" ? [] : [printable(host)])));
  const place = [[...hosts].join(", "), printable(step)].filter((part) => part !== "").join(": ");
  const remedy = printable(commonWords(same.map((one) => one.remedy)));
  return [
    ...wrap(`Error ${printable(code)}: ${first}`, { width, first: "" }).map((line) => color.bold(color.red(line))),
    ...more.flatMap((line) => wrap(line, { width, first: "  " })),
    ...(place === "" ? [] : wrap(place, { width, first: "  where:  " })),
    ...renderDetails(ownWords(same), color),
    ...wrap(remedy, { width, first: "  to do:  " }),
  ];
}

/** Hosts that print the same evidence share it; of different evidence, three hosts' are enough to see the point. */
function renderDetails(failures: readonly Failure[], { dim }: Paint): readonly string[] {
  const items = failures.map((failure) => ({ host: failure.host ?? "", value: failure.details }));
  const groups = groupBySame(items, (details) => details.join("\n")).filter(({ value }) => value.length > 0);
  const lines = groups
    .slice(0, 3)
    .flatMap(({ hosts, value }) => [
      ...(groups.length > 1 ? [`  on ${hosts.map(printable).join(", ")}:`] : []),
      ...value.flatMap(printableLines).map((line) => dim(`    | ${line}`)),
    ]);
  const hidden = groups.length - 3;
  return hidden > 0 ? [...lines, dim(`    ... and of ${hidden} more in the journal`)] : lines;
}
