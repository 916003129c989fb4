import type { Probe } from "../core/probe.ts";
import { lines } from "../core/probe.ts";
import { sh } from "../core/shell.ts";
import { askParts, readParts, shortText } from "./parts.ts";

/** What is pending on a host, and what changes it by itself. */
export interface UpkeepFact {
  readonly rebootRequired: boolean;
  /** The packages that want the reboot. */
  readonly rebootBecause: readonly string[];
  /** apt upgrades packages by itself. */
  readonly unattended: boolean;
  /** Packages that must not move by themselves (apt-mark hold). */
  readonly held: readonly string[];
  /** Who holds dpkg's lock right now: `pid command`. */
  readonly aptLock: string | undefined;
  /** cloud-init's word: `done`, `running`, `not started`, `error`; undefined where it is not installed. */
  readonly cloudInit: string | undefined;
}

const locks = ["/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock", "/var/lib/apt/lists/lock"];

/** Asks Debian's marks, apt's configuration, /proc/locks and cloud-init. */
export const upkeepFact: Probe<UpkeepFact | undefined> = {
  sh: askParts({
    reboot: sh`[ ! -e /run/reboot-required ] || { echo yes; cat /run/reboot-required.pkgs; }`,
    unattended: sh`command -v unattended-upgrade >/dev/null && apt-config shell v APT::Periodic::Unattended-Upgrade`,
    held: sh`dpkg --get-selections | sed -n 's/[[:space:]]*hold$//p'`,
    lock: sh`for f in ${locks}; do i=$(stat -c %i "$f") || continue
p=$(awk -v i=":$i\$" '$6 ~ i {print $5; exit}' /proc/locks); [ -z "$p" ] || { echo "$p $(cat "/proc/$p/comm")"; break; }; done`,
    cloud: sh`command -v cloud-init >/dev/null && timeout 5 cloud-init status`,
  }),
  parse: (answer) => {
    const parts = readParts(answer, ["reboot", "unattended", "held", "lock", "cloud"]);
    if (parts === undefined) return undefined;
    const [reboot, ...because] = lines(parts.reboot);
    return {
      rebootRequired: reboot === "yes",
      rebootBecause: [...new Set(because)],
      // Days, `12h`, `30m` or `always`; off is 0 alone (/usr/lib/apt/apt.systemd.daily).
      unattended: /^v='(?!0?'$)/m.test(parts.unattended),
      held: lines(parts.held),
      aptLock: shortText(parts.lock),
      cloudInit: /^status: (\w+(?: \w+)?)/m.exec(parts.cloud)?.[1],
    };
  },
};
