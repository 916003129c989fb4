import type { Probe } from "../core/probe.ts";
import { lines } from "../core/probe.ts";
import { sh } from "../core/shell.ts";
import { askParts, readParts } from "./parts.ts";

/** What filters packets on a host. */
export interface FirewallFact {
  /** ufw's rules as `ufw show added` prints them, if it is active. */
  readonly ufw: readonly string[] | undefined;
  /**
   * What firewalld's zones in use let in, if it runs: ports, also those of services, and rich rules, as it prints them (`6443/tcp`,
   * `rule family="ipv4" … accept`); `accept` where a zone lets in all.
   */
  readonly firewalld: readonly string[] | undefined;
  /** Policy of iptables' chains: `ACCEPT`, `DROP`; undefined where iptables does not answer. */
  readonly input: string | undefined;
  readonly forward: string | undefined;
  /** Rules of somebody's own that drop or reject what comes in. */
  readonly inputRules: readonly string[];
  /** Both flavours of iptables hold rules: what one allows the other may drop. */
  readonly mixed: boolean;
  /** The command iptables is there. */
  readonly iptables: boolean;
}

/**
 * Services are read where firewalld reads them (firewalld.service(5)), as firewall-cmd does not follow what one includes, and takes
 * a third of a second for each. A zone that lets in all (firewalld.zone(5), target) is none where it holds bridges alone: such
 * are those that Docker and libvirt make for their containers and guests.
 */
const firewalldLetsIn = sh`of_services() {
  todo=$* seen=' '
  while set -- $todo; [ $# -gt 0 ]; do
    s=$1; shift; todo=$*
    case $seen in *" $s "*) continue ;; esac
    seen="$seen$s "
    f=/etc/firewalld/services/$s.xml; [ -e "$f" ] || f=/usr/lib/firewalld/services/$s.xml
    grep -o '<port [^>]*>' "$f" | sed -n 's/.* port="\([0-9-]*\)".* protocol="\([a-z]*\)".*/\1\/\2/p; s/.* protocol="\([a-z]*\)".* port="\([0-9-]*\)".*/\2\/\1/p'
    todo="$todo $(sed -n 's/.*<include service="\([^"]*\)".*/\1/p' "$f")"
  done
}
default=$(firewall-cmd --get-default-zone)
for z in $(printf '%s\n' "$default" $(firewall-cmd --get-active-zones | grep -o '^[^ ]*') | sort -u); do
  all=$(firewall-cmd --zone="$z" --list-all)
  of() { printf '%s\n' "$all" | sed -n "s/^ *$1: //p"; }
  of ports | tr ' ' '\n'
  printf '%s\n' "$all" | sed -n 's/^[[:space:]]*\(rule .*\)/\1/p'
  of_services $(of services) $(printf '%s\n' "$all" | sed -n 's/.*rule .*service name="\([^"]*\)".* accept$/\1/p')
  [ "$(of target)" = ACCEPT ] || continue
  [ "$z" != "$default" ] || echo accept
  for i in $(of interfaces); do [ -e "/sys/class/net/$i/bridge" ] || echo accept; done
done`;

/** Asks ufw, firewalld and iptables in both flavours. */
export const firewallFact: Probe<FirewallFact | undefined> = {
  sh: askParts({
    ufw: sh`! grep -qs '^ENABLED=yes' /etc/ufw/ufw.conf || { echo active; ufw show added | grep '^ufw '; }`,
    firewalld: sh`! command -v firewall-cmd >/dev/null || ! firewall-cmd -q --state || { echo active
${firewalldLetsIn}; }`,
    filter: sh`iptables-save -t filter | grep -E '^:(INPUT|FORWARD) |^-A INPUT .*-j (DROP|REJECT)' | head -n 50`,
    flavours: sh`for f in iptables-nft-save iptables-legacy-save; do
command -v $f >/dev/null && [ "$($f | grep -c '^-A')" -gt 0 ] && echo $f; done`,
    command: sh`command -v iptables`,
  }),
  parse: (answer) => {
    const parts = readParts(answer, ["ufw", "firewalld", "filter", "flavours", "command"]);
    if (parts === undefined) return undefined;
    const [ufw, ...ufwRules] = lines(parts.ufw);
    const [firewalld, ...openPorts] = lines(parts.firewalld);
    return {
      ufw: ufw === "active" ? ufwRules : undefined,
      firewalld: firewalld === "active" ? openPorts : undefined,
      input: policy(parts.filter, "INPUT"),
      forward: policy(parts.filter, "FORWARD"),
      inputRules: lines(parts.filter).filter((line) => line.startsWith("-A INPUT")),
      mixed: lines(parts.flavours).length > 1,
      iptables: parts.command.trim() !== "",
    };
  },
};

function policy(text: string, chain: string): string | undefined {
  return new RegExp(`^:${chain} (\\w+)`, "m").exec(text)?.[1];
}
