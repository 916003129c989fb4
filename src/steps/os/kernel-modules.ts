import type { Probe } from "../../core/probe.ts";
import { lines } from "../../core/probe.ts";
import { joinSh, sh } from "../../core/shell.ts";
import type { AnyStep, Change } from "../../core/step.ts";
import { changesOrOk, defineStep } from "../../core/step.ts";
import { cannotEdit, noSenseAbout } from "../blocked.ts";
import { editFile } from "../files/edit-file.ts";
import { fileProbe } from "../files/file-probe.ts";
import { quickly } from "../run-quickly.ts";
import { liftBans, modprobeFiles } from "./module-bans.ts";

const path = "/etc/modules-load.d/drover.conf";

/** What every host needs: bridged packets pass iptables, and images are stacked layers. */
const always = ["br_netfilter", "overlay"];

/** Which of the modules the kernel does not have yet; undefined unless it speaks about each of them. */
function missingProbe(modules: readonly string[]): Probe<readonly string[] | undefined> {
  return {
    // Built-in modules without parameters show only in modules.builtin, whose file names may hold a dash.
    sh: joinSh([
      sh`read -r release </proc/sys/kernel/osrelease
has() {
  if [ -d "/sys/module/$1" ] || grep -qsE "^$1 |/$2[.]ko" /proc/modules "/lib/modules/$release/modules.builtin"
  then echo "$1 present"; else echo "$1 missing"; fi
}`,
      ...modules.map((name) => sh`has ${name} ${name.replaceAll("_", "[-_]")}`),
    ]),
    parse: (answer) => {
      const said = new Set(lines(answer.stdout));
      if (!modules.every((name) => said.has(`${name} present`) || said.has(`${name} missing`))) return undefined;
      return modules.filter((name) => said.has(`${name} missing`));
    },
  };
}

function load(missing: readonly string[]): readonly Change[] {
  if (missing.length === 0) return [];
  const failure = {
    pattern: /Module (\S+) not found/,
    code: "step/action-failed",
    message: "The kernel has no module $1",
    remedy: "Install the package linux-modules-extra for the running kernel, or take the module out of the inventory.",
  } as const;
  const summary = `The kernel has loaded ${missing.join(", ")}`;
  return [{ summary, actions: [quickly(sh`modprobe -a -- ${missing}`, [failure])] }];
}

/** Loads the kernel modules that containers and their network need, and has them loaded at each boot. */
export function kernelModules(more: readonly string[]): AnyStep {
  const modules = [...new Set([...always, ...more].map((name) => name.replaceAll("-", "_")))];
  const after = `# Written by Drover: modules that Kubernetes needs.\n${modules.join("\n")}\n`;
  return defineStep({
    id: "os/kernel-modules",
    title: "Load the kernel modules that containers need",
    probes: () => ({ missing: missingProbe(modules), file: fileProbe(path), bans: modprobeFiles(modules) }),
    decide: ({ missing, file, bans }) => {
      if (missing === undefined || bans === undefined) return noSenseAbout("its kernel modules");
      if (file.kind === "unreadable") return cannotEdit(path, file.why);
      const lifted = liftBans(bans, modules);
      if ("kind" in lifted) return lifted;
      const same = file.kind === "present" && file.text === after;
      const summary = `${modules.join(", ")} are loaded at each boot`;
      return changesOrOk([...lifted, ...(same ? [] : [editFile({ summary, path, file, after })]), ...load(missing)]);
    },
  });
}
