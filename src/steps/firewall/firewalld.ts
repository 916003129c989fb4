import type { Host } from "../../core/cluster.ts";
import type { Probe } from "../../core/probe.ts";
import { joinSh, type Sh, sh } from "../../core/shell.ts";
import { type Change, type Decision, ok } from "../../core/step.ts";
import { backUpOnce } from "../files/backup.ts";
import { quickly } from "../run-quickly.ts";
import { inWords, type OpenPort } from "./open-ports.ts";

/** What firewalld lets in where the host's address is. */
export interface Firewalld {
  readonly zone: string;
  /** Rich rules that are both in force and kept. */
  readonly rules: ReadonlySet<string>;
  /** Ranges that are trusted, both now and after a restart. */
  readonly trusted: ReadonlySet<string>;
}

/** Asks firewalld, half a second where it runs; null where it does not. */
export function firewalldProbe(host: Host): Probe<Firewalld | null | undefined> {
  return {
    sh: sh`command -v firewall-cmd >/dev/null && systemctl is-active -q firewalld || { echo off; exit 0; }
z=$(firewall-cmd --get-default-zone) || exit 1
i=$(ip -o addr show to ${host.internalAddress ?? host.address} 2>/dev/null | awk '{print $2; exit}')
[ -z "$i" ] || z=$(firewall-cmd --get-zone-of-interface="$i" 2>/dev/null || echo "$z")
echo "zone $z"
firewall-cmd --zone="$z" --list-rich-rules | sed 's/^/now /'
firewall-cmd --permanent --zone="$z" --list-rich-rules | sed 's/^/kept /'
firewall-cmd --zone=trusted --list-sources | tr ' ' '\n' | sed 's/^/now trusted /'
firewall-cmd --permanent --zone=trusted --list-sources | tr ' ' '\n' | sed 's/^/kept trusted /'
echo end`,
    parse: (answer) => {
      const rows = answer.stdout.split("\n").map((row) => row.trim());
      if (answer.code !== 0) return undefined;
      if (rows[0] === "off") return null;
      const zone = /^zone ([A-Za-z0-9_-]{1,17})$/.exec(rows[0] ?? "")?.[1];
      if (zone === undefined || rows.at(-2) !== "end") return undefined;
      const kept = new Set(rows.flatMap((row) => (row.startsWith("kept ") ? [row.slice(5)] : [])));
      const both = rows.flatMap((row) => (row.startsWith("now ") && kept.has(row.slice(4)) ? [row.slice(4)] : []));
      const trusted = both.flatMap((row) => (row.startsWith("trusted ") ? [row.slice(8)] : []));
      return { zone, rules: new Set(both), trusted: new Set(trusted) };
    },
  };
}

/** As `firewall-cmd --list-rich-rules` writes it. */
function richRule({ protocol, ports, from }: OpenPort): string {
  const family = from === "" ? "" : ` family="${from.includes(":") ? "ipv6" : "ipv4"}"`;
  const source = from === "" ? "" : ` source address="${from}"`;
  const port = ports === "" ? "" : ` port port="${ports.replace(":", "-")}" protocol="${protocol}"`;
  return `rule${family}${source}${port} accept`;
}

// Both now and for ever, without a reload: that would take Docker's rules away for a moment.
function twice(words: readonly string[]): Sh {
  return sh`firewall-cmd -q ${words} && firewall-cmd -q --permanent ${words}`;
}

/** Adds what is missing to the zone of the host's address; the pods' range is trusted. */
export function decideFirewalld(seen: Firewalld, wanted: readonly OpenPort[], clusterCidr: string): Decision {
  const ports = wanted.filter(({ from }) => from !== clusterCidr);
  const missing = ports.filter((open) => !seen.rules.has(richRule(open)));
  const pods = seen.trusted.has(clusterCidr) ? [] : [clusterCidr];
  if (missing.length + pods.length === 0) return ok;
  const words = [...missing.map(inWords), ...pods.map((range) => `everything from ${range}`)];
  const rules = missing.map((open) => `--add-rich-rule=${richRule(open)}`);
  const commands = [
    ...(rules.length === 0 ? [] : [twice([`--zone=${seen.zone}`, ...rules])]),
    ...pods.map((range) => twice(["--zone=trusted", `--add-source=${range}`])),
  ];
  const files = [seen.zone, "trusted"].flatMap((zone) => [
    `/etc/firewalld/zones/${zone}.xml`,
    `/etc/firewalld/zones/${zone}.xml.old`,
  ]);
  const change: Change = {
    summary: `firewalld also lets in: ${words.join("; ")}`,
    actions: [quickly(joinSh(files.map(backUpOnce))), quickly(joinSh(commands, " && "))],
  };
  return { kind: "change", changes: [change] };
}
