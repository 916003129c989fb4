import { execa } from "execa";
import { control } from "../core/cluster.ts";
import { DroverError } from "../core/errors.ts";
import { holdScript } from "./hold-script.ts";
import { inOwnGroup, signalGroup } from "./own-group.ts";
import { type Job, runScript } from "./run-script.ts";
import { type Launch, type Running, signalCode } from "./running.ts";
import { wholeScript } from "./script.ts";
import type { Connection } from "./types.ts";

/** Where and with what scripts of the control machine run. */
export interface LocalSettings {
  /** The folder they start in. */
  readonly cwd: string;
  /** All of their environment. */
  readonly env: Readonly<Record<string, string>>;
}

function closedError(): DroverError {
  return new DroverError("ssh/connection-lost", "the control machine's connection is closed", {
    host: control.name,
    remedy: "Run the same command again.",
  });
}

/** A shell in a process group of its own: a Ctrl-C at the terminal is Drover's to handle, not the script's. */
export function startShell(launch: Launch, settings: LocalSettings): Running {
  const child = execa("/bin/sh", ["-s"], {
    cwd: settings.cwd,
    env: settings.env,
    extendEnv: false,
    ...inOwnGroup,
  });
  child.stdin.on("error", () => {});
  child.stdout.on("data", launch.onStdout);
  child.stderr.on("data", launch.onStderr);
  const ended = child.then(({ exitCode, signal, originalMessage }) => {
    if (exitCode !== undefined) return exitCode;
    if (signal !== undefined) return signalCode(signal);
    throw new DroverError("step/action-failed", `/bin/sh could not be started in ${settings.cwd}`, {
      host: control.name,
      remedy: "Check that the folder exists and that you may enter it.",
      details: originalMessage === undefined ? [] : [originalMessage],
    });
  });
  return { stdin: child.stdin, ended, kill: () => signalGroup(child.pid, "SIGKILL") };
}

/** Runs scripts on this machine, as whoever runs Drover, with the semantics of a host's connection. */
export function connectLocal(settings: LocalSettings): Connection {
  const running = new Set<Running>();
  let isClosed = false;
  const start = (launch: Launch): Running => {
    if (isClosed) throw closedError();
    const shell = startShell(launch, settings);
    running.add(shell);
    const forget = () => running.delete(shell);
    shell.ended.then(forget, forget);
    return shell;
  };
  const job = (script: string): Job => ({ command: "/bin/sh -s", stdin: wholeScript(script), mark: undefined });
  return {
    name: control.name,
    exec: async (script, options) => {
      const { result } = await runScript(start, job(script), options);
      if (isClosed) throw closedError();
      return result;
    },
    hold: async (script) => (await holdScript(start, job(script))).held,
    close: async () => {
      isClosed = true;
      for (const shell of running) shell.kill();
    },
  };
}
