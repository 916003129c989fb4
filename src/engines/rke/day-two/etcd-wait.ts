import { type Sh, sh } from "../../../core/shell.ts";
import type { KnownFailure, RunAction } from "../../../core/step.ts";
import { makeAnew } from "./health-problems.ts";

const settleSeconds = 120;

/** As etcdctl 3.5 and Docker say it. */
const unsettled: readonly KnownFailure[] = [
  {
    pattern: /Active Alarm\(s\): *NOSPACE/,
    code: "cluster/not-ready",
    message: "etcd has raised the alarm NOSPACE: its database is as large as it may be, and nothing more is written",
    remedy:
      "Make room on an etcd host, in this order: `docker exec etcd etcdctl compact` with the newest revision, `docker exec etcd etcdctl defrag --cluster`, `docker exec etcd etcdctl alarm disarm`. etcd.io's page on maintenance has each command. Then `drover up` goes on.",
  },
  {
    pattern: /Active Alarm\(s\): *(\w+)/,
    code: "cluster/not-ready",
    message: "etcd has raised the alarm $1",
    remedy:
      "`docker exec etcd etcdctl alarm list` on an etcd host names the member. Take a snapshot (`drover etcd snapshot`), and let `drover node replace` make that member anew.",
  },
  {
    pattern: /^(?:https?:\/\/)?(\S+) is unhealthy: (.+)$/m,
    code: "cluster/not-ready",
    message: `after ${settleSeconds / 60} minutes the member of etcd at $1 is not healthy: $2`,
    remedy:
      "Look at `docker logs etcd` on that host, and whether port 2380 is open between the etcd hosts. `drover status` tells when it is well.",
  },
  {
    pattern: /^Error response from daemon: No such container: etcd$/m,
    code: "cluster/not-ready",
    message: "there is no container of etcd on this host any more",
    remedy: `While the others keep etcd's quorum: ${makeAnew}. Where /var/lib/etcd went with it, \`drover node replace\` of this host.`,
  },
  {
    pattern: /^Error response from daemon: (.+)$/m,
    code: "cluster/not-ready",
    message: "etcd does not run on this host: $1",
    remedy: "`docker logs etcd` there says why it stops.",
  },
];

/** Waits until etcd's members are healthy: all, or the one at a URL. What waiting does not change ends it at once. */
export function waitForEtcd(which: "all" | { readonly url: string }): RunAction {
  const health: Sh =
    which === "all"
      ? sh`docker exec etcd etcdctl endpoint health --cluster`
      : sh`docker exec -e ${`ETCDCTL_ENDPOINTS=${which.url}`} etcd etcdctl endpoint health`;
  return {
    kind: "run",
    sh: sh`for try in $(seq ${settleSeconds / 2}); do
  said=$(${health} 2>&1) && exit 0
  case $said in *'Active Alarm'* | *'No such container'*) break ;; esac
  sleep 2
done
printf '%s\n' "$said" | grep -v '^{"level":' >&2
exit 1`,
    timeoutMs: (settleSeconds + 60) * 1000,
    failures: unsettled,
  };
}
