import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** How the double of sudo behaves. */
export type FakeSudo = "nopasswd" | "password" | "denied";

/** The password that the double of sudo takes. */
export const fakePassword = "cor'rect horse \\n $HOME";

// A double: the real sudo needs a second user and a sudoers file. It takes the options that Drover uses, wants the
// password as sudo -S does (three attempts, one line each, byte by byte), writes down its arguments, takes away where the
// login comes from, and marks what it runs with FAKE_ROOT.
const sudo = `#!/bin/sh
unset SSH_CONNECTION
echo "$*" >>"$DOUBLES/sudo.log"
ask=no
while :; do
  case $1 in
    -n) ask=never; shift ;;
    -k) shift ;;
    -S) ask=stdin; shift ;;
    -p) shift 2 ;;
    --) shift; break ;;
    *) break ;;
  esac
done
case $FAKE_SUDO in
  nopasswd) ;;
  password)
    [ "$ask" = stdin ] || { echo "sudo: a password is required" >&2; exit 1; }
    echo "We trust you have received the usual lecture" >&2
    for try in 1 2 3; do
      IFS= read -r given || { echo "sudo: no password was provided" >&2; exit 1; }
      echo "$try" >>"$DOUBLES/tries.log"
      [ "$given" = "$FAKE_PASSWORD" ] && { FAKE_ROOT=yes exec "$@"; }
      echo "Sorry, try again." >&2
    done
    exit 1 ;;
  *) echo "sudo: ada is not in the sudoers file" >&2; exit 1 ;;
esac
FAKE_ROOT=yes exec "$@"
`;

// A double: whoever runs the tests, the host's login user has this number.
const id = `#!/bin/sh
echo "\${FAKE_UID:-1000}"
`;

const noisyShell = `#!/bin/sh
echo "Welcome to this host"
printf 'no newline'
echo "a warning of .bashrc" >&2
exec /bin/sh "$@"
`;

function writeProgram(path: string, text: string): void {
  writeFileSync(path, text);
  chmodSync(path, 0o755);
}

/** Puts the doubles into a folder and returns the environment that makes a test host use them. */
export function installDoubles(folder: string, settings: { sudo?: FakeSudo; uid?: number }): Record<string, string> {
  const bin = join(folder, "bin");
  mkdirSync(bin, { recursive: true });
  writeProgram(join(bin, "sudo"), sudo);
  writeProgram(join(bin, "id"), id);
  return {
    PATH: `${bin}:/usr/local/bin:/usr/bin:/bin`,
    DOUBLES: folder,
    FAKE_SUDO: settings.sudo ?? "nopasswd",
    FAKE_PASSWORD: fakePassword,
    FAKE_UID: String(settings.uid ?? 0),
  };
}

/** A login shell whose start-up files print on both streams. Returns its path. */
export function installNoisyShell(folder: string): string {
  const path = join(folder, "noisy-shell");
  writeProgram(path, noisyShell);
  return path;
}
