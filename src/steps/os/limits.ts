import type { Probe } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import { type AnyStep, type Change, changesOrOk, type Decision, defineStep } from "../../core/step.ts";
import { cannotEdit, noSenseAbout } from "../blocked.ts";
import { editFile } from "../files/edit-file.ts";
import { type FileState, fileProbe } from "../files/file-probe.ts";
import { pendingMark } from "../pending-mark.ts";
import { quickly } from "../run-quickly.ts";
import { unitNamed, unitProbe } from "../systemd/units.ts";
import { alwaysAtLeast } from "./sysctl-always.ts";
import { findOverrides, lastWords, sysctlFiles } from "./sysctl-files.ts";
import { sameKey } from "./sysctl-key.ts";
import { applySysctl, liveProbe } from "./sysctl-live.ts";
import { takeLastWord } from "./sysctl-overrides.ts";

const sysctlPath = "/etc/sysctl.d/90-drover-limits.conf";
const managerPath = "/etc/systemd/system.conf.d/90-drover.conf";
const mark = pendingMark("systemd-manager");

/** What Kubeflow's programs want besides (README of kubeflow/manifests, "Prerequisites"). */
export const kubeflowLimits: Readonly<Record<string, number>> = { "fs.inotify.max_user_watches": 1255360 };

/** Open files that a service may ask for: systemd's own default since version 240. */
const openFiles = 524288;

const managerText = `# Written by Drover: open files that a service may ask for.
[Manager]
DefaultLimitNOFILE=1024:${openFiles}
`;

function readLimit(said: string): number | undefined {
  if (said === "infinity") return Number.POSITIVE_INFINITY;
  return /^\d{1,19}$/.test(said) ? Number(said) : undefined;
}

/** A service of systemd's own that sets no limits itself: what it has is what the manager gives to all. */
const plainService = "systemd-sysctl.service";
const plainUnit = unitProbe([plainService]);

/** The hard limit of open files that systemd gives to services. */
const given: Probe<number | undefined> = {
  sh: plainUnit.sh,
  parse: (answer) => {
    const service = unitNamed(plainUnit.parse(answer) ?? [], plainService);
    return service?.load === "loaded" ? readLimit(service.noFile) : undefined;
  },
};

/** The same of the manager itself, where that service is masked or unknown. */
const noFile: Probe<number | undefined> = {
  sh: sh`systemctl show -p DefaultLimitNOFILE --value`,
  parse: ({ code, stdout }) => (code === 0 ? readLimit(stdout.trim()) : undefined),
  onlyIf: { sh: given.sh, isNeeded: (answer) => given.parse(answer) === undefined },
};

type Readable = Exclude<FileState, { kind: "unreadable" }>;

const reexec = quickly(sh`systemctl daemon-reexec && ${mark.clear}`);

function openFilesChange(seen: { limit: number; file: Readable; pending: boolean }): readonly Change[] | Decision {
  const { limit, file, pending } = seen;
  const summary = `Services may open ${openFiles} files`;
  const ours = file.kind === "present" && file.text === managerText;
  if (pending && ours) return [{ summary, actions: [reexec] }];
  if (limit >= openFiles) return [];
  if (ours) {
    return {
      kind: "blocked",
      because: `systemd gives services ${limit} open files, although ${managerPath} says ${openFiles}`,
      remedy: "Take DefaultLimitNOFILE out of the later files in /etc/systemd/system.conf.d on the host.",
    };
  }
  const beforehand = [quickly(mark.set)];
  return [editFile({ summary, path: managerPath, file, after: managerText, beforehand, afterwards: [reexec] })];
}

/** What a key is set to: more than the least where the host has more, and once in our file always in it. */
function fileText(keys: readonly string[], atLeast: Readonly<Record<string, number>>): string {
  const body = keys.map((key) => `${key} = ${atLeast[key]}\n`).join("");
  return `# Written by Drover: limits that many pods would reach.\n${body}`;
}

function kernelChanges(seen: {
  readonly atLeast: Readonly<Record<string, number>>;
  readonly keys: readonly string[];
  readonly live: readonly (string | null)[];
  readonly file: Readable;
  readonly files: Parameters<typeof findOverrides>[0]["files"];
}): readonly Change[] | Decision {
  const { atLeast, keys, live, file, files } = seen;
  const before = file.kind === "present" ? file.text : "";
  const isLow = (key: string, value: string) => !(Number(value) >= (atLeast[key] ?? 0));
  const low = keys.filter((key, index) => live[index] != null && isLow(key, live[index]));
  const atBoot = lastWords(files, keys);
  const willBeLow = (key: string, index: number) => live[index] !== null && isLow(key, atBoot.get(key) ?? "Infinity");
  const kept = keys.filter(
    (key, index) => low.includes(key) || willBeLow(key, index) || before.includes(`\n${key} = `),
  );
  const wanted = kept.map((key) => [key, String(atLeast[key])] as const);
  const moved = takeLastWord(
    findOverrides({ files, after: sysctlPath, wanted }).filter(({ key, value }) => isLow(key, value)),
  );
  if ("kind" in moved) return moved;
  const after = fileText(kept, atLeast);
  if (kept.length === 0 && file.kind === "absent") return moved;
  const summary = "Limits for many pods are set at each boot";
  const edit = after === before ? [] : [editFile({ summary, path: sysctlPath, file, after })];
  return [...edit, ...moved, ...applySysctl(sysctlPath, low)];
}

/**
 * Raises the limits of kernel and systemd that many pods reach, and those that `more` names; what the inventory sets itself is
 * left to it.
 */
export function limits(
  inventory: Readonly<Record<string, string>>,
  more: Readonly<Record<string, number>> = {},
): AnyStep {
  const atLeast = { ...alwaysAtLeast, ...more };
  const keys = Object.keys(atLeast).filter((key) => !Object.keys(inventory).some((own) => sameKey(own, key)));
  return defineStep({
    id: "os/limits",
    title: "Raise the limits that many pods would reach",
    probes: () => ({
      live: liveProbe(keys, Object.keys(inventory)),
      file: fileProbe(sysctlPath),
      files: sysctlFiles,
      given,
      noFile,
      manager: fileProbe(managerPath),
      pending: mark.probe,
    }),
    decide: ({ live, file, files, given: byService, noFile: byManager, manager, pending }) => {
      const limit = byService ?? byManager;
      if (live === undefined || files === undefined || limit === undefined) return noSenseAbout("its limits");
      if (file.kind === "unreadable") return cannotEdit(sysctlPath, file.why);
      if (manager.kind === "unreadable") return cannotEdit(managerPath, manager.why);
      const kernel = kernelChanges({ atLeast, keys, live, file, files });
      if ("kind" in kernel) return kernel;
      const open = openFilesChange({ limit, file: manager, pending });
      return "kind" in open ? open : changesOrOk([...kernel, ...open]);
    },
  });
}
