import type { ClusterPaths } from "../../core/cluster.ts";
import { type Sh, sh } from "../../core/shell.ts";

/** So many copies of each file are kept. */
export const keptBackups = 10;

/** The function `whole`: whether a cluster.rkestate is not cut off. RKE writes it in place, so one that died leaves half of it. */
export const wholeState: Sh = sh`whole() { [ "$(tr -d '[:space:]' <"$1" | tail -c 1)" = "}" ] && grep -q '"desiredState"' "$1"; }`;

/**
 * Copies state and kubeconfig into the backups folder, unless the newest copy is the same, and forgets all but the last
 * ten of each. A state that is cut off does not push out a whole one. The state holds the only copy of the cluster's keys outside of it: RKE overwrites it in place.
 */
export function backupScript(paths: ClusterPaths): Sh {
  return sh`( set -eu; umask 077
mkdir -p ${paths.backups}; cd ${paths.backups}
${wholeState}
keep() {
  [ -s "$1" ] || return 0
  case $2 in *.rkestate) whole "$1" || return 0 ;; esac
  newest=$(ls -1 | grep -E -- "-$2\$" | tail -n 1)
  if [ -n "$newest" ] && cmp -s "$1" "$newest"; then return 0; fi
  cp "$1" "$(date -u +%Y%m%dT%H%M%SZ)-$2"
  ls -1 | grep -E -- "-$2\$" | sort -r | tail -n +${keptBackups + 1} | while read -r old; do rm -f "$old"; done
}
keep ${paths.state} cluster.rkestate
keep ${paths.kubeconfig} kube_config_cluster.yml
)`;
}
