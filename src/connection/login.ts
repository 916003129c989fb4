import { NodeSSH } from "node-ssh";
import type { Host } from "../core/cluster.ts";
import { DroverError } from "../core/errors.ts";
import type { Credentials } from "./credentials.ts";
import { hostKeyAlgorithms, hostKeyOf, judge, type KnownKeys, type Verdict } from "./host-key.ts";
import { Line } from "./line.ts";
import { loginError } from "./login-errors.ts";
import { openSocket } from "./socket.ts";

/** What one attempt to log in needs. */
export interface LoginRequest {
  readonly host: Host;
  readonly credentials: Credentials;
  readonly known: KnownKeys;
  /** For the TCP connection and then for the handshake, each. In ms. */
  readonly readyTimeoutMs: number;
}

/** A line, or why the host was not trusted: nothing was sent to it then, not even the user's name. */
export type LoginOutcome =
  | { readonly kind: "in"; readonly line: Line }
  | { readonly kind: "refused"; readonly verdict: Exclude<Verdict, { kind: "trusted" }> };

/**
 * Opens a connection, checks the host's key and logs in.
 * @throws DroverError `ssh/unreachable`, `ssh/auth-failed`
 */
export async function login({ host, credentials, known, readyTimeoutMs }: LoginRequest): Promise<LoginOutcome> {
  const sock = await openSocket(host, readyTimeoutMs);
  const ssh = new NodeSSH();
  let verdict: Verdict | undefined;
  const connecting = ssh.connect({
    sock,
    username: host.user,
    ...credentials.given,
    readyTimeout: readyTimeoutMs,
    keepaliveInterval: 5_000,
    keepaliveCountMax: 3,
    algorithms: { serverHostKey: hostKeyAlgorithms(known.trusted) },
    hostVerifier: (key: Buffer) => {
      verdict = judge(hostKeyOf(key), known);
      return verdict.kind === "trusted";
    },
  });
  // Now, not after the login: a host that lets us in and hangs up in the same packet must find a listener.
  const line = new Line(ssh, sock, host);
  try {
    await connecting;
    return { kind: "in", line };
  } catch (error) {
    sock.destroy();
    if (verdict !== undefined && verdict.kind !== "trusted") return { kind: "refused", verdict };
    throw error instanceof DroverError ? error : loginError(host, credentials.described, error);
  }
}
