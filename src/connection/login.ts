import type { Duplex } from "node:stream";
import { NodeSSH } from "node-ssh";
import type { Endpoint } from "../core/cluster.ts";
import { DroverError } from "../core/errors.ts";
import { type AnswerPrompt, authHandler } from "./auth-handler.ts";
import type { Offer } from "./credentials.ts";
import { startDeadline } from "./deadline.ts";
import { hostKeyAlgorithms, hostKeyOf, judge, type KnownKeys, type Verdict } from "./host-key.ts";
import { Line } from "./line.ts";
import { loginError } from "./login-errors.ts";

/** What one attempt to log in needs. */
export interface LoginRequest {
  readonly endpoint: Endpoint;
  /** An open way to its sshd. Closed if the login fails. */
  readonly sock: Duplex;
  readonly offers: readonly Offer[];
  /** As errors name what was offered. */
  readonly described: string | undefined;
  readonly answer: AnswerPrompt | undefined;
  readonly known: KnownKeys;
  /** Of silence, in ms; it does not run while a person is asked. */
  readonly timeoutMs: number;
  readonly keepAliveMs: number;
}

/** A line, or why the host was not trusted: nothing was sent to it then, not even the user's name. */
export type LoginOutcome =
  | { readonly kind: "in"; readonly line: Line }
  | { readonly kind: "refused"; readonly verdict: Exclude<Verdict, { kind: "trusted" }> };

/** As ssh2 marks its own, so that both are told alike. */
function tooLate(): Error {
  return Object.assign(new Error("no answer"), { level: "client-timeout" });
}

/**
 * Checks the host's key and logs in.
 * @throws DroverError `ssh/unreachable`, `ssh/auth-failed`
 */
export async function login(request: LoginRequest): Promise<LoginOutcome> {
  const { endpoint, sock, known, answer } = request;
  const ssh = new NodeSSH();
  let verdict: Verdict | undefined;
  const late = Promise.withResolvers<never>();
  const deadline = startDeadline(request.timeoutMs, () => late.reject(tooLate()));
  const plan = {
    username: endpoint.user,
    offers: request.offers,
    answer: answer && ((prompt: string, echo: boolean) => deadline.pausedFor(() => answer(prompt, echo))),
  };
  const connecting = ssh.connect({
    sock,
    username: endpoint.user,
    authHandler: authHandler(plan),
    readyTimeout: 0,
    keepaliveInterval: request.keepAliveMs,
    keepaliveCountMax: 3,
    algorithms: { serverHostKey: hostKeyAlgorithms(known.trusted) },
    hostVerifier: (key: Buffer) => {
      verdict = judge(hostKeyOf(key), known);
      return verdict.kind === "trusted";
    },
  });
  // Time runs from what the host said last: behind a line of 2 s a login has too many round trips for one time limit.
  sock.on("data", deadline.again);
  // Now, not after the login: a host that lets us in and hangs up in the same packet must find a listener.
  const line = new Line(ssh, sock, endpoint);
  try {
    await Promise.race([connecting, late.promise]);
    return { kind: "in", line };
  } catch (error) {
    connecting.catch(() => {});
    sock.destroy();
    if (verdict !== undefined && verdict.kind !== "trusted") return { kind: "refused", verdict };
    throw error instanceof DroverError ? error : loginError(endpoint, request.described, error);
  } finally {
    sock.off("data", deadline.again);
    deadline.clear();
  }
}
