import { readFile } from "node:fs/promises";
import ssh2 from "ssh2";
import type { Host } from "../core/cluster.ts";
import { DroverError } from "../core/errors.ts";

/** What a login may be tried with, besides the host's own key file. */
export interface CredentialSettings {
  /** The path of an agent's socket. */
  readonly agentSocket?: string | undefined;
  /** For encrypted key files. */
  readonly passphrase?: string | undefined;
}

/** What ssh2 is given to log in, and how an error names it. */
export interface Credentials {
  readonly given: { readonly privateKey?: string; readonly passphrase?: string; readonly agent?: string };
  /** As in "the key /home/ada/.ssh/id_ed25519"; undefined if there is nothing, which the host is left to refuse. */
  readonly described: string | undefined;
}

function unreadable(host: Host, path: string, why: string, remedy: string): DroverError {
  return new DroverError("ssh/key-unreadable", `the key ${path} ${why}`, { host: host.name, remedy });
}

async function readKeyFile(host: Host, path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
    throw unreadable(
      host,
      path,
      missing ? "does not exist" : "cannot be read",
      "Give the path of a private key that you can read in the inventory (ssh.key), or use an agent.",
    );
  }
}

function keyProblem(text: string, passphrase: string | undefined): string | undefined {
  const parsed = ssh2.utils.parseKey(text, passphrase);
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  if (key instanceof Error) return key.message;
  return key?.isPrivateKey() === true ? undefined : "not a private key";
}

async function fromFile(host: Host, path: string, settings: CredentialSettings): Promise<Credentials> {
  const { agentSocket, passphrase } = settings;
  const privateKey = await readKeyFile(host, path);
  const problem = keyProblem(privateKey, passphrase);
  const described = `the key ${path}`;
  if (problem === undefined) {
    return { given: passphrase === undefined ? { privateKey } : { privateKey, passphrase }, described };
  }
  if (!/encrypted|passphrase|decrypt|integrity/i.test(problem)) {
    throw unreadable(
      host,
      path,
      "is not a private key",
      "Give the path of an OpenSSH private key, not of its .pub file.",
    );
  }
  if (agentSocket !== undefined)
    return { given: { agent: agentSocket }, described: `the agent (${path} is encrypted)` };
  const remedy = "Give its passphrase, or load it into an agent with ssh-add.";
  throw unreadable(host, path, passphrase === undefined ? "is encrypted" : "does not open with the passphrase", remedy);
}

/**
 * What to log in to a host with: its key file; the agent, if it has none or the file is encrypted.
 * With neither, the host is still tried: that it is down or not the right one is the better thing to know first.
 * @throws DroverError `ssh/key-unreadable`
 */
export async function credentialsFor(host: Host, settings: CredentialSettings): Promise<Credentials> {
  if (host.keyPath !== undefined) return fromFile(host, host.keyPath, settings);
  if (settings.agentSocket !== undefined)
    return { given: { agent: settings.agentSocket }, described: "the agent's keys" };
  return { given: {}, described: undefined };
}
