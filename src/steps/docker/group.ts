import { inOneLine } from "../../core/printable.ts";
import { text } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import type { AnyStep, Decision } from "../../core/step.ts";
import { defineStep, ok } from "../../core/step.ts";
import { noSenseAbout } from "../blocked.ts";
import { quickly } from "../run-quickly.ts";
import { rememberOnce } from "../undo/remember.ts";
import { dockerAccess, dockerDaemon } from "./docker-service.ts";

// Without a program where the group is the host's own, as a package makes it.
const dockerGroup = sh`while IFS= read -r line; do
  case $line in docker:*) printf '%s\n' "$line"; exit ;; esac
done </etc/group
getent group docker`;

function cannotUse(user: string, said: string): Decision {
  return {
    kind: "blocked",
    because: `${user} is in the group docker, but a fresh login of ${user} cannot use Docker: ${inOneLine(said)}`,
    remedy:
      "Look at `ls -l /var/run/docker.sock` on the host: daemon.json's key group, or a docker.socket of somebody's, may give it to another group.",
  };
}

/** The user that RKE logs in as may use Docker's socket. It holds from the next login on, which is tried. */
export function group(): AnyStep {
  return defineStep({
    id: "docker/group",
    title: "Let the login user use Docker",
    appliesTo: (host) => host.user !== "root",
    probes: (host) => ({
      group: text(dockerGroup),
      groups: text(sh`id -nG -- ${host.user}`),
      daemon: dockerDaemon(host),
      access: dockerAccess(host),
    }),
    decide: ({ group: found, groups, daemon, access: { answers, said } }, host) => {
      if (host.user === "root") return ok;
      if (groups === undefined || groups.trim() === "") return noSenseAbout(`its user ${host.user}`);
      if (found === undefined || !found.startsWith("docker:")) {
        return { kind: "later", after: "docker/installed", because: "the group docker comes with Docker" };
      }
      if (groups.trim().split(/\s+/).includes("docker")) {
        return answers || daemon?.answers !== true ? ok : cannotUse(host.user, said);
      }
      // gpasswd, not usermod: it also takes users that are not in /etc/passwd.
      const remember = quickly(rememberOnce("group", `docker/${host.user}`, sh`:`));
      const add = quickly(sh`gpasswd -a ${host.user} docker`);
      return {
        kind: "change",
        changes: [{ summary: `${host.user} is in the group docker`, actions: [remember, add] }],
      };
    },
  });
}
