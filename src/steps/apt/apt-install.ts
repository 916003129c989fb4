import { aptCatalogue } from "../../catalogue/apt.ts";
import { type Sh, sh } from "../../core/shell.ts";
import type { RunAction } from "../../core/step.ts";
import { noteAdded } from "./added-packages.ts";
import { aptProgress } from "./apt-progress.ts";

const twentyMinutes = 20 * 60_000;

/**
 * Shell functions `apt` (quiet about questions, patient about locks, machine-readable about progress), `update`,
 * `finish_interrupted` and `install` (with fresh package lists if the known ones do not lead to the packages).
 * The progress has a descriptor of its own: with 1, packages' scripts fail with "I/O error" (seen with ca-certificates).
 * `update` tells none: its percents of lists would be taken for those of packages, and go back where these begin.
 * What these scripts fetch by themselves (keys, with curl) goes through the proxy that apt goes through, and past it to the
 * hosts that apt is told to reach directly.
 * A dpkg that was killed refuses everything until `dpkg --configure -a`, which asks about files of configuration that were
 * changed unless told what to do ("end of file on stdin at conffile prompt"), and does not wait for locks; nor does apt
 * for the lock of its lists. `wait_for` does, and names the holder as /proc/locks tells it (by inode).
 */
export const aptFunctions: Sh = sh`export DEBIAN_FRONTEND=noninteractive DEBIAN_PRIORITY=critical LC_ALL=C
export NEEDRESTART_MODE=l NEEDRESTART_SUSPEND=1 APT_LISTCHANGES_FRONTEND=none UCF_FORCE_CONFFOLD=1
PATH=$PATH:/usr/sbin:/sbin
for scheme in http https; do
  proxy=; eval "$(apt-config shell proxy "Acquire::$scheme::Proxy")"
  case $proxy in http*) export "$scheme"_proxy="$proxy" ;; esac
done
no_proxy=$(apt-config dump | sed -n 's/^Acquire::https\{0,1\}::Proxy::\([^: ]*\) "DIRECT";$/\1/p' | paste -sd, -)
export no_proxy
apt() {
  apt-get -y -o DPkg::Lock::Timeout=600 -o APT::Status-Fd=5 -o Dpkg::Use-Pty=0 \
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@" 5>&1
}
wait_for() {
  n=0; i=$(stat -c %i "$1" 2>/dev/null) || return 0
  while p=$(awk -v i=":$i" 'index($6 "$", i "$") {print $5; exit}' /proc/locks) && [ -n "$p" ]; do
    echo "Waiting for $1. It is held by process $p ($(cat "/proc/$p/comm" 2>/dev/null))"
    n=$((n + 1))
    if [ $n -ge 300 ]; then
      echo "E: Could not get lock $1. It is held by process $p ($(cat "/proc/$p/comm" 2>/dev/null))" >&2
      return 1
    fi
    sleep 2
  done
}
finish_interrupted() {
  until wait_for /var/lib/dpkg/lock-frontend && wait_for /var/lib/dpkg/lock || return 1
    said=$(dpkg --configure -a --force-confdef --force-confold 2>&1 </dev/null); do
    case $said in *lock*) ;; *) printf '%s\n' "$said" >&2; return 1 ;; esac
  done
  apt -f install
}
update() { wait_for /var/lib/apt/lists/lock && apt -o APT::Status-Fd=-1 update; }
install() { apt install "$@" || { update && apt install "$@"; }; }
[ -z "$(dpkg --audit)" ] || finish_interrupted
[ -z "$(ls /var/lib/dpkg/updates 2>/dev/null)" ] || finish_interrupted`;

function asUnit(script: Sh, more: NonNullable<RunAction["failures"]>): RunAction {
  return {
    kind: "run",
    sh: sh`${aptFunctions}
${script}`,
    timeoutMs: twentyMinutes,
    survivesDisconnect: true,
    progress: aptProgress,
    failures: [...more, ...aptCatalogue],
  };
}

/**
 * Work with apt, as a unit that goes on when the line is cut. `work` may use `apt`, `update` and `install`.
 * It is told by the packages' state, not by its exit, whether it is done: so it may be run again at any point.
 */
export function aptAction(work: Sh, more: RunAction["failures"] = []): RunAction {
  const noted = sh`${noteAdded}
packages_before || exit 1
( ${work}
)
c=$?; packages_after; exit $c`;
  return asUnit(noted, more);
}

/** Takes packages away; what it removes is not written down. */
export function aptRemoval(work: Sh): RunAction {
  return asUnit(work, []);
}
