import type { BaseAgent, ParsedKey } from "ssh2";
import type { Endpoint, SecretSource } from "../core/cluster.ts";
import { agentWithOnly } from "./agent.ts";
import { type ReadKeyFile, unlocked } from "./key-files.ts";

/** One thing to log in with. */
export type Offer =
  | { readonly kind: "key"; readonly key: ParsedKey }
  /** A socket, or an agent itself. */
  | { readonly kind: "agent"; readonly agent: string | BaseAgent }
  | { readonly kind: "password"; readonly password: string };

/** A key that only a person can open. */
export interface LockedKey {
  readonly path: string;
  readonly unlock: (passphrase: string) => ParsedKey | undefined;
}

/** What to log in with, without asking anybody. */
export interface Credentials {
  /** In the order in which they are tried. */
  readonly offers: readonly Offer[];
  readonly locked: readonly LockedKey[];
  /** As in "the key /home/ada/.ssh/id_ed25519"; undefined if there is nothing, which the host is left to refuse. */
  readonly described: string | undefined;
}

/** What credentials are looked for with. */
export interface CredentialSettings {
  /** The path of an agent's socket. */
  readonly agentSocket?: string | undefined;
  readonly readKeyFile: ReadKeyFile;
  /** Whether a person can be asked for a passphrase. */
  readonly canAsk: boolean;
}

const secretIn = (source: SecretSource | undefined) => (typeof source === "object" ? source.reveal() : undefined);

/** Of the encrypted keys the agent's are tried, if there is one. */
function described(open: readonly string[], locked: readonly string[], agent: boolean, password: boolean) {
  const closed = locked.map((path) => `${path} (encrypted)`);
  const keys = agent ? open : [...open, ...closed];
  const named = keys.length === 0 ? [] : [`the key${keys.length === 1 ? "" : "s"} ${keys.join(", ")}`];
  const agents = locked.length === 0 ? "the agent's keys" : `the agent for ${closed.join(", ")}`;
  const parts = [...named, ...(agent ? [agents] : []), ...(password ? ["the password"] : [])];
  return parts.length === 0 ? undefined : parts.join(", ");
}

/**
 * What to log in with: its key files; the agent, if there are none or one is encrypted; its password. With nothing, the
 * machine is still tried: that it is down or not the right one is the better thing to know first.
 * @throws DroverError `ssh/key-unreadable`
 */
export async function credentialsFor(endpoint: Endpoint, settings: CredentialSettings): Promise<Credentials> {
  const login = endpoint.login ?? {};
  const own = login.identityAgent === "none" ? undefined : (login.identityAgent ?? settings.agentSocket);
  const paths = [...(endpoint.keyPath === undefined ? [] : [endpoint.keyPath]), ...(login.moreKeys ?? [])];
  const passphrase = secretIn(login.passphrase);
  const opened: ParsedKey[] = [];
  const locked: LockedKey[] = [];
  for (const path of paths) {
    const file = await settings.readKeyFile(path);
    const waits = file.kind === "locked" && passphrase === undefined && (settings.canAsk || own !== undefined);
    if (waits) locked.push({ path, unlock: file.unlock });
    else opened.push(unlocked(path, file, passphrase));
  }
  const socket = paths.length === 0 || locked.length > 0 ? own : undefined;
  const only = login.identitiesOnly === true && paths.length > 0;
  const agent = socket !== undefined && only ? await agentWithOnly(socket, paths, opened) : socket;
  const password = secretIn(login.password);
  const closed = locked.map(({ path }) => path);
  return {
    offers: [
      ...opened.map((key): Offer => ({ kind: "key", key })),
      ...(agent === undefined ? [] : [{ kind: "agent", agent } as const]),
      ...(password === undefined ? [] : [{ kind: "password", password } as const]),
    ],
    locked: settings.canAsk && login.passphrase !== undefined ? locked : [],
    described: described(
      paths.filter((path) => !closed.includes(path)),
      closed,
      agent !== undefined,
      password !== undefined,
    ),
  };
}
