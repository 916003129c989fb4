import type { Host } from "../../core/cluster.ts";
import { inOneLine } from "../../core/printable.ts";
import { text } from "../../core/probe.ts";
import { atExit, sh } from "../../core/shell.ts";
import type { Action, AnyStep, Change, Decision } from "../../core/step.ts";
import { changesOrOk, defineStep } from "../../core/step.ts";
import { cannotEdit, noSenseAbout } from "../blocked.ts";
import { editFile } from "../files/edit-file.ts";
import { type FileState, fileProbe } from "../files/file-probe.ts";
import { pendingMark } from "../pending-mark.ts";
import { quickly } from "../run-quickly.ts";
import { askedConnection, forwards, sshdSettings } from "./sshd-settings.ts";
import { doors, lockOut, sshdMistake } from "./way-in.ts";

const mainPath = "/etc/ssh/sshd_config";
const dropInPath = "/etc/ssh/sshd_config.d/00-drover.conf";
const mark = pendingMark("ssh");

// A Match block for this one user: nobody else is allowed more, and as the first one it wins over later Match blocks.
function dropInText(user: string): string {
  const settings = [
    "AllowTcpForwarding yes",
    "AllowStreamLocalForwarding yes",
    "DisableForwarding no",
    "PermitOpen any",
  ];
  const body = settings.map((line) => `  ${line}\n`).join("");
  return `# Written by Drover: RKE reaches Docker through this user's connection.\nMatch User ${user}\n${body}`;
}

/** Whether the main file already reads drop-ins, before any Match block could swallow the line. */
export function includesDropIns(main: string): boolean {
  const [head = ""] = main.split(/^[ \t]*match\b/im);
  return /^[ \t]*include[ \t=]+.*\/etc\/ssh\/sshd_config\.d\/(\*\.conf|00-drover\.conf)/im.test(head);
}

// The new text is tried in a scratch copy first, so that no moment exists in which a restarted sshd would not come up.
function tryOut(host: Host, content: string): Action {
  const command = sh`PATH=$PATH:/usr/sbin
t=$(mktemp -d) && ${atExit(sh`rm -rf "$t"`)} || exit 1
cat >"$t/drop-in" && { echo "Include $t/drop-in"; cat ${mainPath}; } >"$t/main" || exit 1
sshd -t -f "$t/main" || exit 1
${askedConnection(host)}
sshd -T -f "$t/main" -C "$c" >"$t/says" || exit 1
n=$(grep -cxE '(allowtcpforwarding|allowstreamlocalforwarding) yes|disableforwarding no|permitopen any' "$t/says")
[ "$n" -eq 4 ] && exit 0
echo "sshd would still not forward for $c" >&2; exit 1`;
  return { ...quickly(command), stdin: content };
}

// Reload keeps every open connection; the mark outlives a run that dies before it. An sshd that does not come up again, for
// whatever else lies in its files, is started once more without our drop-in, over the connection that is still open.
const reload = quickly(
  sh`PATH=$PATH:/usr/sbin
sshd -t || exit 1
port=$(sshd -T | sed -n 's/^port //p' | head -n 1)
systemctl try-reload-or-restart ssh.service; c=$?
n=0
while ! ss -Hltn "sport = :$port" | grep -q .; do
  n=$((n + 1)); [ $n -lt 40 ] || { c=1; break; }
  sleep 0.25
done
[ $c -ne 0 ] || { ${mark.clear}; exit 0; }
rm -f ${dropInPath}; systemctl restart ssh.service
echo "sshd-did-not-come-up on port $port" >&2; exit 1`,
  [
    {
      pattern: /sshd-did-not-come-up on port (\d*)/,
      code: "step/action-failed",
      message:
        "sshd did not come up again on port $1 after it read its files; it was restarted without Drover's drop-in",
      remedy: "Keep a session open on the host and look at `journalctl -u ssh` there, then run this again.",
    },
  ],
);

function brokenSettings(mistake: string): Decision {
  return {
    kind: "blocked",
    because: `sshd on the host runs, but would not start again: ${inOneLine(mistake)}`,
    remedy:
      "Correct that line on the host, and try it with sshd -t, before anything restarts sshd: then nobody gets in.",
  };
}

function wouldLockOut(user: string, why: string): Decision {
  return {
    kind: "blocked",
    because: `sshd must read its files again, and as they lie there it would then shut ${user} out: ${inOneLine(why)}`,
    remedy: "Put /etc/ssh/sshd_config and its drop-ins right on the host (sshd -T shows what they come to).",
  };
}

type Readable = Exclude<FileState, { kind: "unreadable" }>;

function edits(host: Host, main: Extract<FileState, { kind: "present" }>, dropIn: Readable): readonly Change[] {
  const after = dropInText(host.user);
  const beforehand = [tryOut(host, after), quickly(mark.set)];
  const summary = `sshd forwards connections for ${host.user}`;
  const first = editFile({ summary, path: dropInPath, file: dropIn, after, beforehand, afterwards: [reload] });
  if (includesDropIns(main.text)) return [first];
  const included = `Include ${dropInPath}\n${main.text}`;
  const reads = "sshd reads the drop-in of Drover";
  return [first, editFile({ summary: reads, path: mainPath, file: main, after: included, afterwards: [reload] })];
}

/** RKE does all of its work through forwarded connections, which hardened hosts forbid. */
export function forwarding(): AnyStep {
  return defineStep({
    id: "ssh/forwarding",
    title: "Let sshd forward the connections that RKE opens",
    probes: (host) => ({
      settings: sshdSettings(host),
      mistake: sshdMistake(host),
      doors: doors(host),
      groups: text(sh`id -nG -- ${host.user}`),
      main: fileProbe(mainPath),
      dropIn: fileProbe(dropInPath),
      pending: mark.probe,
    }),
    decide: ({ settings, mistake, doors: said, groups, main, dropIn, pending }, host) => {
      if (mistake !== undefined) return brokenSettings(mistake);
      if (settings === undefined || main.kind === "absent") return noSenseAbout("the settings of its sshd");
      const forwarded = forwards(settings);
      if (forwarded && !pending) return changesOrOk([]);
      const shut = lockOut(said ?? new Map(), host.user, groups?.trim().split(/\s+/) ?? []);
      if (shut !== undefined) return wouldLockOut(host.user, shut);
      if (forwarded) return changesOrOk([{ summary: "sshd runs with its new settings", actions: [reload] }]);
      if (main.kind === "unreadable") return cannotEdit(mainPath, main.why);
      if (dropIn.kind === "unreadable") return cannotEdit(dropInPath, dropIn.why);
      return changesOrOk(edits(host, main, dropIn));
    },
  });
}
