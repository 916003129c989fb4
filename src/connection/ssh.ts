import type { Host } from "../core/cluster.ts";
import { DroverError } from "../core/errors.ts";
import { type CredentialSettings, credentialsFor } from "./credentials.ts";
import { fingerprint, type KnownKeys, parseHostKey } from "./host-key.ts";
import { knownLine, lookUp } from "./known-hosts.ts";
import { addKnownHost, readKnownHosts } from "./known-hosts-file.ts";
import { type LoginOutcome, login } from "./login.ts";
import { hostKeyError } from "./login-errors.ts";
import { RootConnection } from "./root-connection.ts";
import type { Connect } from "./types.ts";

/** What connections to hosts are made with. */
export interface ConnectSettings extends CredentialSettings {
  /** Path of the known_hosts file that is read, and written after a yes. */
  readonly knownHosts: string;
  readonly sudoPassword?: (host: Host) => string | undefined;
  /** Whether a person takes this fingerprint for the host's; asked for one host at a time. Without it: no. */
  readonly confirmHostKey?: (host: Host, fingerprint: string) => Promise<boolean>;
  /** For the TCP connection, and again for the login. In ms. */
  readonly readyTimeoutMs: number;
}

async function knownKeys(host: Host, knownHosts: string): Promise<KnownKeys> {
  if (host.hostKey === undefined) return lookUp(await readKnownHosts(knownHosts), host.address, host.port);
  const pinned = parseHostKey(host.hostKey);
  if (pinned !== undefined) return { trusted: [pinned], revoked: [] };
  throw new DroverError("inventory/invalid", "the pinned host key is not one", {
    host: host.name,
    remedy: "Give it as ssh-keyscan prints it, without the name: `ssh-ed25519 AAAA...`.",
  });
}

async function sudoPassword(host: Host, settings: ConnectSettings): Promise<string | undefined> {
  const password = settings.sudoPassword?.(host);
  if (password === undefined || !/[\n\r\0]/.test(password)) return password;
  throw new DroverError("sudo/denied", "the sudo password holds a line break", {
    host: host.name,
    remedy: "Give the password alone, without a line break at its end.",
  });
}

/** Opens connections to hosts, on which scripts run as root. Throws as `Connect` does. */
export function createConnect(settings: ConnectSettings): Connect {
  let asked: Promise<unknown> = Promise.resolve();

  const attempt = async (host: Host): Promise<LoginOutcome> => {
    const [credentials, known] = [await credentialsFor(host, settings), await knownKeys(host, settings.knownHosts)];
    return login({ host, credentials, known, readyTimeoutMs: settings.readyTimeoutMs });
  };

  // A person may take longer than a login may: the line is closed while they think, and opened again after a yes.
  const ask = async (host: Host, outcome: LoginOutcome): Promise<LoginOutcome> => {
    if (outcome.kind === "in" || outcome.verdict.kind !== "unknown") return outcome;
    const { shown } = outcome.verdict;
    const answer = asked.then(async () => (await settings.confirmHostKey?.(host, fingerprint(shown))) === true);
    asked = answer.catch(() => {});
    if (!(await answer)) return outcome;
    await addKnownHost(settings.knownHosts, knownLine(host.address, host.port, shown));
    return attempt(host);
  };

  return async (host) => {
    const password = await sudoPassword(host, settings);
    const outcome = await ask(host, await attempt(host));
    if (outcome.kind === "refused") throw hostKeyError(host, outcome.verdict, settings.knownHosts);
    return new RootConnection(host, outcome.line, password);
  };
}
