import type { AnyStep } from "../../core/step.ts";
import { changesOrOk, defineStep } from "../../core/step.ts";
import { cannotEdit, noSenseAbout } from "../blocked.ts";
import { editFile } from "../files/edit-file.ts";
import { fileProbe } from "../files/file-probe.ts";
import { always } from "./sysctl-always.ts";
import { findOverrides, sysctlFiles } from "./sysctl-files.ts";
import { sameValue } from "./sysctl-key.ts";
import { applySysctl, liveProbe } from "./sysctl-live.ts";
import { takeLastWord } from "./sysctl-overrides.ts";

const path = "/etc/sysctl.d/90-drover.conf";

/** Sets kernel parameters, now and at each boot. Keys and values are those of sysctl.d(5). */
export function sysctl(more: Readonly<Record<string, string>>): AnyStep {
  const settings = Object.entries({ ...always, ...more });
  const body = settings.map(([key, value]) => `${key} = ${value}\n`).join("");
  const after = `# Written by Drover: what Kubernetes needs of the kernel.\n${body}`;
  return defineStep({
    id: "os/sysctl",
    title: "Set the kernel parameters that Kubernetes needs",
    probes: () => ({
      live: liveProbe(
        settings.map(([key]) => key),
        Object.keys(more),
      ),
      file: fileProbe(path),
      files: sysctlFiles,
    }),
    decide: ({ live, file, files }) => {
      if (live === undefined || files === undefined) return noSenseAbout("its kernel parameters");
      if (file.kind === "unreadable") return cannotEdit(path, file.why);
      const moved = takeLastWord(findOverrides({ files, after: path, wanted: settings }));
      if ("kind" in moved) return moved;
      const wrong = settings.filter(([, value], index) => !sameValue(live[index] ?? "", value)).map(([key]) => key);
      const same = file.kind === "present" && file.text === after;
      const edit = same ? [] : [editFile({ summary: "Kernel parameters are set at each boot", path, file, after })];
      return changesOrOk([...edit, ...moved, ...applySysctl(path, wrong)]);
    },
  });
}
