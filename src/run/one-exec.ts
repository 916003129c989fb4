import type { Result } from "../core/probe.ts";
import { joinSh, type Sh, sh } from "../core/shell.ts";
import type { Action, RunAction, WriteAction } from "../core/step.ts";
import { runScript } from "./run-script.ts";
import { writeScript } from "./write-script.ts";

/** An action that is one script from beginning to end. */
export type Scripted = WriteAction | (RunAction & { readonly survivesDisconnect?: false });

/** Whether an action is one script: not a unit, which is followed, no reboot and no download. */
function isScripted(action: Action): action is Scripted {
  return action.kind === "write" || (action.kind === "run" && action.survivesDisconnect !== true);
}

/**
 * The actions in their order, as what is done in one go: lists of those that are each one script, as many of them as follow each
 * other but at most `most`; every other one alone.
 */
export function inExecs(
  actions: readonly Action[],
  most = Number.POSITIVE_INFINITY,
): readonly (readonly Scripted[] | Exclude<Action, Scripted>)[] {
  const gone: (Scripted[] | Exclude<Action, Scripted>)[] = [];
  for (const action of actions) {
    const last = gone.at(-1);
    if (!isScripted(action)) gone.push(action);
    else if (Array.isArray(last) && last.length < most) last.push(action);
    else gone.push([action]);
  }
  return gone;
}

/**
 * One script for several actions, each in a shell of its own, up to the first that fails, whose exit code it ends with. Both
 * streams tell which one begins: so nobody's output is taken for another's, and a shell whose line was cut goes no further, as
 * it can no longer tell.
 * @param mark a word nobody else prints
 */
export function oneExecScript(actions: readonly Scripted[], mark: string): Sh {
  const each = actions.map(
    (action, index) => sh`mark ${index}
(
${action.kind === "run" ? runScript(action) : writeScript(action)}
)
c=$?; [ $c -eq 0 ] || exit $c`,
  );
  return joinSh([
    sh`mark() { printf '%s %s\n' ${mark} "$1" && printf '%s %s\n' ${mark} "$1" >&2 || exit 1; }`,
    ...each,
  ]);
}

type OnLine = (line: string, stream: "stdout" | "stderr") => void;

/** What a line ends with: the mark of the action that begins, by its place among them; and what stands before that. */
function readMark(line: string, mark: string): { readonly rest: string; readonly next: string | undefined } {
  const [, rest = line, next] = new RegExp(`^(.*)${mark} (\\d+)$`).exec(line) ?? [];
  return { rest, next };
}

/** Which action begins with this line, by its place among them; undefined for all other lines. */
export function begunWith(line: string, mark: string): number | undefined {
  const { next } = readMark(line, mark);
  return next === undefined ? undefined : Number(next);
}

/** Hands each line to the action that printed it, without the marks; what stands before one without a newline is a line too. */
export function sortLines(mark: string, listeners: readonly OnLine[]): OnLine {
  const at = { stdout: -1, stderr: -1 };
  return (line, stream) => {
    const { rest, next } = readMark(line, mark);
    if (next === undefined || rest !== "") listeners[at[stream]]?.(rest, stream);
    if (next !== undefined) at[stream] = Number(next);
  };
}

/** Which action was the last that began, and its part of the result. */
export function lastBegun({ code, stdout, stderr }: Result, mark: string): { index: number; result: Result } {
  const [out, err] = [stdout, stderr].map((text) => lastPart(text, mark));
  const index = Math.max(out?.index ?? 0, err?.index ?? 0);
  const of = (part: typeof out) => (part?.index === index ? part.text : "");
  return { index, result: { code, stdout: of(out), stderr: of(err) } };
}

function lastPart(text: string, mark: string): { readonly index: number; readonly text: string } {
  const at = text.lastIndexOf(`${mark} `);
  const [, index = "0", rest = text] = /^\S+ (\d+)\n(.*)$/s.exec(at < 0 ? "" : text.slice(at)) ?? [];
  return { index: Number(index), text: rest };
}
