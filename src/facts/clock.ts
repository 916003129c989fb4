import type { Probe } from "../core/probe.ts";
import { lines } from "../core/probe.ts";
import { sh } from "../core/shell.ts";
import { askParts, readParts } from "./parts.ts";

/** The host's clock and who keeps it right. */
export interface ClockFact {
  /** When it was asked, in ms since the epoch, by its own clock. */
  readonly now: number;
  /** The kernel's word that its clock is kept in step with others. */
  readonly synchronised: boolean | undefined;
  /** The services that run and set the clock. */
  readonly clients: readonly string[];
}

/** Services that set a clock, on Debian and Ubuntu. */
const clients = ["chrony", "systemd-timesyncd", "ntp", "ntpsec", "openntpd", "ptp4l", "phc2sys"];

/** Asks date, systemd and the kernel's state (adjtimex, through timedatectl). */
export const clockFact: Probe<ClockFact | undefined> = {
  sh: askParts({
    clients: sh`for s in ${clients}; do [ "$(systemctl is-active "$s")" != active ] || echo "$s"; done`,
    synchronised: sh`timedatectl show -p NTPSynchronized --value`,
    now: sh`date +%s%3N`,
  }),
  parse: (answer) => {
    const parts = readParts(answer, ["clients", "synchronised", "now"]);
    if (parts === undefined || !/^\d{13}$/.test(parts.now.trim())) return undefined;
    const word = parts.synchronised.trim();
    return {
      now: Number(parts.now.trim()),
      synchronised: word === "yes" ? true : word === "no" ? false : undefined,
      clients: lines(parts.clients).filter((name) => clients.includes(name)),
    };
  },
};
