import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Endpoint } from "../core/cluster.ts";
import { DroverError } from "../core/errors.ts";
import { unreachableError } from "./login-errors.ts";

/**
 * Throws unless address, port and user are such.
 * Names and addresses are data: letters, digits, and what IPv6 needs; never the beginning of an option.
 * @throws DroverError `inventory/invalid`
 */
export function checkAddress(host: Endpoint): void {
  const good = /^[A-Za-z0-9_:][A-Za-z0-9._:%-]*$/.test(host.address) && host.port > 0 && host.port < 65536;
  if (good && /^[A-Za-z0-9_][A-Za-z0-9._-]*\$?$/.test(host.user)) return;
  throw new DroverError("inventory/invalid", "the host's address, port or user is not one", {
    host: host.name,
    remedy: "Give a name or an IP address, a port from 1 to 65535 and a plain user name in the inventory.",
  });
}

/**
 * A TCP connection to a host's sshd, open. Our own, because ssh2 leaves Nagle's algorithm on: each small packet of the
 * handshake then waits for the other side's delayed acknowledgement.
 * @param timeoutMs ms until a host that says nothing counts as unreachable
 * @throws DroverError `ssh/unreachable`, `inventory/invalid`
 */
export async function openSocket(host: Endpoint, timeoutMs: number): Promise<Socket> {
  checkAddress(host);
  const socket = connect({ host: host.address, port: host.port, noDelay: true });
  const opened = Promise.withResolvers<void>();
  socket.once("connect", opened.resolve);
  socket.on("error", opened.reject);
  const late = () => opened.reject(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" }));
  const timer = setTimeout(late, timeoutMs);
  try {
    await opened.promise;
    return socket;
  } catch (error) {
    socket.destroy();
    throw unreachableError(host, error);
  } finally {
    clearTimeout(timer);
  }
}

/** The bytes to and from a machine's sshd, and what can be said of them should they lead nowhere. */
export interface Way {
  readonly sock: Duplex;
  /** The same error, with what is known of the way. */
  readonly explain: (error: unknown) => unknown;
}

/**
 * The first part of the way to a machine: its ProxyCommand where it has one, else a TCP connection.
 * @throws DroverError `ssh/unreachable`, `inventory/invalid`
 */
export async function openWay(host: Endpoint, timeoutMs: number, shell: string | undefined): Promise<Way> {
  const { proxyCommand } = host;
  if (proxyCommand === undefined) return { sock: await openSocket(host, timeoutMs), explain: (error) => error };
  checkAddress(host);
  // Only where it is needed: loading what starts programs takes longer than asking a host.
  const { startProxyCommand } = await import("./proxy-command.ts");
  return startProxyCommand(host, proxyCommand, shell);
}
