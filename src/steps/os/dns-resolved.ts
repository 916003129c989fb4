import type { Cluster } from "../../core/cluster.ts";
import type { Probe } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import type { Action, Decision } from "../../core/step.ts";
import { changesOrOk } from "../../core/step.ts";
import { editFile } from "../files/edit-file.ts";
import type { FileState } from "../files/file-probe.ts";
import { pendingMark } from "../pending-mark.ts";
import { quickly } from "../run-quickly.ts";
import { unitNamed, unitProbe } from "../systemd/units.ts";

/** Where systemd-resolved is told our nameservers. */
export const resolvedDropIn = "/etc/systemd/resolved.conf.d/90-drover.conf";

/** systemd-resolved, and what it holds for the whole host rather than for one link. */
export interface Resolved {
  readonly active: boolean;
  readonly servers: readonly string[];
  readonly domains: readonly string[];
}

/**
 * What `resolvectl status` says under a label, on its line and on those that go on with it. systemd 249 to 252 (Ubuntu 22.04,
 * Debian 12) print the labels of these lists without a colon, as a practice host with Debian 12 showed.
 */
function saidUnder(label: string, rows: readonly string[]): readonly string[] {
  const said: string[] = [];
  let under = "";
  for (const row of rows) {
    const [, withColon, list, rest] = labelled.exec(row) ?? [];
    const name = withColon ?? list;
    under = name ?? under;
    if (under === label) said.push(...(name === undefined ? row : (rest ?? "")).split(/\s+/));
  }
  return said.filter((word) => word !== "");
}

const labelled = /^ *(?:([A-Za-z][A-Za-z. ]*):|(DNS Servers|Fallback DNS Servers|DNS Domain)(?= |$))(?: (.*))?$/;

const service = "systemd-resolved.service";
const resolvedUnit = unitProbe([service]);

/** Whether systemd-resolved runs; undefined where systemd does not answer. */
export const resolvedRuns: Probe<boolean | undefined> = {
  sh: resolvedUnit.sh,
  parse: (answer) => {
    const all = resolvedUnit.parse(answer);
    return all && unitNamed(all, service)?.active === "active";
  },
};

/**
 * What systemd-resolved holds for the whole host, by its own account: its files say only what it will do after its next start.
 * The first of its paragraphs, the others are links'.
 */
export const resolvedHolds: Probe<Pick<Resolved, "servers" | "domains">> = {
  sh: sh`resolvectl --no-pager status 2>/dev/null`,
  parse: ({ stdout }) => {
    const [paragraph = ""] = stdout.split(/\n\n|\n(?=Link )/);
    const rows = paragraph.startsWith("Global\n") ? paragraph.split("\n").slice(1) : [];
    return { servers: saidUnder("DNS Servers", rows), domains: saidUnder("DNS Domain", rows) };
  },
};

function restart(): readonly Action[] {
  const mark = pendingMark("systemd-resolved");
  return [quickly(sh`systemctl restart systemd-resolved && resolvectl flush-caches && ${mark.clear}`)];
}

/**
 * The drop-in, and a restart where what is in force differs from it.
 * `~.` makes ours the servers for every name: what DHCP gave a link would otherwise be asked at the same time, and win
 * whenever it is faster (resolved.conf(5), Domains=).
 */
export function decideResolved(seen: {
  readonly settings: Cluster["dns"];
  readonly resolved: Resolved;
  readonly dropIn: Exclude<FileState, { kind: "unreadable" }>;
  readonly pending: boolean;
}): Decision {
  const { settings, resolved, dropIn, pending } = seen;
  const servers = settings.nameservers.join(" ");
  const after = `# Written by Drover: nameservers of the inventory.\n[Resolve]\nDNS=${servers}\nDomains=${[...settings.search, "~."].join(" ")}\n`;
  if (dropIn.kind !== "present" || dropIn.text !== after) {
    const summary = `systemd-resolved asks ${settings.nameservers.join(", ")}`;
    const beforehand = [quickly(pendingMark("systemd-resolved").set)];
    return changesOrOk([
      editFile({ summary, path: resolvedDropIn, file: dropIn, after, beforehand, afterwards: restart() }),
    ]);
  }
  const inForce =
    settings.nameservers.every((server) => resolved.servers.includes(server)) &&
    [...settings.search, "~."].every((domain) => resolved.domains.includes(domain));
  const [first, ...rest] = restart();
  if ((inForce && !pending) || first === undefined) return changesOrOk([]);
  return changesOrOk([{ summary: "systemd-resolved knows its nameservers", actions: [first, ...rest] }]);
}
