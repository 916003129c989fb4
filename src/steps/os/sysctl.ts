import type { Probe } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import type { AnyStep, Change, Decision } from "../../core/step.ts";
import { changesOrOk, defineStep } from "../../core/step.ts";
import { cannotEdit, noSenseAbout } from "../blocked.ts";
import { editFile } from "../files/edit-file.ts";
import { fileProbe } from "../files/file-probe.ts";
import { printable } from "../printable.ts";
import { quickly } from "../run-quickly.ts";
import { type Assignment, findOverride, sysctlFiles } from "./sysctl-files.ts";
import { procPath, sameValue } from "./sysctl-key.ts";

const path = "/etc/sysctl.d/90-drover.conf";

/** Without these the pods' packets are neither seen by iptables nor forwarded. */
const always = {
  "net.bridge.bridge-nf-call-iptables": "1",
  "net.bridge.bridge-nf-call-ip6tables": "1",
  "net.ipv4.ip_forward": "1",
};

/** The values in force, in the order of the keys; null where the kernel does not have one. */
function liveProbe(keys: readonly string[]): Probe<readonly (string | null)[] | undefined> {
  return {
    sh: sh`for f in ${keys.map(procPath)}; do
  if [ -r "$f" ]; then printf '='; tr '\n' ' ' <"$f"; echo; else echo none; fi
done`,
    parse: (answer) => {
      const rows = answer.stdout.split("\n").slice(0, -1);
      if (answer.code !== 0 || rows.length !== keys.length) return undefined;
      if (!rows.every((row) => row === "none" || row.startsWith("="))) return undefined;
      return rows.map((row) => (row === "none" ? null : row.slice(1).trim()));
    },
  };
}

function overridden(found: Assignment, wanted: string): Decision {
  const place = printable(`${found.path}:${found.line}`);
  return {
    kind: "blocked",
    because: `${place} sets ${found.key} to ${printable(found.value)} after ${path} has set it to ${wanted}`,
    remedy: `Take ${found.key} out of ${printable(found.path)} on the host, or give that value in the inventory (kernel.sysctl).`,
  };
}

function apply(wrong: readonly string[]): Change {
  const failure = {
    pattern: /cannot stat (\/proc\/sys\/\S+):/,
    code: "step/action-failed",
    message: "The kernel has no setting $1",
    remedy: "Take it out of the inventory (kernel.sysctl), or name the kernel module that brings it (kernel.modules).",
  } as const;
  return {
    summary: `${wrong.join(", ")} ${wrong.length === 1 ? "is" : "are"} in force`,
    actions: [quickly(sh`sysctl -q -p ${path}`, [failure])],
  };
}

/** Sets kernel parameters, now and at each boot. Keys and values are those of sysctl.d(5). */
export function sysctl(more: Readonly<Record<string, string>>): AnyStep {
  const settings = Object.entries({ ...always, ...more });
  const keys = settings.map(([key]) => key);
  const body = settings.map(([key, value]) => `${key} = ${value}\n`).join("");
  const after = `# Written by Drover: what Kubernetes needs of the kernel.\n${body}`;
  return defineStep({
    id: "os/sysctl",
    title: "Set the kernel parameters that Kubernetes needs",
    probes: () => ({ live: liveProbe(keys), file: fileProbe(path), files: sysctlFiles }),
    decide: ({ live, file, files }) => {
      if (live === undefined || files === undefined) return noSenseAbout("its kernel parameters");
      if (file.kind === "unreadable") return cannotEdit(path, file.why);
      for (const [key, value] of settings) {
        const found = findOverride({ files, after: path, key, value });
        if (found !== undefined) return overridden(found, value);
      }
      const wrong = settings.filter(([, value], index) => !sameValue(live[index] ?? "", value)).map(([key]) => key);
      const same = file.kind === "present" && file.text === after;
      const edit = same ? [] : [editFile({ summary: "Kernel parameters are set at each boot", path, file, after })];
      return changesOrOk([...edit, ...(wrong.length === 0 ? [] : [apply(wrong)])]);
    },
  });
}
