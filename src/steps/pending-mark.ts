import { existsQuestion } from "../core/file-question.ts";
import type { Probe } from "../core/probe.ts";
import { succeeds } from "../core/probe.ts";
import type { Sh } from "../core/shell.ts";
import { sh } from "../core/shell.ts";

/**
 * Remembers on the host that a service still runs with its old configuration. Set before the file is written, cleared after
 * the service was restarted, so a run that dies in between is noticed by the next one. It lies in /run: a reboot restarts
 * the service and forgets the mark, both rightly. (Comparing times instead would trust clocks.)
 */
export interface PendingMark {
  readonly probe: Probe<boolean>;
  readonly set: Sh;
  readonly clear: Sh;
}

/** The mark of one service. */
export function pendingMark(service: string): PendingMark {
  const path = `/run/drover/restart-${service}`;
  return {
    probe: succeeds(existsQuestion(path)),
    set: sh`mkdir -p /run/drover && : >${path}`,
    clear: sh`rm -f ${path}`,
  };
}
