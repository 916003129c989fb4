import type { Cluster } from "../../core/cluster.ts";
import { inOneLine } from "../../core/printable.ts";
import type { Probe } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import type { Change, Decision } from "../../core/step.ts";
import { changesOrOk } from "../../core/step.ts";
import { cannotEdit } from "../blocked.ts";
import { editFile } from "../files/edit-file.ts";
import type { FileState } from "../files/file-probe.ts";
import { quickly } from "../run-quickly.ts";
import {
  authorIn,
  type UnnamedWriters,
  type Writer,
  type WriterFiles,
  type WriterName,
  writerOf,
  writers,
} from "./dns-writers.ts";

/** What the C library reads. */
export const resolvConfPath = "/etc/resolv.conf";

/**
 * Where /etc/resolv.conf leads if nothing is there, itself otherwise: that of a file is told with its text. Undefined if the host
 * does not say.
 */
export const resolvConfTarget: Probe<string | undefined> = {
  sh: sh`if [ -e ${resolvConfPath} ]; then echo ${resolvConfPath}; else readlink -m -- ${resolvConfPath}; fi`,
  parse: (answer) =>
    answer.code === 0 && answer.stdout.startsWith("/") ? answer.stdout.replace(/\n$/, "") : undefined,
};

/** The text with our servers and search list in it; every other line stays, but for the name of a program that wrote it. */
export function withNameservers(text: string, settings: Cluster["dns"]): string {
  const replaced = settings.search.length > 0 ? /^[ \t]*(nameserver|search|domain)\b/ : /^[ \t]*nameserver\b/;
  const author = /^[#;].*\b(?:generated|managed) by /i;
  const kept = text.split("\n").filter((line) => !replaced.test(line) && !author.test(line));
  while (kept.at(-1)?.trim() === "") kept.pop();
  const search = settings.search.length > 0 ? [`search ${settings.search.join(" ")}`] : [];
  return [...kept, ...search, ...settings.nameservers.map((server) => `nameserver ${server}`), ""].join("\n");
}

/** The servers of a file, as the C library takes them. */
export function serversIn(text: string): readonly string[] {
  const words = text.split("\n").map((line) => line.trim().split(/\s+/));
  return words.flatMap(([key, server]) => (key === "nameserver" && server !== undefined ? [server] : []));
}

function inForce(text: string, settings: Cluster["dns"], more: boolean): boolean {
  const servers = serversIn(text);
  const words = text.split("\n").map((line) => line.trim().split(/\s+/));
  const search = words.findLast(([key]) => key === "search" || key === "domain")?.slice(1) ?? [];
  const counted = more ? servers.slice(0, settings.nameservers.length) : servers;
  const sameServers = counted.join(" ") === settings.nameservers.join(" ");
  return sameServers && (settings.search.length === 0 || search.join(" ") === settings.search.join(" "));
}

/** What was read of /etc/resolv.conf and of those who write it. */
export interface ResolvConfSeen {
  readonly settings: Cluster["dns"];
  readonly target: string;
  readonly file: Exclude<FileState, { kind: "unreadable" }>;
  readonly writerFiles: WriterFiles;
  readonly unnamed: UnnamedWriters;
}

function writtenBy(target: string, text: string, settings: Cluster["dns"]): Decision {
  const told = target === resolvConfPath ? `it says: ${authorIn(text)}` : `it leads to ${target}`;
  return {
    kind: "blocked",
    because: `${resolvConfPath} is written by another program (${inOneLine(told)})`,
    remedy: `Give that program the nameservers ${settings.nameservers.join(", ")}, or install systemd-resolved on the host.`,
  };
}

/** Tells the program that writes the file, so that the next lease brings nothing else. */
function tell(name: WriterName, seen: ResolvConfSeen): readonly Change[] | Decision {
  const changes: Change[] = [];
  for (const { path, after: make } of writers[name].files) {
    const file = seen.writerFiles[path] ?? { kind: "absent" };
    if (file.kind === "unreadable") return cannotEdit(path, file.why);
    const before = file.kind === "present" ? file.text : "";
    const after = make(before, seen.settings);
    if (after === before) continue;
    const leaves = writers[name].leavesIt;
    const summary = leaves
      ? `${name} leaves ${resolvConfPath} as it is`
      : `${name} puts ${path.endsWith("tail") ? seen.settings.search.join(", ") : seen.settings.nameservers.join(", ")} into ${resolvConfPath}`;
    changes.push(editFile({ summary, path, file, after, afterwards: [quickly(writers[name].turn)] }));
  }
  return changes;
}

function writeItself({ settings, file }: ResolvConfSeen, text: string): readonly Change[] {
  if (inForce(text, settings, false)) return [];
  const summary = `${resolvConfPath} names ${settings.nameservers.join(", ")}`;
  return [editFile({ summary, path: resolvConfPath, file, after: withNameservers(text, settings) })];
}

/** The file was told right, and yet says otherwise: the program has not had its turn. */
function turn(name: WriterName, writer: Writer): Change {
  return { summary: `${name} writes ${resolvConfPath} anew`, actions: [quickly(writer.turn)] };
}

/** Has /etc/resolv.conf name the inventory's servers, now and after the next turn of whoever writes it. */
export function decideResolvConf(seen: ResolvConfSeen): Decision {
  const { settings, target, file, unnamed } = seen;
  const text = file.kind === "present" ? file.text : "";
  const name = writerOf(target, text, unnamed);
  if (name === "other") return inForce(text, settings, false) ? changesOrOk([]) : writtenBy(target, text, settings);
  if (name === undefined) return changesOrOk(writeItself(seen, text));
  const told = tell(name, seen);
  if ("kind" in told) return told;
  // One device may be NetworkManager's and another one dhclient's: each of its leases would bring others' servers.
  const beside = name === "NetworkManager" && unnamed.dhclient ? tell("dhclient", seen) : [];
  if ("kind" in beside) return beside;
  const writer = writers[name];
  if (writer.leavesIt) return changesOrOk([...told, ...writeItself(seen, text)]);
  const late = told.length === 0 && !inForce(text, settings, writer.adds) ? [turn(name, writer)] : [];
  return changesOrOk([...told, ...late, ...beside]);
}
