import type { Cluster } from "../../core/cluster.ts";
import type { Probe } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import type { Action, Decision } from "../../core/step.ts";
import { changesOrOk } from "../../core/step.ts";
import { editFile } from "../files/edit-file.ts";
import type { FileState } from "../files/file-probe.ts";
import { pendingMark } from "../pending-mark.ts";
import { quickly } from "../run-quickly.ts";

/** Where systemd-resolved is told our nameservers. */
export const resolvedDropIn = "/etc/systemd/resolved.conf.d/90-drover.conf";

/** systemd-resolved, and what it holds for the whole host rather than for one link. */
export interface Resolved {
  readonly active: boolean;
  readonly servers: readonly string[];
  readonly domains: readonly string[];
}

function globalLine(section: string): readonly string[] {
  const line = section.split("\n").find((row) => row.startsWith("Global:"));
  return line === undefined ? [] : line.slice("Global:".length).trim().split(/\s+/);
}

/** Asks systemd-resolved itself: its files say only what it will do after its next start. */
export const resolvedProbe: Probe<Resolved | undefined> = {
  sh: sh`systemctl is-active systemd-resolved
resolvectl dns 2>/dev/null; echo --
resolvectl domain 2>/dev/null; echo --`,
  parse: (answer) => {
    const [, state, servers, domains] = /^(\S+)\n([\s\S]*?)--\n([\s\S]*?)--\n$/.exec(answer.stdout) ?? [];
    if (state === undefined || servers === undefined || domains === undefined) return undefined;
    return { active: state === "active", servers: globalLine(servers), domains: globalLine(domains) };
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
