import { NodeSSH } from "node-ssh";
import type { Host } from "../core/cluster.ts";
import { asDroverError, DroverError } from "../core/errors.ts";
import { startDeadline } from "./deadline.ts";
import { type HostKey, hostKeyAlgorithms, hostKeyOf, judge, type KnownKeys, type Verdict } from "./host-key.ts";
import { createJumpLines } from "./jump-lines.ts";
import { createReadKeyFile } from "./key-files.ts";
import { createLogIn } from "./log-in.ts";
import { loginError, onTheWay } from "./login-errors.ts";
import { createDesk } from "./secret-desk.ts";
import { checkAddress, openWay } from "./socket.ts";
import type { ConnectSettings } from "./ssh.ts";

/** What a host shows, and what to think of it. */
export interface ShownHostKey {
  readonly key: HostKey;
  readonly verdict: Verdict;
}

const asItIs = (error: unknown) => error;

/** The way to a host's sshd, over its jump hosts if it has some; those are logged in to. */
function waysWith(settings: ConnectSettings) {
  const desk = createDesk(undefined);
  const jumps = createJumpLines(createLogIn({ ...settings, desk, readKeyFile: createReadKeyFile() }));
  return async (host: Host) => {
    checkAddress(host);
    const through = await jumps(host.jump ?? []).catch((error: unknown) => {
      throw onTheWay(host, asDroverError(error));
    });
    const release = async () => through?.release();
    if (through !== undefined) return { sock: await through.line.forward(host), explain: asItIs, release };
    return { ...(await openWay(host, settings.readyTimeoutMs, settings.shell)), release };
  };
}

/**
 * Asks hosts for their keys and hangs up: nothing is sent to them, not even a user's name.
 * @throws DroverError `ssh/unreachable`, and what a login to a jump host throws
 */
export function createShowKey(settings: ConnectSettings): (host: Host, known: KnownKeys) => Promise<ShownHostKey> {
  const wayTo = waysWith(settings);
  return async (host, known) => {
    const { sock, explain, release } = await wayTo(host);
    const ssh = new NodeSSH();
    let shown: HostKey | undefined;
    const late = Promise.withResolvers<never>();
    const deadline = startDeadline(settings.readyTimeoutMs, () =>
      late.reject(Object.assign(new Error("no answer"), { level: "client-timeout" })),
    );
    const connecting = ssh.connect({
      sock,
      username: host.user,
      readyTimeout: 0,
      algorithms: { serverHostKey: hostKeyAlgorithms(known.trusted) },
      hostVerifier: (blob: Buffer) => {
        shown = hostKeyOf(blob);
        return false;
      },
    });
    ssh.connection?.on("error", () => {});
    const failure = await Promise.race([connecting, late.promise]).catch((error: unknown) => error);
    deadline.clear();
    connecting.catch(() => {});
    sock.destroy();
    await release();
    if (shown === undefined)
      throw explain(failure instanceof DroverError ? failure : loginError(host, undefined, failure));
    return { key: shown, verdict: judge(shown, known) };
  };
}
