import { control } from "../core/cluster.ts";
import { DroverError } from "../core/errors.ts";
import type { Result } from "../core/probe.ts";
import { type Sh, sh } from "../core/shell.ts";
import type { Action, Around, DownloadAction, RebootAction, RunAction, StepId } from "../core/step.ts";
import type { Deps } from "./deps.ts";
import { explain } from "./explain.ts";
import { begunWith, inExecs, lastBegun, oneExecScript, type Scripted, sortLines } from "./one-exec.ts";
import { runScript } from "./run-script.ts";
import type { Session } from "./session.ts";
import { unitScript } from "./unit-script.ts";

const writeTimeoutMs = 60_000;
const rebootTimeoutMs = 10 * 60_000;
/** How long a lost host is waited for while its unit goes on working there. */
const reconnectMs = 5 * 60_000;
/** So many last lines of output become the details of a failure. */
const keptLines = 20;

/** Where an action happens. */
export interface Place {
  readonly session: Session;
  readonly step: StepId;
  readonly deps: Deps;
}

/**
 * Turns the actions of a change into deeds, one after the other, up to the first that fails. The only place in Drover that
 * changes a host. Those that are one script each go to a host in one exec: a way there and back, and a start of sudo, for each of
 * them took longer than most of them do.
 * @throws DroverError `step/action-failed`, `step/action-timeout`, `host/disk-full`, `host/reboot-failed`, or the code of a known failure
 */
export async function perform(actions: readonly Action[], place: Place): Promise<void> {
  try {
    for (const one of inExecs(actions, place.session.host === control ? 1 : undefined)) {
      await ("kind" in one ? performOther(one, place) : performScripts(one, place));
    }
  } catch (thrown) {
    throw thrown instanceof DroverError ? thrown.at({ host: place.session.host.name, step: place.step }) : thrown;
  }
}

function performOther(action: Exclude<Action, Scripted>, place: Place): Promise<void> {
  if (action.kind === "run") return performUnit(action, place);
  return action.kind === "reboot" ? performReboot(action, place) : performDownload(action, place);
}

type OnLine = (line: string, stream: "stdout" | "stderr") => void;

function lineListener(action: RunAction, { session, step, deps }: Place, tail: string[]): OnLine {
  const host = session.host.name;
  return (line, stream) => {
    tail.push(line);
    if (tail.length > keptLines) tail.shift();
    deps.emit({ kind: "output", host, step, stream, line });
    const progress = action.progress?.(line);
    if (progress !== undefined) deps.emit({ kind: "progress", host, step, ...progress });
  };
}

async function performUnit(action: RunAction, place: Place): Promise<void> {
  const tail: string[] = [];
  const result = await runAsUnit(action, place, lineListener(action, place, tail));
  if (result.code !== 0) throw explain(result, action.failures ?? [], tail);
}

async function runAsUnit(action: RunAction, place: Place, onLine: OnLine): Promise<Result> {
  const { session, step, deps } = place;
  const script = unitScript(step, action, deps.nonce()).text;
  for (;;) {
    try {
      return await session.exec(script, { timeoutMs: action.timeoutMs, onLine });
    } catch (thrown) {
      if (!(thrown instanceof DroverError && thrown.code === "ssh/connection-lost")) throw thrown;
      const message = "the connection was lost; the work goes on there, and Drover connects again";
      deps.emit({ kind: "note", level: "warning", host: session.host.name, message });
      await session.reconnect(reconnectMs);
    }
  }
}

async function performScripts(actions: readonly Scripted[], place: Place): Promise<void> {
  const { session, deps } = place;
  const mark = deps.nonce();
  const tails = actions.map((action): string[] => (action.kind === "write" ? [`writing ${action.path}`] : []));
  const listeners = actions.map((action, index): OnLine => {
    const tail = tails[index] ?? [];
    return action.kind === "run" ? lineListener(action, place, tail) : (line) => tail.push(line);
  });
  const limits = actions.map((action) => (action.kind === "run" ? action.timeoutMs : writeTimeoutMs));
  let begun = 0;
  const limitFrom = (line: string, stream: "stdout" | "stderr"): number | undefined => {
    const next = stream === "stdout" ? begunWith(line, mark) : undefined;
    begun = next ?? begun;
    return next === undefined ? undefined : limits[next];
  };
  const timeoutMs = limits[0] ?? writeTimeoutMs;
  const how = { timeoutMs, limitFrom, onLine: sortLines(mark, listeners) };
  const whole = await session.exec(oneExecScript(actions, mark).text, how).catch((thrown: unknown) => {
    if (!(thrown instanceof DroverError) || thrown.code !== "step/action-timeout") throw thrown;
    const { code, message, remedy } = thrown;
    // What is no whole line yet may be the very question that it waits for: no listener was handed that.
    const told = new Set(tails.flat());
    const more = thrown.details.filter((line) => begunWith(line, mark) === undefined && !told.has(line));
    throw new DroverError(code, message, { remedy, details: [...(tails[begun] ?? []), ...more], cause: thrown });
  });
  if (whole.code === 0) return;
  const { index, result } = lastBegun(whole, mark);
  const failed = actions[index];
  throw explain(result, (failed?.kind === "run" ? failed.failures : undefined) ?? [], tails[index] ?? []);
}

function performDownload(action: DownloadAction, { session, step, deps }: Place): Promise<void> {
  return deps.download(action, (progress) =>
    deps.emit({ kind: "progress", host: session.host.name, step, ...progress }),
  );
}

const bootId = sh`cat /proc/sys/kernel/random/boot_id; cut -d' ' -f22 /proc/1/stat`.text;

async function performReboot(action: RebootAction, place: Place): Promise<void> {
  const { around } = action;
  if (around === undefined) return rebootNow(action, place);
  await onControl(around.before, around, place);
  await rebootNow(action, place);
  await onControl(around.after, around, place);
}

/** Does on the control machine what belongs to a host's step; output and failure count as the host's. */
async function onControl(script: Sh, { timeoutMs, failures }: Around, place: Place): Promise<void> {
  const action: RunAction = { kind: "run", sh: script, timeoutMs };
  const tail: string[] = [];
  const connection = await place.deps.connectLocal();
  try {
    const onLine = lineListener(action, place, tail);
    const result = await connection.exec(runScript(action).text, { timeoutMs, onLine });
    if (result.code !== 0) throw explain(result, failures, tail);
  } finally {
    await connection.close();
  }
}

async function rebootNow(action: RebootAction, { session, deps }: Place): Promise<void> {
  const host = session.host.name;
  const before = (await session.exec(bootId, { timeoutMs: writeTimeoutMs })).stdout;
  deps.emit({ kind: "note", level: "info", host, message: `rebooting: ${action.because}` });
  // As a rule the line ends before the command does.
  const asked = await session.exec(sh`systemctl reboot`.text, { timeoutMs: writeTimeoutMs }).catch(() => undefined);
  const deadline = deps.now() + rebootTimeoutMs;
  while (deps.now() < deadline) {
    await deps.sleep(1000);
    await session.reconnect(deadline - deps.now()).catch((thrown: unknown) => {
      throw deps.now() < deadline ? thrown : notBack(host, asked, thrown);
    });
    const now = await session.exec(bootId, { timeoutMs: writeTimeoutMs }).catch(() => undefined);
    if (now !== undefined && now.code === 0 && now.stdout !== before) return;
  }
  throw notBack(host, asked);
}

/** With what the order to reboot said, if it came to an end, and why no login was possible at the end. */
function notBack(host: string, asked: Result | undefined, cause?: unknown): DroverError {
  const said = [...(asked?.stderr.split("\n") ?? []), ...(cause instanceof Error ? [cause.message] : [])];
  return new DroverError("host/reboot-failed", `${host} did not come back within ${rebootTimeoutMs / 60_000} minutes`, {
    remedy: "Look at its console, then run the command again.",
    details: said.filter((line) => line.trim() !== "").slice(-keptLines),
    cause,
  });
}
