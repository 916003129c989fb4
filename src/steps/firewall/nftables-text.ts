import type { OpenPort } from "./open-ports.ts";

/** A chain of nftables.conf that sees packets for this host, or packets that pass through it. */
export interface BaseChain {
  readonly family: "ip" | "inet";
  readonly table: string;
  readonly chain: string;
  /** The chain of ours that it shall ask first. */
  readonly jump: "drover_ports" | "drover_pods";
}

const families: readonly string[] = ["ip", "ip6", "inet", "arp", "bridge", "netdev"];

/** Strings, comments and continued lines as a whole; what stands between statements and blocks by itself. */
const token = /"[^"\n]*"|#[^\n]*|\\\n|[{};\n]|[^\s{};"#]+/g;

/** What `table` or `chain` is followed by: the family, which is `ip` where it is left out, then the names. */
function named(words: readonly string[]): readonly string[] {
  return families.includes(words[0] ?? "") ? words : ["ip", ...words];
}

/** The chain in whose block a statement stands: `table inet filter {` `chain input {`, or `add chain inet filter input {`. */
function chainOf(heads: readonly (readonly string[])[]): readonly string[] {
  const [[first = "", ...outer] = [], [second = "", inner = ""] = []] = heads.map((head) =>
    ["add", "create"].includes(head[0] ?? "") ? head.slice(1) : head,
  );
  if (first === "chain") return named(outer);
  return first === "table" && second === "chain" ? [...named(outer), inner] : [];
}

function baseChain(heads: readonly (readonly string[])[], statement: readonly string[]): readonly BaseChain[] {
  const hook = /^type filter hook (input|forward)\b/.exec(statement.join(" "))?.[1];
  const [family, table = "", chain = ""] = chainOf(heads);
  if (hook === undefined || (family !== "ip" && family !== "inet")) return [];
  if (![table, chain].every((name) => /^[A-Za-z_][A-Za-z0-9_-]*$/.test(name))) return [];
  return [{ family, table, chain, jump: hook === "input" ? "drover_ports" : "drover_pods" }];
}

/** The filtering chains that a file makes, in blocks or by commands. Comments and other tables are passed over. */
export function baseChains(text: string): readonly BaseChain[] {
  // By what it is: the same chain may be made in several places.
  const found = new Map<string, BaseChain>();
  const heads: (readonly string[])[] = [];
  let statement: string[] = [];
  for (const [word] of `${text}\n`.matchAll(token)) {
    if (word.startsWith("#") || word === "\\\n") continue;
    if (!/^[{};\n]$/.test(word)) {
      statement.push(word);
      continue;
    }
    if (word === "{") heads.push(statement);
    else for (const one of baseChain(heads, statement)) found.set(JSON.stringify(one), one);
    if (word === "}") heads.pop();
    statement = [];
  }
  return [...found.values()];
}

function match({ protocol, ports }: OpenPort): string {
  if (protocol === "any") return "";
  return ports === "" ? `meta l4proto ${protocol} ` : `${protocol} dport ${ports.replace(":", "-")} `;
}

/** One line for each port, with all who may reach it. */
function portRules(wanted: readonly OpenPort[]): readonly string[] {
  const families = [
    { word: "ip saddr", mine: (from: string) => from !== "" && !from.includes(":") },
    { word: "ip6 saddr", mine: (from: string) => from.includes(":") },
  ];
  const named = families.flatMap(({ word, mine }) =>
    [
      ...Map.groupBy(
        wanted.filter(({ from }) => mine(from)),
        match,
      ),
    ].map(([what, open]) => `${word} { ${open.map(({ from }) => from).join(", ")} } ${what}accept`),
  );
  const everybody = wanted.filter(({ from }) => from === "").map((open) => `${match(open)}accept`);
  return [...named, ...everybody];
}

/** Our chains as commands of nft(8): made anew each time, so that the file can be loaded at boot and now. */
export function rulesText(chains: readonly BaseChain[], wanted: readonly OpenPort[], clusterCidr: string): string {
  const targets = [...new Set(chains.map(({ family, table, jump }) => `${family} ${table} ${jump}`))];
  const lines = targets.flatMap((target) => {
    const pods = [`ip saddr ${clusterCidr} accept`, `ip daddr ${clusterCidr} accept`];
    const rules = target.endsWith("drover_ports") ? portRules(withoutIpv6(wanted, target)) : pods;
    return [`add chain ${target}`, `flush chain ${target}`, ...rules.map((rule) => `add rule ${target} ${rule}`)];
  });
  return `# Written by Drover: what the cluster's nodes need.\n${lines.join("\n")}\n`;
}

// A table of the family ip knows no IPv6 addresses.
function withoutIpv6(wanted: readonly OpenPort[], target: string): readonly OpenPort[] {
  return target.startsWith("ip ") ? wanted.filter(({ from }) => !from.includes(":")) : wanted;
}

const begin = "# BEGIN drover";
const end = "# END drover";

/** nftables.conf with our rules included at its end; undefined where the marks in it do not fit together. */
export function withJumps(text: string, chains: readonly BaseChain[], path: string): string | undefined {
  const jumps = chains.map(({ family, table, chain, jump }) => `insert rule ${family} ${table} ${chain} jump ${jump}`);
  const block = [begin, `include "${path}"`, ...jumps, end].join("\n");
  const parts = text.split(new RegExp(`^${begin}\\n[\\s\\S]*?^${end}$`, "m"));
  if (parts.length === 2) return parts.join(block);
  if (parts.length > 2 || text.includes(begin) || text.includes(end)) return undefined;
  return `${text}${text.endsWith("\n") ? "" : "\n"}${block}\n`;
}
