import { sh } from "../core/shell.ts";

/** The lock of a host. /run is emptied by a reboot, and so is the lock. */
export const hostLock = "/run/lock/drover.lock";

/** What the holder prints once it has the lock. */
export const heldMark = "drover-lock-held";

/**
 * Takes a lock and keeps it until stdin ends or stays silent for 60 s: so it goes when Drover, the line or the host dies.
 * `-w 3` forgives the moment that the kernel needs to free the lock of a Drover that was just killed.
 * Exits 75 and prints who holds it if it is taken.
 */
export function lockScript(file: string, holder: string): string {
  return sh`umask 077
mkdir -p "$(dirname ${file})"
exec 9>>${file}
if ! flock -w 3 9; then echo "held by $(head -c 300 ${file} | tr -cd '[:print:]')" >&2; exit 75; fi
printf '%s\n' ${holder} >${file}
echo ${heldMark}
while [ -n "$(timeout 60 head -c 1 9>&- | od -An -tx1 9>&-)" ]; do :; done
`.text;
}
