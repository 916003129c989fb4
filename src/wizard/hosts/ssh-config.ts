import { lookUpSsh } from "../../inventory/ssh-config/look-up.ts";
import type { SshConfig } from "../../inventory/ssh-config/read.ts";
import type { PastedHost } from "./pasted-host.ts";

/** Whose settings they are. */
export interface Operator {
  /** Absolute. */
  readonly home: string;
  /** Whether a file is there: OpenSSH passes over keys that are not. */
  readonly isThere: (path: string) => boolean;
}

/**
 * The machines that a ~/.ssh/config names outright (no patterns, no `Match`), to be picked from a list. The name is the
 * entry's, the address HostName; user, port and key are what OpenSSH would use, blocks with patterns included.
 * Inventories honour ~/.ssh/config by themselves, but not everybody who uses one has the same.
 */
export function hostsOfSshConfig(config: SshConfig, operator: Operator): readonly PastedHost[] {
  const names = config.flatMap(({ keyword, words }) => (keyword === "host" ? words : []));
  const plain = [...new Set(names)].filter((name) => /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name));
  return plain.map((name) => host(name, config, operator));
}

function host(name: string, config: SshConfig, { home, isThere }: Operator): PastedHost {
  const { hostName, user, port, identityFiles, ...way } = lookUpSsh(config, name, { home });
  // How it is reached through others only ~/.ssh/config knows, and is asked under this name again.
  const isAlias = [way.proxyJump, way.proxyCommand, way.hostKeyAlias].some((one) => one !== undefined);
  if (isAlias || way.undecided.size > 0) return { address: name, name };
  const key = identityFiles.find(isThere);
  return {
    address: hostName ?? name,
    name,
    ...(user === undefined ? {} : { user }),
    ...(port !== undefined && port > 0 && port < 65536 ? { port } : {}),
    ...(key === undefined ? {} : { key: key.startsWith(`${home}/`) ? `~${key.slice(home.length)}` : key }),
  };
}
