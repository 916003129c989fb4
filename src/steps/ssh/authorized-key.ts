import { inOneLine } from "../../core/printable.ts";
import { lines, type Probe } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import { type AnyStep, type Decision, defineStep, ok } from "../../core/step.ts";
import { noSenseAbout } from "../blocked.ts";
import { quickly } from "../run-quickly.ts";

/** The keys that open for a user, one a line as authorized_keys has them; undefined if there is no such user. */
function authorizedKeys(user: string): Probe<readonly string[] | undefined> {
  return {
    // The shell looks the folder up by itself, wherever users are kept, and leaves the word as it is where there is no such user.
    sh: sh`home=~${user}
case $home in /*) ;; *) exit 44 ;; esac
f=$home/.ssh/authorized_keys
[ ! -e "$f" ] || cat -- "$f"`,
    parse: ({ code, stdout }) => (code === 0 ? lines(stdout).filter((line) => !line.startsWith("#")) : undefined),
  };
}

/** Added at the end: what others put there stays, and so do the file's mode and owner if it is there. */
function authorize(user: string, key: string) {
  const add = sh`home=$(getent passwd ${user} | cut -d: -f6) && [ -d "$home" ] && group=$(id -g -- ${user}) || exit 1
umask 077
f=$home/.ssh/authorized_keys
[ -d "$home/.ssh" ] || { mkdir "$home/.ssh" && chown ${user}:"$group" "$home/.ssh"; } || exit 1
[ -e "$f" ] || { : >"$f" && chown ${user}:"$group" "$f"; } || exit 1
[ ! -s "$f" ] || [ -z "$(tail -c 1 -- "$f")" ] || echo >>"$f"
cat >>"$f"`;
  return { ...quickly(add), stdin: `${key}\n` };
}

/**
 * What a line says before its key, where it keeps RKE out: clouds put `no-port-forwarding,command="echo 'Please login as ...'"`
 * before the key for root. sshd goes by the first line that has the key, so that another one at the end would not help.
 */
function shutBy(line: string, blob: string): string | undefined {
  const options = line.slice(0, line.indexOf(blob));
  const says = (option: string) => new RegExp(`(?:^|,)${option}(?:[,=\\s]|$)`, "i").test(options);
  const isShut = says("command") || says("no-port-forwarding") || (says("restrict") && !says("port-forwarding"));
  return isShut ? inOneLine(options.replace(/\S+\s*$/, "")) : undefined;
}

function shut(user: string, options: string): Decision {
  return {
    kind: "blocked",
    because: `the inventory's key opens for ${user}, but not for RKE's work: authorized_keys says ${options} before it`,
    remedy: "Take these options off that line on the host, or log in as another user (ssh.user).",
  };
}

/**
 * The inventory's key opens for the login user, so that a password is wanted once: RKE itself logs in with keys only. For hosts
 * whose inventory gives both a password and a key with its .pub beside it.
 */
export function authorizedKey(): AnyStep {
  return defineStep({
    id: "ssh/key",
    title: "Let the login user in with the key from now on",
    appliesTo: (host) => host.publicKey !== undefined,
    probes: (host) => ({ keys: authorizedKeys(host.user) }),
    decide: ({ keys }, { user, publicKey }) => {
      if (publicKey === undefined) return ok;
      if (keys === undefined) return noSenseAbout(`its user ${user}`);
      const [, blob = publicKey] = publicKey.split(/\s+/);
      const there = keys.find((line) => line.split(/\s+/).includes(blob));
      const options = there === undefined ? undefined : shutBy(there, blob);
      if (options !== undefined) return shut(user, options);
      if (there !== undefined) return ok;
      return {
        kind: "change",
        changes: [{ summary: `the inventory's key opens for ${user}`, actions: [authorize(user, publicKey)] }],
      };
    },
  });
}
