import type { Host } from "../core/cluster.ts";
import type { Probe } from "../core/probe.ts";
import { sh } from "../core/shell.ts";
import { askedConnection, type SshdSettings, sshdSettings } from "../steps/ssh/sshd-settings.ts";
import { activeUnits, askParts, readParts, wholeNumber } from "./parts.ts";

/** The user that logs in, and what sshd lets it do. */
export interface LoginFact {
  readonly user: string;
  readonly groups: readonly string[];
  readonly shell: string;
  /** Undefined where sshd does not tell. */
  readonly sshd: SshdSettings | undefined;
  /** Connections that have not logged in yet, after which sshd begins to refuse some (MaxStartups). */
  readonly startups: number | undefined;
  readonly sessions: number | undefined;
  /** fail2ban or sshguard runs, which shut out an address that connects too often. */
  readonly guard: string | undefined;
}

const guards = ["fail2ban", "sshguard"];

/** Asks for the host's user, and sshd for its settings. */
export function loginFact(host: Host): Probe<LoginFact | undefined> {
  const settings = sshdSettings(host);
  return {
    sh: askParts({
      groups: sh`id -nG -- ${host.user}`,
      shell: sh`getent passwd ${host.user} | cut -d: -f7`,
      sshd: sh`${askedConnection(host)}
sshd -T -C "$c" | grep -E '^(allowtcpforwarding|allowstreamlocalforwarding|disableforwarding|permitopen|maxstartups|maxsessions) '`,
      guard: sh`systemctl is-active ${guards}`,
    }),
    parse: (answer) => {
      const parts = readParts(answer, ["groups", "shell", "sshd", "guard"]);
      if (parts === undefined || parts.groups.trim() === "") return undefined;
      return {
        user: host.user,
        groups: parts.groups.trim().split(/\s+/),
        shell: parts.shell.trim(),
        sshd: settings.parse({ code: 0, stdout: parts.sshd, stderr: "" }),
        startups: wholeNumber(/^maxstartups (\d+)/m.exec(parts.sshd)?.[1]),
        sessions: wholeNumber(/^maxsessions (\d+)/m.exec(parts.sshd)?.[1]),
        guard: activeUnits(guards, parts.guard)[0],
      };
    },
  };
}
