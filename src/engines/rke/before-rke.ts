import type { ClusterPaths } from "../../core/cluster.ts";
import { joinSh, type Sh, sh } from "../../core/shell.ts";
import { backupScript } from "./backup.ts";
import { lockRke } from "./rke-lock.ts";
import { refuseChangedRke } from "./tools-lock.ts";

/**
 * How each script begins that starts rke: in the cluster's folder, private, deaf to Ctrl-C and a closed terminal, without the
 * operator's variables that rke would obey, alone, and with the state copied away.
 */
export function beforeRke(paths: ClusterPaths): Sh {
  return joinSh([
    sh`umask 077
mkdir -p ${paths.dir} && cd ${paths.dir} || exit 1
unset RANCHER_METADATA_URL RKE_CONFIG DOCKER_API_VERSION
trap '' INT HUP PIPE`,
    refuseChangedRke(paths),
    lockRke(paths),
    backupScript(paths),
  ]);
}
