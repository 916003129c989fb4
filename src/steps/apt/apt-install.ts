import { type Sh, sh } from "../../core/shell.ts";
import type { RunAction } from "../../core/step.ts";
import { aptFailures } from "./apt-failures.ts";
import { aptProgress } from "./apt-progress.ts";

const twentyMinutes = 20 * 60_000;

/**
 * Shell functions `apt` (quiet about questions, patient about locks, machine-readable about progress), `finish_interrupted`
 * and `install` (with fresh package lists if the known ones do not lead to the packages).
 * The progress has a descriptor of its own: with 1, packages' scripts fail with "I/O error" (seen with ca-certificates).
 * A dpkg that was killed refuses everything until `dpkg --configure -a`, which itself does not wait for locks.
 */
export const aptFunctions: Sh = sh`export DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin
apt() {
  apt-get -y -o DPkg::Lock::Timeout=600 -o APT::Status-Fd=5 -o Dpkg::Use-Pty=0 \
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@" 5>&1
}
finish_interrupted() {
  n=0
  until said=$(dpkg --configure -a 2>&1); do
    case $said in *lock*) n=$((n + 1)) ;; *) n=120 ;; esac
    if [ "$n" -ge 120 ]; then printf '%s\n' "$said" >&2; return 1; fi
    echo "Waiting for dpkg's lock"; sleep 5
  done
  apt -f install
}
install() { apt install "$@" || { apt update && apt install "$@"; }; }
dpkg --audit | grep -q . && finish_interrupted
[ -z "$(ls /var/lib/dpkg/updates 2>/dev/null)" ] || finish_interrupted`;

/**
 * Work with apt, as a unit that goes on when the line is cut. `work` may use `apt` and `install`.
 * It is told by the packages' state, not by its exit, whether it is done: so it may be run again at any point.
 */
export function aptAction(work: Sh, more: RunAction["failures"] = []): RunAction {
  return {
    kind: "run",
    sh: sh`${aptFunctions}
${work}`,
    timeoutMs: twentyMinutes,
    survivesDisconnect: true,
    progress: aptProgress,
    failures: [...more, ...aptFailures],
  };
}
