import type { Endpoint, Host, LoginSettings, SecretSource, Taint } from "../core/cluster.ts";
import { oneSpelling } from "../core/one-spelling.ts";
import type { Checked } from "./check.ts";
import type { SecretOf } from "./find-secrets.ts";
import { proxyTokens, type Reach, type Written } from "./hosts/reach.ts";
import { type BasesOf, filePath } from "./paths.ts";
import { sudoPasswordOf } from "./secrets-of.ts";
import { fillProxyCommand } from "./ssh-config/proxy-command.ts";

/** What making hosts needs besides the inventory. */
export interface HostWorld {
  readonly basesOf: BasesOf;
  readonly secretOf: SecretOf;
  /** Whether a file that ~/.ssh/config names is there: OpenSSH passes over those that are not. */
  readonly isThere: (path: string) => boolean;
  /** The text of a public key file; undefined if it cannot be read. */
  readonly readPublicKey: (path: string) => string | undefined;
}

/** OpenSSH's own. */
const sshPort = 22;

/** `key=value:Effect`, which the schema has checked. */
function toTaint(text: string): Taint {
  const [, key = "", value = "", effect] = /^([^=:]+)(?:=([^:]*))?:(.*)$/.exec(text) ?? [];
  return { key, value, effect: effect as Taint["effect"] };
}

/** Without the comment that a .pub file ends with. */
function bareKey(hostKey: string | undefined): string | undefined {
  return hostKey?.trim().split(/\s+/).slice(0, 2).join(" ");
}

function sourceOf(written: Written | undefined, { secretOf }: HostWorld): SecretSource | undefined {
  if (written === undefined) return undefined;
  return written.text === "ask" ? "ask" : secretOf(written);
}

function loginOf(way: Reach, moreKeys: readonly string[], { inventory }: Checked, world: HostWorld): LoginSettings {
  const { config } = way;
  const { ssh } = inventory;
  return {
    passphrase: sourceOf({ text: ssh.passphrase, at: ["ssh", "passphrase"] }, world),
    password: sourceOf(way.password, world),
    moreKeys,
    identitiesOnly: config.identitiesOnly,
    identityAgent: config.identityAgent,
    knownHosts: config.knownHostsFiles,
    hostKeyAlias: config.hostKeyAlias,
    timeoutSeconds: ssh.timeoutSeconds,
    keepAliveSeconds: ssh.keepAliveSeconds,
  };
}

/** A rule has refused what cannot be filled in; without the command it must not be reached at all. */
function proxyCommandOf(way: Reach, user: string): Pick<Endpoint, "proxyCommand"> {
  if (way.proxyCommand === undefined) return {};
  const filled = fillProxyCommand(way.proxyCommand, proxyTokens(way, user));
  if ("problem" in filled) throw new Error(`${way.alias}: its ProxyCommand ${filled.problem}`);
  return { proxyCommand: filled.text };
}

/** A way as a machine to log in to. `above` is the host of a hop, whose user and key it shares unless it has its own. */
function toEndpoint(way: Reach, checked: Checked, world: HostWorld, above?: Endpoint): Endpoint {
  const configured = way.config.identityFiles.filter((path) => world.isThere(path));
  const named = way.key === undefined ? [] : [filePath(way.key.text, world.basesOf(way.key.at))];
  const [keyPath, ...moreKeys] = named.length > 0 ? named : configured;
  // A rule has made sure that the host has one.
  const user = way.user ?? above?.user ?? "";
  return {
    name: way.alias,
    address: oneSpelling(way.address),
    port: way.port ?? sshPort,
    user,
    keyPath: keyPath ?? above?.keyPath,
    hostKey: bareKey(way.hostKey),
    login: loginOf(way, moreKeys, checked, world),
    ...proxyCommandOf(way, user),
  };
}

/** The public half of a host's key, where a password logs in until the host knows it. */
function publicKeyOf({ keyPath, login }: Endpoint, { readPublicKey }: HostWorld): string | undefined {
  if (keyPath === undefined || login?.password === undefined) return undefined;
  const text = bareKey(readPublicKey(`${keyPath}.pub`));
  return text !== undefined && /^[a-z][a-z0-9@.-]+ [A-Za-z0-9+/]+={0,2}$/.test(text) ? text : undefined;
}

/** The host at this place of the inventory. */
export function toHost(checked: Checked, index: number, world: HostWorld): readonly Host[] {
  const [host, way] = [checked.inventory.hosts[index], checked.reached[index]];
  if (host === undefined || way === undefined) return [];
  const endpoint = toEndpoint(way, checked, world);
  return [
    {
      ...endpoint,
      name: host.name,
      internalAddress: host.internalAddress === undefined ? undefined : oneSpelling(host.internalAddress),
      jump: way.jump.map((hop) => toEndpoint(hop, checked, world, endpoint)),
      publicKey: publicKeyOf(endpoint, world),
      sudoPassword: sourceOf(sudoPasswordOf(checked, index), world),
      roles: host.roles,
      gpu: host.gpu,
      labels: host.labels,
      taints: host.taints.map(toTaint),
    },
  ];
}
