import type { Path } from "../mistake.ts";
import { lookUpSsh, type SshSettings } from "../ssh-config/look-up.ts";
import { fillProxyCommand, jumpOf, type ProxyTokens } from "../ssh-config/proxy-command.ts";
import type { SshConfig } from "../ssh-config/read.ts";

/** A text of the inventory, and where it is written. */
export interface Written {
  readonly text: string;
  readonly at: Path;
}

/** What an inventory says of how a machine is reached, each part where it is written. */
export interface Said {
  readonly address: string;
  readonly user?: string | undefined;
  readonly port?: number | undefined;
  /** A path as it is written. */
  readonly key?: Written | undefined;
  readonly hostKey?: string | undefined;
  /** A reference to it, or `ask`. */
  readonly password?: Written | undefined;
  readonly jump?: readonly Said[] | undefined;
  /** Said by ~/.ssh/config, so that OpenSSH's defaults hold. */
  readonly isOpenSsh?: boolean;
}

/** How a machine is reached, with what ~/.ssh/config adds. */
export interface Reach extends Omit<Said, "jump" | "isOpenSsh"> {
  /** The name under which it was looked up in ~/.ssh/config. */
  readonly alias: string;
  readonly config: SshSettings;
  readonly jump: readonly Reach[];
  /** What brings the bytes to it, tokens and all. */
  readonly proxyCommand: string | undefined;
  /** What makes it unreachable for Drover, as a message that continues the place of its address. */
  readonly problem: string | undefined;
}

/** OpenSSH's settings, and whose they are. */
export interface SshWorld {
  readonly config: SshConfig;
  /** Absolute. */
  readonly home: string;
  /** The operator's name on this machine, which OpenSSH takes where it is told none. */
  readonly localUser: string | undefined;
}

/** Where there are no settings of OpenSSH's. */
export const noSshConfig: SshWorld = { config: [], home: "/", localUser: undefined };

/** Jump hosts may have jump hosts of their own, but not for ever. */
const maxHops = 8;

/** The hops of `ProxyJump`: `[user@]host[:port]` or `ssh://...`, with commas between; IPv6 in brackets. */
export function parseProxyJump(text: string): readonly Said[] | undefined {
  const hops = text.split(",").map((hop): Said | undefined => {
    const match = /^(?:ssh:\/\/)?(?:([^@\s]+)@)?(?:\[([^[\]@\s/]+)\]|([^:@\s/[\]]+))(?::(\d{1,5}))?\/?$/.exec(
      hop.trim(),
    );
    const address = match?.[2] ?? match?.[3];
    if (match === null || address === undefined) return undefined;
    return { address, user: match[1], port: match[4] === undefined ? undefined : Number(match[4]) };
  });
  return hops.every((hop) => hop !== undefined) ? (hops as Said[]) : undefined;
}

/** What stands for the tokens of a way's ProxyCommand. */
export function proxyTokens(way: Pick<Reach, "alias" | "address" | "port" | "config">, user: string): ProxyTokens {
  const { alias, address, port = 22, config } = way;
  return { h: address, k: config.hostKeyAlias ?? alias, n: alias, p: String(port), r: user };
}

/** The settings that a `Match` may change which Drover does not judge, unless the inventory says its own. */
function undecidedOf({ undecided }: SshSettings, said: Said): string | undefined {
  const own: Readonly<Record<string, unknown>> = {
    user: said.user,
    port: said.port,
    identityfile: said.key,
    proxyjump: said.jump,
    proxycommand: said.jump,
  };
  const [open] = [...undecided].filter(([keyword]) => own[keyword] === undefined);
  if (open === undefined) return undefined;
  return `hangs on a Match in ${open[1]} that Drover does not judge (it runs no \`exec\` to read a file); say here what it decides, or ssh.config: none`;
}

function problemOf(way: Omit<Reach, "problem">, hops: readonly Said[] | undefined, said: Said): string | undefined {
  const { config, port = 22 } = way;
  // ~/.ssh/config only: the schema has seen to the inventory's own.
  if (port < 1 || port > 65_535) return `is reached by the port ${port} of ~/.ssh/config, and ports end at 65535`;
  const undecided = undecidedOf(config, said);
  if (undecided !== undefined || said.jump !== undefined) return undecided;
  if (hops === undefined) return `is reached by a ProxyJump that makes no sense: ${config.proxyJump}`;
  if (way.proxyCommand === undefined) return undefined;
  const filled = fillProxyCommand(way.proxyCommand, proxyTokens(way, way.user ?? "user"));
  return "problem" in filled ? `is reached by a ProxyCommand that ${filled.problem}` : undefined;
}

/**
 * How a machine is reached: what the inventory says, else what ~/.ssh/config says of that name, for it and every hop.
 * A hop that is named in ~/.ssh/config brings its own hops before it.
 */
export function reach(said: Said, world: SshWorld, depth = 0): Reach {
  const { home, localUser } = world;
  const config = lookUpSsh(world.config, said.address, { home, user: said.user, localUser });
  const named = config.proxyJump ?? (config.proxyCommand === undefined ? undefined : jumpOf(config.proxyCommand));
  const fromConfig = named === undefined ? [] : parseProxyJump(named);
  const hops = said.jump ?? (fromConfig ?? []).map((hop) => ({ ...hop, isOpenSsh: true }));
  const endless = depth > maxHops ? `is behind more than ${maxHops} jump hosts, or they go in a circle` : undefined;
  // A list of hops is a chain by itself: only the first can have a way of its own.
  const chain = hops.map((hop, index) => (index === 0 ? hop : { ...hop, jump: [] }));
  const reached = endless === undefined ? chain.map((hop) => reach(hop, world, depth + 1)) : [];
  const jump = reached.flatMap((hop) => [...hop.jump, { ...hop, jump: [] }]);
  const way = {
    alias: said.address,
    address: config.hostName ?? said.address,
    user: said.user ?? config.user ?? (said.isOpenSsh === true ? localUser : undefined),
    port: said.port ?? config.port,
    key: said.key,
    hostKey: said.hostKey,
    password: said.password,
    config,
    jump,
    proxyCommand: said.jump === undefined && named === undefined ? config.proxyCommand : undefined,
  };
  const problem = endless ?? problemOf(way, fromConfig, said) ?? reached.find((hop) => hop.problem)?.problem;
  return { ...way, problem };
}
