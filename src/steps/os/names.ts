import type { Host } from "../../core/cluster.ts";
import { printLines } from "../../core/file-question.ts";
import { inOneLine } from "../../core/printable.ts";
import { text } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import type { AnyStep, Change, Decision } from "../../core/step.ts";
import { changesOrOk, defineStep } from "../../core/step.ts";
import { cannotEdit, noSenseAbout } from "../blocked.ts";
import { backUpOnce } from "../files/backup.ts";
import { editFile } from "../files/edit-file.ts";
import { type FileState, fileProbe } from "../files/file-probe.ts";
import { quickly } from "../run-quickly.ts";
import { rememberOnce } from "../undo/remember.ts";
import { cloudConfigPath, cloudInitManages, keepFromCloudInit, templatePath } from "./cloud-init-hosts.ts";
import {
  type Conflict,
  findConflict,
  longNames,
  type NameEntry,
  offLoopback,
  renameLoopback,
  withBlock,
} from "./hosts-file.ts";

const path = "/etc/hosts";

/** Who has to be found by name. */
export interface Names {
  readonly hosts: readonly Host[];
  /** name -> address */
  readonly extraHosts: Readonly<Record<string, string>>;
}

// A host that is itself given by a name is found by that name's own resolution.
function entriesOf({ hosts, extraHosts }: Names): readonly NameEntry[] {
  const all = [
    ...hosts.map(({ name, internalAddress, address }) => ({ name, address: internalAddress ?? address })),
    ...Object.entries(extraHosts).map(([name, address]) => ({ name, address })),
  ];
  return all.filter(({ address }) => /^\d+(\.\d+){3}$/.test(address) || address.includes(":"));
}

function conflicting({ name, address, line }: Conflict): Decision {
  return {
    kind: "blocked",
    because: `${path}:${line} says that ${name} is ${inOneLine(address)}, the inventory says otherwise`,
    remedy: `Take ${name} out of that line on the host, or correct the inventory.`,
  };
}

// Both, and not the pretty one (`Anna's machine`): without these words hostnamectl(1) takes that out of /etc/machine-info.
function rename(name: string): Change {
  const remember = rememberOnce("hostname", "live", sh`cat /proc/sys/kernel/hostname`);
  return {
    summary: `The hostname is ${name}`,
    actions: [
      quickly(backUpOnce("/etc/hostname")),
      quickly(remember),
      quickly(sh`hostnamectl --static --transient set-hostname -- ${name}`),
    ],
  };
}

type Readable = Exclude<FileState, { kind: "unreadable" }>;

function decideNames(file: Readable, names: Names, live: string, host: Host) {
  const before = file.kind === "present" ? file.text : "127.0.0.1 localhost\n";
  const renamed = renameLoopback(before, live, host.name);
  const plain = entriesOf(names);
  const conflict = findConflict(before, plain, host.name);
  if (conflict !== undefined) return conflicting(conflict);
  const entries = plain.map((entry) =>
    entry.name === host.name ? { ...entry, aliases: longNames(renamed, host.name) } : entry,
  );
  const known = entries.some(({ name }) => name === host.name);
  const after = withBlock(known ? offLoopback(renamed, host.name) : renamed, entries);
  if (after === undefined) {
    const remedy = 'Leave one "# BEGIN drover" and one "# END drover" after it in the file, or remove both.';
    return { kind: "blocked", because: `the marks of Drover in ${path} do not fit together`, remedy } as const;
  }
  const summary = `${path} knows ${entries.map(({ name }) => name).join(", ")}`;
  const same = file.kind === "present" && after === file.text;
  return { edit: same ? [] : [editFile({ summary, path, file, after })], entries };
}

/** Every host is found by its name from every other one, DNS or not, and calls itself by that name. */
export function names(settings: Names): AnyStep {
  return defineStep({
    id: "os/names",
    title: "Give the host its name, and make all hosts known by name",
    probes: () => ({
      file: fileProbe(path),
      live: text(printLines("/proc/sys/kernel/hostname")),
      kept: text(sh`[ ! -e /etc/hostname ] || ${printLines("/etc/hostname")}`),
      manages: cloudInitManages,
      template: fileProbe(templatePath),
      cloudConfig: fileProbe(cloudConfigPath),
    }),
    decide: ({ file, live, kept, manages, template, cloudConfig }, host) => {
      if (live === undefined || live.trim() === "" || kept === undefined) return noSenseAbout("its hostname");
      if (manages === undefined) return noSenseAbout("what cloud-init does with /etc/hosts");
      if (file.kind === "unreadable") return cannotEdit(path, file.why);
      const decided = decideNames(file, settings, live.trim(), host);
      if (!("edit" in decided)) return decided;
      const cloud = keepFromCloudInit({ manages, template, cloudConfig, entries: decided.entries });
      if ("kind" in cloud) return cloud;
      // A name in capital letters is the same one: nobody looks it up differently, and a node's name has none.
      const named = [live, kept].every((name) => name.trim().toLowerCase() === host.name);
      return changesOrOk([...decided.edit, ...cloud, ...(named ? [] : [rename(host.name)])]);
    },
  });
}
