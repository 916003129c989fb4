import { type Sh, sh } from "../../core/shell.ts";
import { directly } from "../../kube/kubectl.ts";
import { rkeLog } from "./rke-lock.ts";
import type { RkeSetup } from "./setup.ts";
import { stopAtLostHost } from "./stop-at-lost-host.ts";

/**
 * Shell text that runs rke with these words and the cluster's cluster.yml. Its output goes to a log too, which a later run follows;
 * `$code` is how it ended. With `everyHost` it is ended where it would go on without one.
 */
export function runRke(
  { cluster, paths }: Pick<RkeSetup, "cluster" | "paths">,
  words: Sh,
  { flags, everyHost }: { readonly flags: readonly string[]; readonly everyHost: boolean },
): Sh {
  const log = rkeLog(paths);
  const [code, pid] = [`${log}.code`, `${log}.pid`];
  return sh`rm -f ${log} ${pid}
{ ${directly(cluster)} ${cluster.tools.rke} ${words} --config ${paths.clusterYml} ${flags} </dev/null 2>&1 &
  echo "$!" >${pid}; wait "$!"; echo "$?" >${code}; } | tee ${log} | ${everyHost ? stopAtLostHost(pid) : sh`cat`}
code=$(cat ${code}); rm -f ${code} ${pid}
chmod 600 ${paths.state} ${paths.kubeconfig} 2>/dev/null`;
}
