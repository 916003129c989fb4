import type { Cluster } from "../../core/cluster.ts";
import type { Probe } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import type { Decision } from "../../core/step.ts";
import { changesOrOk } from "../../core/step.ts";
import { editFile } from "../files/edit-file.ts";
import type { FileState } from "../files/file-probe.ts";
import { printable } from "../printable.ts";

/** What the C library reads. */
export const resolvConfPath = "/etc/resolv.conf";

/** Where /etc/resolv.conf really lies, also if nothing is there; undefined if the host does not say. */
export const resolvConfTarget: Probe<string | undefined> = {
  sh: sh`readlink -m -- ${resolvConfPath}`,
  parse: (answer) =>
    answer.code === 0 && answer.stdout.startsWith("/") ? answer.stdout.replace(/\n$/, "") : undefined,
};

/** The text with our servers and search list in it; every other line stays. */
export function withNameservers(text: string, settings: Cluster["dns"]): string {
  const replaced = settings.search.length > 0 ? /^[ \t]*(nameserver|search|domain)\b/ : /^[ \t]*nameserver\b/;
  const kept = text.split("\n").filter((line) => !replaced.test(line));
  while (kept.at(-1)?.trim() === "") kept.pop();
  const search = settings.search.length > 0 ? [`search ${settings.search.join(" ")}`] : [];
  return [...kept, ...search, ...settings.nameservers.map((server) => `nameserver ${server}`), ""].join("\n");
}

/** Servers and search list as the C library takes them. */
function inForce(text: string, settings: Cluster["dns"]): boolean {
  const words = text.split("\n").map((line) => line.trim().split(/\s+/));
  const servers = words.filter(([key]) => key === "nameserver").map(([, server]) => server);
  const search = words.findLast(([key]) => key === "search" || key === "domain")?.slice(1) ?? [];
  const sameServers = servers.join(" ") === settings.nameservers.join(" ");
  return sameServers && (settings.search.length === 0 || search.join(" ") === settings.search.join(" "));
}

/** Edits /etc/resolv.conf, unless another program writes it: that one would undo it at its next turn. */
export function decideResolvConf(seen: {
  readonly settings: Cluster["dns"];
  readonly target: string;
  readonly file: Exclude<FileState, { kind: "unreadable" }>;
}): Decision {
  const { settings, target, file } = seen;
  const text = file.kind === "present" ? file.text : "";
  if (inForce(text, settings)) return changesOrOk([]);
  const [, author] = /^[#;].*\b(?:generated|managed|created) by ([\w-]+)/im.exec(text) ?? [];
  if (target !== resolvConfPath || author !== undefined) {
    return {
      kind: "blocked",
      because: `${resolvConfPath} is written by ${author ?? `another program (it leads to ${printable(target)})`}`,
      remedy: `Give that program the nameservers ${settings.nameservers.join(", ")}, or install systemd-resolved on the host.`,
    };
  }
  const summary = `${resolvConfPath} names ${settings.nameservers.join(", ")}`;
  return changesOrOk([editFile({ summary, path: resolvConfPath, file, after: withNameservers(text, settings) })]);
}
