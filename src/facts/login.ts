import type { Host } from "../core/cluster.ts";
import type { Probe } from "../core/probe.ts";
import { sh } from "../core/shell.ts";
import { type SshdSettings, sshdSettings } from "../steps/ssh/sshd-settings.ts";
import { askParts, readParts, wholeNumber } from "./parts.ts";

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

/** Asks for the host's user, and sshd for its settings. */
export function loginFact(host: Host): Probe<LoginFact | undefined> {
  const settings = sshdSettings(host);
  return {
    sh: askParts({
      groups: sh`id -nG -- ${host.user}`,
      shell: sh`getent passwd ${host.user} | cut -d: -f7`,
      sshd: settings.sh,
      limits: sh`sshd -T -C user=${host.user},host=localhost,addr=127.0.0.1 | grep -E '^max(startups|sessions) '`,
      guard: sh`for s in fail2ban sshguard; do [ "$(systemctl is-active $s)" != active ] || echo $s; done`,
    }),
    parse: (answer) => {
      const parts = readParts(answer, ["groups", "shell", "sshd", "limits", "guard"]);
      if (parts === undefined || parts.groups.trim() === "") return undefined;
      return {
        user: host.user,
        groups: parts.groups.trim().split(/\s+/),
        shell: parts.shell.trim(),
        sshd: settings.parse({ code: 0, stdout: parts.sshd, stderr: "" }),
        startups: wholeNumber(/^maxstartups (\d+)/m.exec(parts.limits)?.[1]),
        sessions: wholeNumber(/^maxsessions (\d+)/m.exec(parts.limits)?.[1]),
        guard: parts.guard.trim().split("\n")[0] || undefined,
      };
    },
  };
}
