import { printable, printableLines } from "../core/printable.ts";
import type { Action, Change, WriteAction } from "../core/step.ts";
import { renderDiff } from "./diff.ts";
import type { Paint } from "./paint.ts";

/** How much of a change is shown. */
export interface ChangeOptions {
  readonly paint: Paint;
  /** Commands, and diffs at any length. */
  readonly verbose: boolean;
}

/** A short diff is read; of a long one the beginning. */
const diffLimit = 40;

/** Whether the change writes a secret: then the file's content is never shown, only what the step offers for a diff. */
export function isSensitive(change: Change): boolean {
  return change.actions.some((action) => action.kind === "write" && action.sensitive === true);
}

/** What the change interrupts, in words; the empty string if nothing. */
export function disruption(change: Change): string {
  const words = { service: "interrupts a service", node: "interrupts the node", cluster: "interrupts the cluster" };
  return change.disrupts === undefined ? "" : `! ${words[change.disrupts]}`;
}

/** Everything below a change's summary: files with their diffs, reboots, with `verbose` the commands. Harmless lines. */
export function renderChangeBody(change: Change, options: ChangeOptions): readonly string[] {
  const writes = change.actions.filter((action) => action.kind === "write");
  const diff = bodyDiff(change, writes, options);
  const actions = change.actions.flatMap((action) => renderAction(action, options));
  return [...actions, ...diff];
}

function bodyDiff(change: Change, writes: readonly WriteAction[], { paint, verbose }: ChangeOptions): string[] {
  const limit = verbose ? Number.POSITIVE_INFINITY : diffLimit;
  const [only, another] = writes;
  const { before, after } = change;
  if (before !== undefined || after !== undefined) return renderDiff(before ?? "", after ?? "", { paint, limit });
  if (isSensitive(change)) return [paint.dim("(the content is secret and is not shown)")];
  // Nothing to compare with: a single new file is shown as one when everything is asked for.
  return verbose && only !== undefined && another === undefined ? renderDiff("", only.content, { paint, limit }) : [];
}

function renderAction(action: Action, { paint, verbose }: ChangeOptions): readonly string[] {
  switch (action.kind) {
    case "write":
      return [`${paint.bold(printable(action.path))} (${modeOf(action)})`];
    case "download":
      return [`from ${printable(action.url)}`];
    case "reboot":
      return [`reboots: ${printable(action.because)}`];
    case "run":
      return verbose
        ? printableLines(action.sh.text).map((line, index) => paint.dim(`${index === 0 ? "$" : " "} ${line}`))
        : [];
  }
}

/** The mode as chmod and ls know it: `0644`. */
export function modeOf({ mode }: WriteAction): string {
  return mode.toString(8).padStart(4, "0");
}
