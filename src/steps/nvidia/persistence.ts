import { sh } from "../../core/shell.ts";
import type { AnyStep, Change, Decision } from "../../core/step.ts";
import { changesOrOk, defineStep, ok } from "../../core/step.ts";
import { cannotEdit, noSenseAbout } from "../blocked.ts";
import { editFile } from "../files/edit-file.ts";
import { type FileState, fileProbe } from "../files/file-probe.ts";
import { quickly } from "../run-quickly.ts";
import { nvidiaSmi } from "./nvidia-smi.ts";
import { service } from "./services.ts";

const unit = "nvidia-persistenced";
const path = `/etc/systemd/system/${unit}.service.d/drover.conf`;

/** Ubuntu's unit starts the daemon with --no-persistence-mode. */
const text = `# Written by Drover: keep the GPUs initialised when no program uses them.
[Service]
ExecStart=
ExecStart=/usr/bin/nvidia-persistenced --user nvidia-persistenced --persistence-mode --verbose
`;

const restart = quickly(sh`systemctl daemon-reload && systemctl restart ${unit} || exit 1
case $(systemctl show ${unit} -p UnitFileState --value) in disabled) systemctl enable ${unit} ;; esac
nvidia-smi -pm 1 >/dev/null`);

function dropIn(file: FileState): Change | Decision {
  if (file.kind === "unreadable") return cannotEdit(path, file.why);
  const summary = "The GPUs stay initialised, now and after a reboot";
  if (file.kind === "present" && file.text === text) return { summary, actions: [restart] };
  return editFile({ summary, path, file, after: text, afterwards: [restart] });
}

/** Persistence: without it a GPU that nothing uses is torn down, and each start of a program waits for it again. */
export function persistence(): AnyStep {
  return defineStep({
    id: "nvidia/persistence",
    title: "Keep the GPUs initialised when nothing uses them",
    appliesTo: (host) => host.gpu,
    probes: () => ({ smi: nvidiaSmi, service: service(unit), file: fileProbe(path) }),
    decide: ({ smi, service: seen, file }) => {
      if (seen === undefined) return noSenseAbout(`${unit}.service`);
      if (smi.kind !== "answers")
        return { kind: "later", after: "nvidia/loaded", because: "the driver does not answer yet" };
      const on = smi.gpus.length > 0 && smi.gpus.every((gpu) => gpu.persistence);
      if (on && (seen.active ? seen.enabled : !seen.known)) return ok;
      if (!seen.known) {
        const action = quickly(sh`nvidia-smi -pm 1`);
        return changesOrOk([{ summary: "The GPUs stay initialised until the next reboot", actions: [action] }]);
      }
      if (on || !seen.command.includes("--no-persistence-mode")) {
        return changesOrOk([{ summary: "The GPUs stay initialised, now and after a reboot", actions: [restart] }]);
      }
      const change = dropIn(file);
      return "kind" in change ? change : changesOrOk([change]);
    },
  });
}
