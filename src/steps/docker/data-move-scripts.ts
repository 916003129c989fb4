import type { Sh } from "../../core/shell.ts";
import { sh } from "../../core/shell.ts";
import { keptDir } from "../files/backup.ts";

/** What is known on the host of a move that was begun: from where, and which containers ran. Gone once all is done. */
export const moveDir = `${keptDir}/docker-move`;

/** Hours, for terabytes on slow disks. */
export const copyTimeoutMs = 12 * 60 * 60_000;

/** Starts Docker where daemon.json says, and the containers that ran; pods' are the kubelet's to start. */
const startAgain = sh`systemctl reset-failed docker.service 2>/dev/null
systemctl start docker.service || { journalctl -u docker.service -n 20 --no-pager -o cat >&2; exit 1; }
[ ! -e ${`${moveDir}/running`} ] || xargs -r -n 1 docker start <${`${moveDir}/running`} >/dev/null 2>&1`;

/**
 * Stops Docker, copies its data, and compares both: as many entries, as many bytes. The source is only read. Where that
 * fails, Docker goes on with the old data. Done again after it was cut, it begins anew: Docker may have worked in between.
 */
export function copyData(from: string, to: string): Sh {
  return sh`export LC_ALL=C; from=${from} to=${to} kept=${moveDir}
kib() { du -skx -- "$1" 2>/dev/null | cut -f1; }
if [ ! -e "$kept/from" ] && [ -n "$(ls -A -- "$to" 2>/dev/null)" ]; then echo "not-empty: $to" >&2; exit 1; fi
p=$to; while [ ! -d "$p" ]; do p=$(dirname -- "$p"); done
total=$(kib "$from"); own=0; [ ! -d "$to" ] || own=$(kib "$to")
free=$(df -Pk -- "$p" | awk 'NR==2 {print $4}')
[ "$((free + own))" -gt "$((total + total / 50))" ] || { echo "no-room: $total KiB are needed, $((free + own)) KiB are free" >&2; exit 1; }
mkdir -p -m 0700 ${keptDir} "$kept" && printf '%s\n' "$from" >"$kept/part" && mv -f "$kept/part" "$kept/from" || exit 1
if docker info >/dev/null 2>&1; then
  [ -e "$kept/running" ] || { docker ps --no-trunc --format ${"{{.ID}} {{.Names}}"} | awk '$2 !~ /^k8s_/ {print $1}' >"$kept/part" && mv -f "$kept/part" "$kept/running"; } || exit 1
  docker stop kubelet >/dev/null 2>&1
  docker ps -q | xargs -r docker stop -t 30 >/dev/null
fi
goes_on() { echo "$1" >&2; ${startAgain}
exit 1; }
systemctl stop docker.socket docker.service || goes_on "busy: Docker does not stop"
! findmnt -rno TARGET | grep -F -- "$from/" >&2 || goes_on "busy: file systems are mounted in $from"
mkdir -p -- "$to" && find "$to" -mindepth 1 -delete || goes_on "not-copied"
cp -a -- "$from/." "$to/" & copy=$!
while kill -0 $copy 2>/dev/null; do echo "copied $(kib "$to") of $total KiB"; sleep 1; done
wait $copy && sync || goes_on "not-copied"
sum() { find "$1" -mindepth 1 -printf '%y %s\n' | awk '{n++; if ($1 == "f") b += $2} END {printf "%d %.0f\n", n, b}'; }
was=$(sum "$from") is=$(sum "$to")
[ "$was" = "$is" ] || goes_on "differs: $was there, $is here"`;
}

/** Starts Docker on its new data, waits for the containers that ran, and forgets the move. */
export function finishMove(to: string): Sh {
  return sh`[ "$(docker info -f ${"{{.DockerRootDir}}"} 2>/dev/null)" -ef ${to} ] || systemctl stop docker.socket docker.service
touch ${`${moveDir}/running`}
${startAgain}
n=0
while missing=$(docker ps -q --no-trunc | grep -vxF -f - ${`${moveDir}/running`}); [ -n "$missing" ]; do
  n=$((n + 1)); [ $n -lt 90 ] || { echo not-back: $missing >&2; exit 1; }
  sleep 2
done
rm -rf ${moveDir}`;
}
