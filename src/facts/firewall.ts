import type { Probe } from "../core/probe.ts";
import { lines } from "../core/probe.ts";
import { sh } from "../core/shell.ts";
import { askParts, readParts } from "./parts.ts";

/** What filters packets on a host. */
export interface FirewallFact {
  /** ufw's rules as `ufw show added` prints them, if it is active. */
  readonly ufw: readonly string[] | undefined;
  /** Ports and rich rules of firewalld's zones in use, as it prints them, if it runs: `6443/tcp`, `rule family="ipv4" … accept`. */
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

/** Asks ufw, firewalld and iptables in both flavours. */
export const firewallFact: Probe<FirewallFact | undefined> = {
  sh: askParts({
    ufw: sh`! grep -qs '^ENABLED=yes' /etc/ufw/ufw.conf || { echo active; ufw show added | grep '^ufw '; }`,
    firewalld: sh`! command -v firewall-cmd >/dev/null || ! firewall-cmd -q --state || { echo active
for z in $(firewall-cmd --get-default-zone) $(firewall-cmd --get-active-zones | grep -o '^[^ ]*'); do firewall-cmd --zone="$z" --list-ports | tr ' ' '\n'; firewall-cmd --zone="$z" --list-rich-rules; done; }`,
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
