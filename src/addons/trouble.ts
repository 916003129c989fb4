import { type Sh, sh } from "../core/shell.ts";
import { type KubeAccess, kubectl } from "../kube/kubectl.ts";

/** The containers of a pod that are not ready, a line for each: of those that one waits for before others. */
const notReady = ["initContainerStatuses", "containerStatuses"]
  .map((which) => `{range .status.${which}[?(@.ready==false)]}{.name}{"\\n"}{end}`)
  .join("");

/**
 * Says why a namespace's pods are not ready: its newest events, then of each such pod its state and the last lines that its first
 * container that is not ready logged. Short, as only the last lines of a failed command are shown. The longest lines are cut: of
 * events the end, of logs the middle, as programs in Go tell what they did from the outside in, and at last what went wrong.
 */
export function tellTrouble(access: KubeAccess, namespace: string): Sh {
  return sh`${kubectl(access, sh`get events -n ${namespace} --sort-by=.lastTimestamp --no-headers`)} 2>/dev/null | tail -n 6 | cut -c 1-300
${kubectl(access, sh`get pods -n ${namespace} --no-headers`)} 2>/dev/null | awk '$3 != "Completed" { split($2, r, "/"); if (r[1] != r[2]) print $1, $3 }' | head -n 3 | while read -r pod state; do
  echo "$pod is $state; it logged last:"
  container=$(${kubectl(access, sh`get pod "$pod" -n ${namespace} -o jsonpath=${notReady}`)} </dev/null 2>/dev/null | head -n 1)
  if [ -n "$container" ]; then set -- -c "$container"; else set -- --all-containers; fi
  ${kubectl(access, sh`logs -n ${namespace} "$pod" "$@" --tail 4`)} </dev/null 2>&1 | tail -n 4 | awk 'length > 300 { $0 = substr($0, 1, 100) " ... " substr($0, length - 194) } 1'
done`;
}
