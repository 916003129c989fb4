import type { Action, Change, Decision } from "../../core/step.ts";
import { cannotEdit } from "../blocked.ts";
import { editFile } from "../files/edit-file.ts";
import type { FileState } from "../files/file-probe.ts";

/** Where systemd-timesyncd is told its servers. */
export const timesyncdPath = "/etc/systemd/timesyncd.conf.d/90-drover.conf";

/** Where chrony is, on Debian 11, Ubuntu 22.04 and newer. */
export const chronyPath = "/etc/chrony/conf.d/90-drover.conf";

/** chrony's own file, which must name that folder. */
export const chronyMainPath = "/etc/chrony/chrony.conf";

const head = "# Written by Drover: time servers of the inventory.\n";

/** What was read of the files that name time servers. */
export interface TimeFiles {
  readonly timesyncd: FileState;
  readonly chrony: FileState;
  readonly chronyMain: FileState;
}

function cannotTell(service: string, why: string, servers: readonly string[]): Decision {
  return {
    kind: "blocked",
    because: `${service} keeps the clock, and ${why}`,
    remedy: `Give it the servers ${servers.join(", ")} by hand and leave time.servers out of the inventory.`,
  };
}

interface Wanted {
  readonly path: string;
  readonly file: FileState;
  readonly after: string;
  readonly servers: readonly string[];
  readonly afterwards: readonly Action[];
}

function edited({ path, file, after, servers, afterwards }: Wanted): readonly Change[] | Decision {
  if (file.kind === "unreadable") return cannotEdit(path, file.why);
  if (file.kind === "present" && file.text === after) return [];
  return [editFile({ summary: `The clock follows ${servers.join(", ")}`, path, file, after, afterwards })];
}

/** Has the client that keeps the clock ask the inventory's servers. */
export function useServers(query: {
  readonly service: string;
  readonly servers: readonly string[];
  readonly files: TimeFiles;
  readonly afterwards: readonly Action[];
}): readonly Change[] | Decision {
  const { service, servers, files, afterwards } = query;
  if (servers.length === 0) return [];
  if (service === "systemd-timesyncd.service") {
    const after = `${head}[Time]\nNTP=${servers.join(" ")}\n`;
    return edited({ path: timesyncdPath, file: files.timesyncd, after, servers, afterwards });
  }
  if (service !== "chrony.service") return cannotTell(service, "Drover does not write its configuration", servers);
  const main = files.chronyMain.kind === "present" ? files.chronyMain.text : "";
  if (!/^\s*confdir\s+\/etc\/chrony\/conf\.d\b/m.test(main)) {
    return cannotTell(service, `${chronyMainPath} does not read ${chronyPath}`, servers);
  }
  const after = head + servers.map((one) => `server ${one} iburst\n`).join("");
  return edited({ path: chronyPath, file: files.chrony, after, servers, afterwards });
}
