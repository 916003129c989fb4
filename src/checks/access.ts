import { sh } from "../core/shell.ts";
import { forwards } from "../steps/ssh/sshd-settings.ts";
import { type AnyCheck, hostCheck } from "./check.ts";

/** Whether RKE can work through the login that it is given. */
export const accessChecks: readonly AnyCheck[] = [
  hostCheck({
    id: "access/forwarding",
    title: "sshd forwards connections for the login user",
    severity: "blocking",
    why: "RKE reaches Docker and the health checks of Kubernetes through forwarded connections, and drops a host that refuses them.",
    needs: ["login"],
    fixedByUp: "ssh/forwarding",
    decide: ({ login }) => {
      if (login.sshd === undefined || forwards(login.sshd)) return undefined;
      const said = Object.entries(login.sshd).map(([key, value]) => `${key} ${value}`);
      return {
        evidence: `sshd says for ${login.user}: ${said.join(", ")}`,
        fix: `Set AllowTcpForwarding and AllowStreamLocalForwarding to yes for ${login.user} in sshd_config.`,
      };
    },
  }),
  hostCheck({
    id: "access/docker-group",
    title: "The login user may use Docker",
    severity: "blocking",
    why: "RKE talks to Docker's socket as the login user, without sudo.",
    needs: ["login"],
    appliesTo: (host) => host.user !== "root",
    fixedByUp: "docker/group",
    decide: ({ login }) => {
      if (login.groups.includes("docker")) return undefined;
      return {
        evidence: `${login.user} is in ${login.groups.join(", ")}, not in docker`,
        fix: "Put the user into the group docker, then log in again.",
        commands: [sh`gpasswd -a ${login.user} docker`],
      };
    },
  }),
  hostCheck({
    id: "access/startups",
    title: "sshd lets many connections begin at once",
    severity: "warning",
    why: "RKE opens a new ssh connection for each request; sshd drops those beyond MaxStartups, and RKE then leaves the host out.",
    needs: ["login"],
    decide: ({ login: { startups } }) => {
      if (startups === undefined || startups >= 10) return undefined;
      return {
        evidence: `MaxStartups begins to refuse at ${startups} connections`,
        fix: "Set MaxStartups to 10:30:100, sshd's own default, or more.",
        commands: [
          sh`printf 'MaxStartups 10:30:100\n' >/etc/ssh/sshd_config.d/10-startups.conf && sshd -t && systemctl reload ssh`,
        ],
      };
    },
  }),
  hostCheck({
    id: "access/sessions",
    title: "sshd allows several sessions in one connection",
    severity: "blocking",
    why: "Drover holds the host's lock in one session while it works in another.",
    needs: ["login"],
    decide: ({ login: { sessions } }) => {
      if (sessions === undefined || sessions >= 2) return undefined;
      return {
        evidence: `MaxSessions is ${sessions}`,
        fix: "Set MaxSessions to 10, sshd's own default, in sshd_config.",
        commands: [
          sh`printf 'MaxSessions 10\n' >/etc/ssh/sshd_config.d/10-sessions.conf && sshd -t && systemctl reload ssh`,
        ],
      };
    },
  }),
  hostCheck({
    id: "access/guard",
    title: "Nothing shuts out an address that connects often",
    severity: "warning",
    why: "RKE opens dozens of ssh connections within seconds; a guard may take that for an attack and ban this machine.",
    needs: ["login"],
    decide: ({ login: { guard } }) => {
      if (guard === undefined) return undefined;
      return {
        evidence: `${guard} is running`,
        fix: `Add the address of this machine to the ignore list of ${guard} (for fail2ban: ignoreip in jail.local).`,
      };
    },
  }),
  hostCheck({
    id: "access/login-shell",
    title: "The login user has a shell",
    severity: "blocking",
    why: "Drover runs /bin/sh through the login shell; one that only prints a message ends before that.",
    needs: ["login"],
    decide: ({ login: { shell, user } }) => {
      if (!/\/(nologin|false)$/.test(shell)) return undefined;
      return {
        evidence: `the shell of ${user} is ${shell}`,
        fix: `Give ${user} a shell.`,
        commands: [sh`usermod -s /bin/bash ${user}`],
      };
    },
  }),
];
