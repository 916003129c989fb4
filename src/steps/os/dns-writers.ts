import type { Cluster } from "../../core/cluster.ts";
import { type Sh, sh } from "../../core/shell.ts";
import type { FileState } from "../files/file-probe.ts";

/** Programs that write /etc/resolv.conf at their next turn, and can be told what to write, or to leave it alone. */
export type WriterName = "dhclient" | "dhcpcd" | "NetworkManager" | "openresolv" | "resolvconf";

/** How one of them is told. */
export interface Writer {
  /** Its own files, and what they shall say, made from what they say. */
  readonly files: readonly {
    readonly path: string;
    readonly after: (before: string, settings: Cluster["dns"]) => string;
  }[];
  /** Makes it write now. */
  readonly turn: Sh;
  /** It leaves the file to us from now on, so that we write it. */
  readonly leavesIt: boolean;
  /** It puts ours first, and those of DHCP behind them. */
  readonly adds: boolean;
}

const begin = "# BEGIN drover";
const end = "# END drover";

/** The text with a marked block at its end, in place of the one that was there. */
function withBlockAtEnd(text: string, body: string): string {
  const rest = text.replace(new RegExp(`^${begin}\\n[\\s\\S]*?^${end}\\n?`, "m"), "");
  const open = rest === "" || rest.endsWith("\n") ? rest : `${rest}\n`;
  return body === "" ? open : `${open}${begin}\n${body}${end}\n`;
}

const note = "# Written by Drover: nameservers of the inventory.\n";

function networkManager({ nameservers, search }: Cluster["dns"]): string {
  const searches = search.length === 0 ? "" : `[global-dns]\nsearches=${search.join(",")}\n\n`;
  return `${note}${searches}[global-dns-domain-*]\nservers=${nameservers.join(",")}\n`;
}

/**
 * Each in its own words: resolvconf(8) has files around what it gathers (a later `search` wins, so that one goes to the
 * tail), openresolv a shell file (resolvconf.conf(5)), NetworkManager global servers that replace those of connections
 * (NetworkManager.conf(5), GLOBAL-DNS-DOMAIN); dhclient-script(8) calls the function make_resolv_conf, which an enter hook may
 * redefine, and dhcpcd-run-hooks(8) leaves out the hooks that an enter hook names. Both are read at each lease. (A dhcpcd that
 * is told `nohook` must read its file again, and then gives up its address for some seconds: "config file changed, expiring
 * leases". Its service does so or not, and under ifupdown it has none.)
 */
export const writers: Readonly<Record<WriterName, Writer>> = {
  resolvconf: {
    files: [
      {
        path: "/etc/resolvconf/resolv.conf.d/head",
        after: (before, { nameservers }) =>
          withBlockAtEnd(before, nameservers.map((server) => `nameserver ${server}\n`).join("")),
      },
      {
        path: "/etc/resolvconf/resolv.conf.d/tail",
        after: (before, { search }) =>
          withBlockAtEnd(before, search.length === 0 ? "" : `search ${search.join(" ")}\n`),
      },
    ],
    turn: sh`resolvconf -u`,
    leavesIt: false,
    adds: true,
  },
  openresolv: {
    files: [
      {
        path: "/etc/resolvconf.conf",
        after: (before, { nameservers, search }) => {
          const domains = search.length === 0 ? "" : `search_domains="${search.join(" ")}"\n`;
          return withBlockAtEnd(before, `name_servers="${nameservers.join(" ")}"\n${domains}`);
        },
      },
    ],
    turn: sh`resolvconf -u`,
    leavesIt: false,
    adds: true,
  },
  NetworkManager: {
    files: [{ path: "/etc/NetworkManager/conf.d/90-drover.conf", after: (_, settings) => networkManager(settings) }],
    turn: sh`systemctl reload NetworkManager
n=0; until grep -q '^nameserver' /etc/resolv.conf; do n=$((n + 1)); [ $n -lt 20 ] || break; sleep 0.5; done; sleep 1`,
    leavesIt: false,
    adds: false,
  },
  dhcpcd: {
    files: [
      {
        path: "/etc/dhcpcd.enter-hook",
        after: (before) => withBlockAtEnd(before, 'skip_hooks="$skip_hooks resolv.conf"\n'),
      },
    ],
    turn: sh`:`,
    leavesIt: true,
    adds: false,
  },
  dhclient: {
    files: [{ path: "/etc/dhcp/dhclient-enter-hooks.d/drover", after: () => `${note}make_resolv_conf() { :; }\n` }],
    turn: sh`:`,
    leavesIt: true,
    adds: false,
  },
};

/** Programs that will write the file though nothing in it says so, yet or at all. */
export interface UnnamedWriters {
  readonly networkManager: boolean;
  readonly dhclient: boolean;
}

/**
 * The comment in which a file names the program that writes it, and that name. systemd-resolved and Debian's resolvconf write
 * elsewhere, where a link leads: a plain file with their words is a copy that somebody made.
 */
const authorLine = /^[#;].*\b(?:generated|managed|created) by (?!man:systemd-resolved|resolvconf\(8\))([\w-]+).*/im;

/** That comment; undefined where the file names nobody. */
export function authorIn(text: string): string | undefined {
  return authorLine.exec(text)?.[0];
}

/**
 * Who writes the file: where it leads, what its first lines say, NetworkManager by its own account where it has not had its
 * turn, and dhclient, which says nothing, by its being there.
 */
export function writerOf(target: string, text: string, unnamed: UnnamedWriters): WriterName | "other" | undefined {
  const author = authorLine.exec(text)?.[1];
  if (target === "/run/resolvconf/resolv.conf") return "resolvconf";
  if (author === "NetworkManager" || target.startsWith("/run/NetworkManager/")) return "NetworkManager";
  if (target !== "/etc/resolv.conf") return "other";
  if (author === "resolvconf") return "openresolv";
  if (author === "dhcpcd") return "dhcpcd";
  if (author !== undefined) return "other";
  if (unnamed.networkManager) return "NetworkManager";
  return unnamed.dhclient ? "dhclient" : undefined;
}

/** The states of the writers' files, by path. */
export type WriterFiles = Readonly<Record<string, FileState>>;
