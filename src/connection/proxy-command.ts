import { Duplex } from "node:stream";
import { execa } from "execa";
import type { Endpoint } from "../core/cluster.ts";
import { DroverError } from "../core/errors.ts";
import { inOwnGroup, signalGroup } from "./own-group.ts";
import type { Way } from "./socket.ts";

/** Of what it says on stderr: its last lines, and no line longer than a screen or two. */
const [mostLines, longestLine] = [20, 400];

function endedError(host: Endpoint, how: string): DroverError {
  return new DroverError("ssh/unreachable", `its ProxyCommand ${how}`, {
    host: host.name,
    remedy: "Try `ssh` by hand: the same command of ~/.ssh/config is run. Or say the way with `jump` in the inventory.",
  });
}

/** An error of a login, with the command that led there and what it said. */
function explained(error: unknown, command: string, said: readonly string[]): unknown {
  if (!(error instanceof DroverError) || error.code !== "ssh/unreachable") return error;
  const { code, message, remedy, host } = error;
  const details = [...error.details, `ProxyCommand ${command}`, ...said.filter((line) => line.trim() !== "")];
  return new DroverError(code, message, { ...(host === undefined ? {} : { host }), remedy, details, cause: error });
}

function keepLast(said: string[], chunk: Buffer): void {
  const text = (said.pop() ?? "") + chunk.toString("utf8");
  said.push(...text.split("\n").map((line) => line.slice(0, longestLine)));
  said.splice(0, said.length - mostLines - 1);
}

/**
 * Runs a ProxyCommand as OpenSSH does: `exec` of it by the operator's shell, its stdin and stdout in place of a socket. It
 * has a process group of its own, which ends with the connection; a Ctrl-C at the terminal is Drover's to handle.
 * @param shell an absolute path; undefined: /bin/sh
 */
export function startProxyCommand(host: Endpoint, command: string, shell: string | undefined): Way {
  const child = execa(shell ?? "/bin/sh", ["-c", `exec ${command}`], inOwnGroup);
  const sock = new Duplex({
    read: () => child.stdout.resume(),
    // What it does not take is told by its end.
    write: (chunk: Buffer, _, done) => child.stdin.write(chunk, () => done()),
    final: (done) => child.stdin.end(done),
    destroy: (error, done) => {
      signalGroup(child.pid, "SIGTERM");
      done(error);
    },
  });
  const said: string[] = [];
  child.stdin.on("error", () => {});
  child.stderr.on("data", (chunk: Buffer) => keepLast(said, chunk));
  child.stdout.on("data", (chunk: Buffer) => {
    if (!sock.push(chunk)) child.stdout.pause();
  });
  // Not the end of its stdout: only the end of all of it says how it went.
  void child.then(({ exitCode, signal, originalMessage }) => {
    const how =
      exitCode === undefined ? (signal ?? originalMessage ?? "could not be started") : `exit code ${exitCode}`;
    sock.destroy(endedError(host, `ended (${how})`));
  });
  return { sock, explain: (error) => explained(error, command, said) };
}
