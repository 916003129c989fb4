import type { Seen } from "../seen.ts";

/** Names that say nothing: every image begins with one of them. */
const meaningless = new Set(["localhost", "ubuntu", "debian", "server", "host", "linux", "user", "root"]);

/** The first label of a name as a node may be called, or undefined if nothing is left of it. */
function asLabel(text: string | undefined): string | undefined {
  const label = (text ?? "")
    .split(".")[0]
    ?.toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .slice(0, 63)
    .replace(/^-+|-+$/g, "");
  if (label === undefined || label === "" || /^\d+$/.test(label) || meaningless.has(label)) return undefined;
  return label;
}

/** What is known of one machine's name. */
export interface NameSource {
  readonly address: string;
  /** The name that a person gave it. */
  readonly name?: string | undefined;
  readonly seen?: Pick<Seen, "hostname"> | undefined;
}

/**
 * A name for each machine, in their order, all different: the one it was given, the first label of a DNS name, its own
 * hostname, else node1, node2, ... A name that two machines have is no name.
 */
export function proposeNames(hosts: readonly NameSource[]): readonly string[] {
  const given = hosts.map(({ name }) => asLabel(name));
  const wanted = hosts.map(
    ({ address, seen }, index) =>
      given[index] ??
      asLabel(/[a-z]/i.test(address) && !address.includes(":") ? address : undefined) ??
      asLabel(seen?.hostname),
  );
  const count = new Map<string, number>();
  for (const name of wanted) if (name !== undefined) count.set(name, (count.get(name) ?? 0) + 1);
  const taken = new Set(wanted.filter((name) => name !== undefined && count.get(name) === 1));
  let next = 1;
  return wanted.map((name) => {
    if (name !== undefined && count.get(name) === 1) return name;
    while (taken.has(`node${next}`)) next += 1;
    taken.add(`node${next}`);
    return `node${next}`;
  });
}
