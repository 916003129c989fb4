import { nodeContainers } from "../../core/node-containers.ts";
import { type Sh, sh } from "../../core/shell.ts";
import type { KnownFailure, RunAction } from "../../core/step.ts";

const fiveMinutes = 5 * 60_000;

const failures: readonly KnownFailure[] = [
  {
    pattern: /^node-not-back: ([^\n]*)$/m,
    code: "step/action-failed",
    message: "Docker was restarted, but not all of the node came back within three minutes: $1",
    remedy:
      "Look at `docker ps -a` and `docker logs kubelet` on the host. The other hosts of the cluster were left alone.",
  },
];

const names = sh`docker ps --format ${"{{.Names}}"} 2>/dev/null | grep -xF ${nodeContainers.flatMap((name) => ["-e", name])} | sort`;

/**
 * Restarts Docker by `restart`, and where the host is a node of a cluster waits until all of RKE's containers run again
 * and the kubelet says that it is well (on its own port of the loopback, which RKE's health check uses too).
 */
export function restartDocker(restart: Sh): RunAction {
  return {
    kind: "run",
    sh: sh`had=$(${names})
{ ${restart}
} || { journalctl -u docker.service -n 20 --no-pager -o cat >&2; exit 1; }
[ -n "$had" ] || exit 0
n=0
while :; do
  has=$(${names})
  missing=$(printf '%s\n' "$had" | grep -vxF -e "$has")
  case $had in *kubelet*) curl -fsS --noproxy '*' -m 5 http://127.0.0.1:10248/healthz >/dev/null || missing="$missing kubelet's health" ;; esac
  [ -n "$missing" ] || exit 0
  n=$((n + 1)); [ $n -lt 90 ] || { echo node-not-back: $missing >&2; exit 1; }
  sleep 2
done`,
    timeoutMs: fiveMinutes,
    failures,
  };
}
