import type { PastedHost } from "./pasted-host.ts";

/** Most bytes that are read of one such file. */
const longest = 1024 * 1024;

interface Entry {
  readonly names: readonly string[];
  readonly settings: ReadonlyMap<string, string>;
}

/** `Key value`, `Key=value`, `Key "value"`; keys know no case: ssh_config(5). */
function keyword(line: string): readonly [string, string] | undefined {
  const [, key, value] = /^\s*([A-Za-z]\w*)(?:\s*=\s*|\s+)(.*?)\s*$/.exec(line) ?? [];
  return key === undefined || value === undefined ? undefined : [key.toLowerCase(), value.replace(/^"(.*)"$/, "$1")];
}

function entries(text: string): readonly Entry[] {
  const all: { names: readonly string[]; settings: Map<string, string> }[] = [];
  for (const line of text.slice(0, longest).split(/\r?\n/)) {
    const found = line.trimStart().startsWith("#") ? undefined : keyword(line);
    if (found === undefined) continue;
    const [key, value] = found;
    if (key === "host") all.push({ names: value.split(/\s+/), settings: new Map() });
    else if (key === "match") all.push({ names: [], settings: new Map() });
    else if (all.at(-1)?.settings.has(key) === false) all.at(-1)?.settings.set(key, value);
  }
  return all;
}

/**
 * The machines that a ~/.ssh/config names outright (no patterns, no `Match`), to be picked from a list. The address is
 * HostName, or the entry's own name; the name is
 * the entry's. Inventories honour ~/.ssh/config by themselves, but not everybody who uses one has the same.
 */
export function hostsOfSshConfig(text: string): readonly PastedHost[] {
  return entries(text).flatMap(({ names, settings }) =>
    names.filter((name) => /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name)).map((name) => host(name, settings)),
  );
}

function host(name: string, settings: ReadonlyMap<string, string>): PastedHost {
  // How it is reached through others only ~/.ssh/config knows, and is asked under this name again.
  if (settings.has("proxyjump")) return { address: name, name };
  const [user, port, key] = [settings.get("user"), Number(settings.get("port")), settings.get("identityfile")];
  return {
    address: (settings.get("hostname") ?? name).replaceAll("%h", name),
    name,
    ...(user === undefined ? {} : { user }),
    ...(port > 0 && port < 65536 ? { port } : {}),
    ...(key === undefined ? {} : { key }),
  };
}
