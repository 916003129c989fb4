import { type Sh, sh } from "../../core/shell.ts";

/**
 * rke warns of a host that it does not reach, and goes on without it: it makes a cluster of the others. What reads its log ends
 * it there, before it has changed anything, and the line that names the host is the last one. The file holds rke's process id;
 * it was removed before rke was started, and may be written a moment after rke's first line.
 */
export function stopAtLostHost(pid: string): Sh {
  return sh`while IFS= read -r line; do
  printf '%s\n' "$line"
  case $line in *'Failed to set up SSH tunneling for host'*)
    for second in 1 2 3 4 5 6 7 8 9; do [ ! -s ${pid} ] || break; sleep 1; done
    kill "$(cat ${pid})" 2>/dev/null ;;
  esac
done`;
}
