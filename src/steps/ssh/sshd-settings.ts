import type { Host } from "../../core/cluster.ts";
import type { Probe } from "../../core/probe.ts";
import { lines } from "../../core/probe.ts";
import { type Sh, sh } from "../../core/shell.ts";

/** The settings of sshd that decide whether RKE can reach Docker. */
export interface SshdSettings {
  readonly allowtcpforwarding: string;
  readonly allowstreamlocalforwarding: string;
  readonly disableforwarding: string;
  readonly permitopen: string;
}

/**
 * Shell text that sets `$c` to the connection to judge: Match blocks make the answer depend on user and addresses. Where the
 * login comes from is handed on to scripts that sudo runs.
 */
export function askedConnection(host: Host): Sh {
  const address = host.internalAddress ?? host.address;
  const local = /^[0-9a-fA-F.:]+$/.test(address) ? address : "127.0.0.1";
  return sh`for client in $SSH_CONNECTION 127.0.0.1; do break; done
c=user=${host.user},host=$client,addr=$client,laddr=${local},lport=${host.port}`;
}

/** What sshd would do for this user coming from here: its own answer, Match blocks and drop-ins resolved. */
export function sshdSettings(host: Host): Probe<SshdSettings | undefined> {
  return {
    sh: sh`PATH=$PATH:/usr/sbin
${askedConnection(host)}
sshd -T -C "$c"`,
    parse: (answer) => {
      const said = new Map(lines(answer.stdout).map((line) => [line.split(" ")[0], line.slice(line.indexOf(" ") + 1)]));
      const allowtcpforwarding = said.get("allowtcpforwarding");
      const allowstreamlocalforwarding = said.get("allowstreamlocalforwarding");
      if (allowtcpforwarding === undefined || allowstreamlocalforwarding === undefined) return undefined;
      return {
        allowtcpforwarding,
        allowstreamlocalforwarding,
        disableforwarding: said.get("disableforwarding") ?? "no",
        permitopen: said.get("permitopen") ?? "any",
      };
    },
  };
}

/** Whether RKE gets through: it opens a stream to Docker's socket and TCP to ports of localhost, and to etcd's of the host's address. */
export function forwards(settings: SshdSettings): boolean {
  return (
    ["yes", "local", "all"].includes(settings.allowtcpforwarding) &&
    ["yes", "local", "all"].includes(settings.allowstreamlocalforwarding) &&
    settings.disableforwarding === "no" &&
    settings.permitopen.split(" ").some((where) => where === "any" || where === "*:*")
  );
}
