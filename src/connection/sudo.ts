import { DroverError } from "../core/errors.ts";

/** How a login user becomes root on a host. Decided once per connection. */
export type SudoMode = "root" | "nopasswd" | "password";

// Where the login comes from goes along as an argument: sudo takes it out of the environment.
const rootShell = '/bin/sh -s "$SSH_CONNECTION"';

const direct: Readonly<Record<SudoMode, string>> = {
  root: `exec ${rootShell}`,
  nopasswd: `exec sudo -n -- ${rootShell}`,
  password: `exec sudo -k -S -p '' -- ${rootShell}`,
};

/** First lines of what a root shell reads: they put back where the login comes from, as sshd(8) says it. */
export const cameFrom = "SSH_CONNECTION=$1; export SSH_CONNECTION; set --\n";

/**
 * The command for the login shell of a connection's first script: it finds the way to root, says on stderr which it
 * took, and takes it, all in one exec. One line, one pair of single quotes, and neither `'`, `!` nor a double backslash
 * inside: bash, dash, fish and csh all read it alike. With a password, stdin begins with two lines of it: the first is
 * tried on `true`, so that a wrong one costs one attempt and sudo never takes lines of the script for passwords. Without
 * one sudo is started once: where it refuses, the script is never reached, and that tells.
 */
function deciding(mark: string, withPassword: boolean): string {
  const drop = withPassword ? "IFS= read -r p; " : "";
  const ways = withPassword
    ? [
        `if sudo -n -k true </dev/null; then ${drop}say nopasswd; ${direct.nopasswd}; fi`,
        `if printf "%s\\n" "$p" | sudo -k -S -p "" -- true; ` +
          `then say password; exec sudo -k -S -p "" -- ${rootShell}; fi`,
        "say denied",
        "exit 1",
      ]
    : ["say nopasswd", `exec sudo -n -k -- ${rootShell}`];
  const steps = [
    `say() { echo "${mark} $1" >&2; }`,
    ...(withPassword ? ["IFS= read -r p"] : []),
    `if [ "$(id -u)" = 0 ]; then ${drop}say root; ${direct.root}; fi`,
    ...ways,
  ];
  return `exec /bin/sh -c '${steps.join("; ")}'`;
}

/** What goes to the host to get a root shell: the command line, and what stdin must begin with. Never logged. */
export interface Elevation {
  readonly command: string;
  readonly stdin: string;
}

/**
 * The way to a root shell that reads its script from stdin.
 * @param mode what `readMode` said before, or undefined for a connection's first script
 * @param mark the nonce under which the host says how it went
 */
export function elevate(mode: SudoMode | undefined, mark: string, password: string | undefined): Elevation {
  const line = password === undefined ? "" : `${password}\n`;
  if (mode === undefined) return { command: deciding(mark, password !== undefined), stdin: line + line };
  return { command: direct[mode], stdin: mode === "password" ? line : "" };
}

/**
 * Which way the first script took, or tried at last, read from the stderr that came before the script's own; undefined: no
 * command of ours ran.
 */
export function readWay(before: string, mark: string): SudoMode | "denied" | undefined {
  const ways = ["root", "nopasswd", "password", "denied"] as const;
  return ways.find((way) => before.includes(`${mark} ${way}\n`));
}

/** The error for a host on which a login user could not become root. */
export function sudoDenied(user: string, said: readonly string[], withPassword: boolean): DroverError {
  const wayOut = `Allow it with "${user} ALL=(ALL) NOPASSWD: ALL" in /etc/sudoers.d/drover on the host, or log in as root`;
  // requiretty in sudoers; sudo's words are "sorry, you must have a tty to run sudo".
  if (said.some((line) => /\btty\b/.test(line))) {
    return new DroverError("sudo/denied", `${user} cannot become root without a terminal, which programs have not`, {
      remedy: `Write "Defaults:${user} !requiretty" into /etc/sudoers.d/zz-drover on the host (with visudo -f).`,
      details: said,
    });
  }
  return new DroverError("sudo/denied", `${user} cannot become root`, {
    remedy: withPassword
      ? `Check the sudo password. Otherwise: ${wayOut}.`
      : `${wayOut}, or give the sudo password (ssh.sudoPassword in the inventory; on a terminal you are asked).`,
    details: said,
  });
}
