import { printLines } from "../../core/file-question.ts";
import { inOneLine } from "../../core/printable.ts";
import type { Probe } from "../../core/probe.ts";
import { text } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import type { AnyStep, Decision } from "../../core/step.ts";
import { defineStep, ok } from "../../core/step.ts";
import { noSenseAbout } from "../blocked.ts";
import { isSupported, type OsRelease, osRelease } from "./os-release.ts";

/** Docker, its images and the cluster's own files do not fit into less. */
const leastFreeBytes = 2 * 1024 ** 3;

const freeOnVar: Probe<number | undefined> = {
  sh: sh`stat -f -c '%a %S' /var`,
  parse: (answer) => {
    const [, blocks, size] = /^(\d{1,15}) (\d{1,9})$/.exec(answer.stdout.trim()) ?? [];
    return answer.code === 0 && blocks !== undefined ? Number(blocks) * Number(size) : undefined;
  },
};

function unsupported(because: string): Decision {
  return {
    kind: "blocked",
    because,
    remedy: "Use Debian 12 or 13, or Ubuntu 20.04 to 26.04, on amd64 or arm64, started by systemd.",
    code: "host/unsupported-os",
  };
}

function diskFull(bytes: number): Decision {
  return {
    kind: "blocked",
    because: `/var has ${(bytes / 1024 ** 3).toFixed(1)} GiB free, at least 2 are needed`,
    remedy: "Free some space on the file system of /var, or give it a larger disk.",
    code: "host/disk-full",
  };
}

function judge(os: OsRelease, architecture: string, init: string): Decision {
  const name = inOneLine(os.prettyName);
  if (!isSupported(os)) return unsupported(`${name} is not an operating system that Drover knows`);
  if (!["amd64", "arm64"].includes(architecture)) return unsupported(`${name} runs on ${inOneLine(architecture)}`);
  if (init !== "systemd") return unsupported(`process 1 is ${inOneLine(init)}, not systemd`);
  return ok;
}

/** Stops early on a machine that nothing here was made for. */
export function supported(): AnyStep {
  return defineStep({
    id: "os/supported",
    title: "Check the operating system and the space on its disk",
    probes: () => ({
      os: osRelease,
      architecture: text(sh`dpkg --print-architecture`),
      init: text(printLines("/proc/1/comm")),
      free: freeOnVar,
    }),
    decide: ({ os, architecture, init, free }) => {
      if (os === undefined) return unsupported("/etc/os-release does not say what the operating system is");
      if (!isSupported(os)) return judge(os, "", "");
      if (architecture === undefined || init === undefined) return noSenseAbout("its architecture and process 1");
      if (free === undefined) return noSenseAbout("the free space on /var");
      const decision = judge(os, architecture.trim(), init.trim());
      return decision.kind === "ok" && free < leastFreeBytes ? diskFull(free) : decision;
    },
  });
}
