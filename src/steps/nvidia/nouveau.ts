import { sh } from "../../core/shell.ts";
import type { AnyStep } from "../../core/step.ts";
import { changesOrOk, defineStep, ok } from "../../core/step.ts";
import { cannotEdit, noSenseAbout } from "../blocked.ts";
import { editFile } from "../files/edit-file.ts";
import { fileProbe } from "../files/file-probe.ts";
import { kernels } from "./kernels.ts";

const path = "/etc/modprobe.d/drover-nouveau.conf";

const text = `# Written by Drover: nouveau and NVIDIA's driver cannot have the same GPU.
blacklist nouveau
options nouveau modeset=0
`;

/** nouveau is loaded from the initramfs, early: that must know of it too. Takes a minute where there are many kernels. */
const updateInitramfs = {
  kind: "run",
  sh: sh`PATH=$PATH:/usr/sbin:/sbin
command -v update-initramfs >/dev/null || exit 0
update-initramfs -u -k all`,
  timeoutMs: 10 * 60_000,
  survivesDisconnect: true,
} as const;

/** Keeps nouveau from taking the GPUs at the next boot. NVIDIA's packages mostly do so themselves. */
export function nouveauOff(): AnyStep {
  return defineStep({
    id: "nvidia/nouveau",
    title: "Keep the nouveau driver off the GPUs",
    appliesTo: (host) => host.gpu,
    probes: () => ({ kernels, file: fileProbe(path) }),
    decide: ({ kernels: seen, file }) => {
      if (seen === undefined) return noSenseAbout("its kernels");
      if (!seen.nouveau || seen.nouveauOff) return ok;
      if (file.kind === "unreadable") return cannotEdit(path, file.why);
      if (file.kind === "present" && file.text === text) return ok;
      const summary = "nouveau is not loaded at boot any more";
      return changesOrOk([editFile({ summary, path, file, after: text, afterwards: [updateInitramfs] })]);
    },
  });
}
