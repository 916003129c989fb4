import type { Probe } from "../core/probe.ts";
import { sh } from "../core/shell.ts";
import { activeUnits, askParts, readParts } from "./parts.ts";

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

/** adjtimex(2), which only reads here, by its number on amd64 and arm64; it answers 5 while the clock is not kept in step. */
const adjtimex = String.raw`use POSIX (); my $b = "\0" x 256; print syscall((POSIX::uname())[4] eq "aarch64" ? 171 : 159, $b), "\n"`;

/** Asks date, systemd and the kernel's own state of the clock. */
export const clockFact: Probe<ClockFact | undefined> = {
  sh: askParts({
    clients: sh`systemctl is-active ${clients}`,
    synchronised: sh`perl -e ${adjtimex}`,
    now: sh`date +%s%3N`,
  }),
  parse: (answer) => {
    const parts = readParts(answer, ["clients", "synchronised", "now"]);
    if (parts === undefined || !/^\d{13}$/.test(parts.now.trim())) return undefined;
    const word = parts.synchronised.trim();
    const active = activeUnits(clients, parts.clients);
    return {
      now: Number(parts.now.trim()),
      synchronised: /^[0-4]$/.test(word) ? true : word === "5" ? false : undefined,
      // Debian's ntpsec.service is called ntp.service too (its Alias=), and no host has the packages of both.
      clients: active.filter((name) => name !== "ntp" || !active.includes("ntpsec")),
    };
  },
};
