import { catalogue } from "../catalogue/all.ts";
import { messageIn } from "../catalogue/entry.ts";
import { DroverError } from "../core/errors.ts";
import type { Result } from "../core/probe.ts";
import { type Sh, sh } from "../core/shell.ts";
import type {
  Action,
  Around,
  DownloadAction,
  KnownFailure,
  RebootAction,
  RunAction,
  StepId,
  WriteAction,
} from "../core/step.ts";
import type { Deps } from "./deps.ts";
import { runScript } from "./run-script.ts";
import type { Session } from "./session.ts";
import { unitScript } from "./unit-script.ts";
import { writeScript } from "./write-script.ts";

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

type Performer<A extends Action> = (action: A, place: Place) => Promise<void>;

const performers: { readonly [K in Action["kind"]]: Performer<Extract<Action, { kind: K }>> } = {
  run: performRun,
  write: performWrite,
  reboot: performReboot,
  download: performDownload,
};

/**
 * Turns one action into a deed. The only place in Drover that changes a host.
 * @throws DroverError `step/action-failed`, `step/action-timeout`, `host/disk-full`, `host/reboot-failed`, or the code of a known failure
 */
export async function perform(action: Action, place: Place): Promise<void> {
  try {
    await performers[action.kind](action as never, place);
  } catch (thrown) {
    throw thrown instanceof DroverError ? thrown.at({ host: place.session.host.name, step: place.step }) : thrown;
  }
}

async function performRun(action: RunAction, place: Place): Promise<void> {
  const tail: string[] = [];
  const onLine = lineListener(action, place, tail);
  const result =
    action.survivesDisconnect === true ? await runAsUnit(action, place, onLine) : await runOnce(action, place, onLine);
  if (result.code !== 0) throw explain(result, action.failures ?? [], tail);
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

function runOnce(action: RunAction, { session }: Place, onLine: OnLine): Promise<Result> {
  return session.exec(runScript(action).text, { timeoutMs: action.timeoutMs, onLine });
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

async function performWrite(action: WriteAction, { session }: Place): Promise<void> {
  const result = await session.exec(writeScript(action).text, { timeoutMs: writeTimeoutMs });
  if (result.code !== 0) throw explain(result, [], [`writing ${action.path}`, ...result.stderr.split("\n")]);
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

const commonFailures: readonly KnownFailure[] = [
  {
    // The shell's word for a child that got SIGKILL, at the end of whatever was being printed.
    pattern: /Killed$|Cannot allocate memory|[Oo]ut of memory/m,
    code: "step/action-failed",
    message: "a program was killed or got no memory: the host has too little",
    remedy:
      "Look at `free -m` and `journalctl -k | grep -i oom` there, stop what takes the memory, then run the command again.",
  },
  {
    pattern: /No space left on device/,
    code: "host/disk-full",
    message: "the disk is full",
    remedy: "Free some space there (df -h; du -xsh /var/*), then run the command again.",
  },
  {
    pattern: /Read-only file system/,
    code: "step/action-failed",
    message: "the file system is read-only",
    remedy: "Look at dmesg: the kernel may have found a broken disk. Mount it read-write, then run the command again.",
  },
];

function firstKnown(output: string, failures: readonly KnownFailure[]): KnownFailure | undefined {
  for (const failure of failures) {
    const message = messageIn(output, failure);
    if (message !== undefined) return { ...failure, message };
  }
  return undefined;
}

/** By what the step knows of its command; else by what is known of the programs, in the last lines alone. */
function explain(result: Result, failures: readonly KnownFailure[], tail: readonly string[]): DroverError {
  const output = `${result.stderr}\n${result.stdout}`;
  const details = tail.filter((line) => line.trim() !== "");
  const known = firstKnown(output, [...failures, ...commonFailures]) ?? firstKnown(tail.join("\n"), catalogue);
  if (known !== undefined) return new DroverError(known.code, known.message, { remedy: known.remedy, details });
  return new DroverError("step/action-failed", `a command ended with exit code ${result.code}`, {
    remedy: "The last lines of its output say why. Put that right, then run the command again: it goes on from here.",
    details,
  });
}
