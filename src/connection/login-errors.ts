import { SSHError } from "node-ssh";
import { messageIn } from "../catalogue/entry.ts";
import { sshCatalogue } from "../catalogue/ssh.ts";
import type { Endpoint } from "../core/cluster.ts";
import { DroverError } from "../core/errors.ts";
import { fingerprint, type Verdict } from "./host-key.ts";

function where(host: Endpoint): string {
  return `${host.address} port ${host.port}`;
}

const unreachable: Readonly<Record<string, string>> = {
  ECONNREFUSED: "refuses the connection",
  EHOSTUNREACH: "cannot be reached from here",
  ENETUNREACH: "cannot be reached from here",
  ENOTFOUND: "has no address: the name does not resolve",
  EAI_AGAIN: "has no address: no name server answered",
  ETIMEDOUT: "does not answer",
  ECONNRESET: "cut the connection before the login",
};

function property(error: unknown, name: "code" | "level"): string | undefined {
  if (typeof error !== "object" || error === null || !(name in error)) return undefined;
  const value: unknown = Reflect.get(error, name);
  return typeof value === "string" ? value : undefined;
}

function reason(error: unknown): string {
  if (property(error, "level") === "client-timeout") return "ETIMEDOUT";
  // node-ssh says ETIMEDOUT for every line that was closed before the login.
  return error instanceof SSHError ? "ECONNRESET" : (property(error, "code") ?? "");
}

function isNameless(error: unknown): boolean {
  return ["ENOTFOUND", "EAI_AGAIN"].includes(reason(error));
}

/** The error for a host that was not reached, or is no SSH server. */
export function unreachableError(host: Endpoint, error: unknown): DroverError {
  const message = error instanceof Error ? error.message : String(error);
  const known = unreachable[reason(error)];
  const said = known === undefined ? sshCatalogue.find(({ pattern }) => pattern.test(message)) : undefined;
  if (said !== undefined)
    return new DroverError(said.code, `${where(host)}: ${messageIn(message, said) ?? message}`, {
      host: host.name,
      remedy: said.remedy,
      details: [message],
      cause: error,
    });
  return new DroverError("ssh/unreachable", `${where(host)} ${known ?? "gave no SSH session"}`, {
    host: host.name,
    remedy: isNameless(error)
      ? "Correct the name, make this machine's DNS or /etc/hosts know it, or give the IP address instead."
      : "Check the address and the port in the inventory, that the host is up, runs sshd, and no firewall is between.",
    details: known === undefined ? [message] : [],
    cause: error,
  });
}

function loginRemedy(host: Endpoint, described: string | undefined): string {
  if (described === undefined)
    return "Name a private key in the inventory, or start an agent and load one with ssh-add.";
  if (described === "the password") {
    return "Check the user and the password, and that sshd there takes passwords (PasswordAuthentication).";
  }
  return `Check the user and the key in the inventory, and that ~${host.user}/.ssh/authorized_keys on the host has it.`;
}

function authFailed(host: Endpoint, described: string | undefined, error: unknown): DroverError {
  const who = `${host.user} may not log in to ${where(host)}`;
  return new DroverError(
    "ssh/auth-failed",
    `${who} ${described === undefined ? "without a key or an agent" : `with ${described}`}`,
    {
      host: host.name,
      remedy: loginRemedy(host, described),
      cause: error,
    },
  );
}

/** What a failed login means. `described` names what it was tried with, if with anything. */
export function loginError(host: Endpoint, described: string | undefined, error: unknown): DroverError {
  const level = property(error, "level") ?? "";
  const isAuth = level === "client-authentication" || level === "agent";
  return isAuth ? authFailed(host, described, error) : unreachableError(host, error);
}

/** The error for a machine that a jump host did not reach. `error` is ssh2's, with sshd's own words. */
export function forwardError(jump: Endpoint, to: Endpoint, error: Error): DroverError {
  const forbidden = /administratively prohibited/i.test(error.message);
  return new DroverError("ssh/unreachable", `${where(to)} cannot be reached from the jump host ${jump.name}`, {
    host: to.name,
    remedy: forbidden
      ? `Allow it on ${jump.name}: AllowTcpForwarding yes in its sshd_config, and no PermitOpen against it.`
      : `Check that ${to.name} is up, runs sshd, and that ${jump.name} may reach it by that address.`,
    details: [error.message],
    cause: error,
  });
}

/** An error of a jump host, told of the host that lies behind it. */
export function onTheWay(host: Endpoint, error: DroverError): DroverError {
  return new DroverError(error.code, `on the way to it, ${error.message}`, {
    host: host.name,
    remedy: error.remedy,
    details: error.details,
    cause: error,
  });
}

/** The error for a line that is gone. */
export function lostError(host: Endpoint, why: string): DroverError {
  return new DroverError("ssh/connection-lost", `the connection to ${where(host)} is gone: ${why}`, {
    host: host.name,
    remedy:
      "Check that the host is up and the network stays, then run the same command again: it goes on where it was.",
  });
}

/** The error for a host key that is not trusted. Always with fingerprints, as `ssh-keygen -lf` prints them. */
export function hostKeyError(
  host: Endpoint,
  verdict: Exclude<Verdict, { kind: "trusted" }>,
  knownHosts: string,
): DroverError {
  const shown = `shown by the host: ${fingerprint(verdict.shown)} (${verdict.shown.type})`;
  if (verdict.kind === "unknown") {
    return new DroverError(
      "ssh/host-key-unknown",
      `the key of ${where(host)} is not known: ${fingerprint(verdict.shown)}`,
      {
        host: host.name,
        remedy:
          "Compare the fingerprint on the host itself (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub), " +
          `then pin the key in the inventory or add it to ${knownHosts}.`,
        details: [shown],
      },
    );
  }
  const known = verdict.kind === "changed" ? verdict.known : [];
  const what = verdict.kind === "changed" ? "has changed" : "is revoked";
  return new DroverError("ssh/host-key-changed", `the key of ${where(host)} ${what}`, {
    host: host.name,
    remedy:
      "Somebody may be in between. Only if the host was really set up anew: replace its key " +
      `${host.hostKey === undefined ? `in ${knownHosts} (ssh-keygen -R)` : "in the inventory"}, then run again.`,
    details: [...known.map((key) => `known: ${fingerprint(key)} (${key.type})`), shown],
  });
}
