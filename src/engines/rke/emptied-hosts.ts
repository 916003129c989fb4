import type { Probe, Result } from "../../core/probe.ts";
import { type Sh, sh } from "../../core/shell.ts";
import { kubectlAsNobody } from "../../kube/kubectl.ts";
import { snapshotQuestion } from "../../kube/snapshot.ts";
import { urlHost } from "../../kube/url-host.ts";
import type { RkeSetup } from "./setup.ts";

/** Seconds for which all kubelets must stay away: a node that was just started, or whose Docker was, has its own within 10. */
const staysAwaySeconds = 30;

/** Shell text that ends with 0 if every host refuses connections to its kubelet's port, else with 1 and says which does not. */
function allRefuse(setup: RkeSetup): Sh {
  const hosts = setup.cluster.hosts.map(({ address }) => urlHost(address));
  const ask = kubectlAsNobody(setup, sh`"https://$host:10250"`, "/healthz");
  return sh`for host in ${hosts}; do
  case $(${ask} 2>&1 </dev/null) in
    *"$host:10250 was refused"*) ;;
    *) echo "the kubelet's port on $host is not closed: it may still be a node" >&2; exit 1 ;;
  esac
done`;
}

/**
 * Whether no host of the cluster runs a kubelet any more: each refuses a connection to its port, which a node has open whatever
 * else of it is broken. So it is where all machines were installed anew. RKE, which still has the cluster's state, would take
 * them for nodes that are not Ready and would wait for them in vain ("Attempting upgrade of controlplane components on following
 * hosts in NotReady status", rke v1.8.1). A host that does not answer refuses nothing. Asked only where the API does not answer.
 */
export function noKubelet(setup: RkeSetup): Probe<boolean> {
  return {
    sh: allRefuse(setup),
    parse: ({ code }) => code === 0,
    onlyIf: { sh: snapshotQuestion(setup), isNeeded: ({ code }: Result) => code !== 0 },
  };
}

/** Asks again and again for a while, and fails if a kubelet comes up meanwhile: then the cluster is not gone, but starts. */
export function stayedAway(setup: RkeSetup): Sh {
  return sh`i=0
while [ "$i" -lt ${staysAwaySeconds} ]; do
  ${allRefuse(setup)}
  sleep 3; i=$((i + 3))
done`;
}
