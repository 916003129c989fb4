import { text } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import type { AnyStep } from "../../core/step.ts";
import { defineStep, ok } from "../../core/step.ts";
import { noSenseAbout } from "../blocked.ts";
import { quickly } from "../run-quickly.ts";
import { rememberOnce } from "../undo/remember.ts";

/** The user that RKE logs in as may use Docker's socket. It holds from the next login on. */
export function group(): AnyStep {
  return defineStep({
    id: "docker/group",
    title: "Let the login user use Docker",
    appliesTo: (host) => host.user !== "root",
    probes: (host) => ({
      group: text(sh`getent group docker`),
      groups: text(sh`id -nG -- ${host.user}`),
    }),
    decide: ({ group: found, groups }, host) => {
      if (host.user === "root") return ok;
      if (groups === undefined || groups.trim() === "") return noSenseAbout(`its user ${host.user}`);
      if (found === undefined || !found.startsWith("docker:")) {
        return { kind: "later", after: "docker/installed", because: "the group docker comes with Docker" };
      }
      if (groups.trim().split(/\s+/).includes("docker")) return ok;
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
