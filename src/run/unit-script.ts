import { type Sh, sh } from "../core/shell.ts";
import type { RunAction, StepId } from "../core/step.ts";
import { base64 } from "./write-script.ts";

/** Where long actions keep script, output and exit code on a host, for root alone. /run is gone after a reboot, as they are. */
const folder = "/run/drover";

/** The transient unit of a step's long action. One name per step, so that a later run finds what an earlier one left. */
export function unitName(step: StepId): string {
  return `drover-${step.replaceAll("/", "-")}`;
}

/**
 * Starts a command as a transient unit of systemd and follows its output; ends with the command's own exit code.
 * Run again with the same token it attaches to the running unit, or reads the result it left: so a line that was cut costs
 * nothing. A unit left by an earlier run is waited for first. The result stays until the step's next action: a shell whose
 * line was cut follows on for a while, and would otherwise take it away from the one that came after it.
 */
export function unitScript(step: StepId, action: RunAction, token: string, dir = folder): Sh {
  const unit = unitName(step);
  const stdin = action.stdin ?? "";
  return sh`set -u
LC_ALL=C; export LC_ALL
umask 077
b=${dir}/${unit}
mkdir -p ${dir}
if [ "$(cat "$b.token" 2>/dev/null)" != ${token} ]; then
  while systemctl is-active --quiet ${unit}; do sleep 0.2; done
  rm -f "$b.code"; : >"$b.out"
  base64 -d >"$b.sh" <<'DROVER_END_OF_SCRIPT'
${base64(action.sh.text)}
DROVER_END_OF_SCRIPT
  base64 -d >"$b.in" <<'DROVER_END_OF_STDIN'
${base64(stdin)}
DROVER_END_OF_STDIN
  systemctl reset-failed ${unit} 2>/dev/null
  systemd-run --quiet --collect --unit=${unit} --setenv=LC_ALL=C /bin/sh -c ${runner(unit, dir, token)} || exit 125
fi
${follow(unit)}
`;
}

/** Runs inside the unit: the token first, so that it means "begun"; output to a file, and the exit code last, so that a code means "ended". What may be secret goes. */
function runner(unit: string, dir: string, token: string): string {
  return sh`b=${dir}/${unit}; echo ${token} >"$b.token"; /bin/sh "$b.sh" <"$b.in" >"$b.out" 2>&1; c=$?; rm -f "$b.in" "$b.sh"; echo $c >"$b.code.new"; mv "$b.code.new" "$b.code"`
    .text;
}

function follow(unit: string): Sh {
  return sh`p=$(systemctl show -p MainPID --value ${unit} 2>/dev/null)
case $p in ''|0) cat "$b.out" ;; *) tail -n +1 -s 0.2 -f --pid="$p" "$b.out" ;; esac
n=0
while [ ! -e "$b.code" ] && systemctl is-active --quiet ${unit}; do sleep 0.2; done
while [ ! -e "$b.code" ] && [ $n -lt 10 ]; do n=$((n+1)); sleep 0.1; done
[ -e "$b.code" ] || { echo "the unit ${unit} ended without a result" >&2; exit 124; }
exit "$(cat "$b.code")"`;
}

/** Waits for what an earlier run of Drover left running, showing whose output it is. Ends 0 when nothing runs. */
export function leftoversScript(): Sh {
  return sh`for u in $(systemctl list-units --no-legend --plain --state=active,activating 'drover-*.service' 2>/dev/null | cut -d' ' -f1); do
  echo "waiting for $u, which an earlier run left"
  while systemctl is-active --quiet "$u"; do sleep 0.2; done
done
exit 0
`;
}
