import type { KnownFailure } from "../../../core/step.ts";
import { again, last, row } from "./row.ts";

/** After the control plane. */
export const later: readonly KnownFailure[] = [
  row(
    /Failed to check \S+ for service \[(.+?)\] on host \[(.+?)\](?:.*log|): (.*?)"$/m,
    "$1 does not get healthy on $2: $3",
    "Look at `docker logs` of it there.",
  ),
  row(
    /^drover: pod (\S+) of the job (\S+): (?:ErrImagePull|ImagePullBackOff)(?:: )?(.*)$/m,
    "RKE's job $2 waits for an image that cannot be pulled: $3",
    "Put right what the daemon says: the registry, its login, its certificate. Then run `drover up` again: it goes on from here.",
    "cluster/image-not-pullable",
  ),
  row(
    /^drover: pod (\S+) of the job (\S+): (.+)$/m,
    "RKE's job $2 did not finish: $3",
    "Look at `kubectl -n kube-system describe pod` and `logs` of it. Then run `drover up` again: it goes on from here.",
  ),
  row(
    /^drover: rke went on without rke-user-(?:includes-addons|addon): (.*)$/m,
    "the cluster is made, but not all manifests were applied: $1",
    "Put them right: `kubectl -n kube-system logs -l job-name=rke-user-includes-addons-deploy-job` tells more. Then run `drover up` again.",
  ),
  row(
    /^drover: rke went on without Unable to determine if (.*) is a file path or url$/m,
    "the cluster is made, but a manifest of rke.manifests is not there: $1",
    "Put the path right in the inventory. Then run `drover up` again.",
  ),
  row(
    /^drover: rke went on without ([\w-]+): (.*)$/m,
    "the cluster is made, but $1 was not deployed: $2",
    "Look at `kubectl -n kube-system get pods,events`. Then run `drover up` again: it goes on from here.",
  ),
  row(
    /Failed to get job complete status for job ([\w-]+)/,
    "RKE's job $1 did not finish in time",
    "Look at `kubectl -n kube-system get pods,events`; a slow pull wants a larger rke.addonJobTimeout. Then run `drover up` again: it goes on from here.",
  ),
  row(
    /Job \[(.+?)\] deletion timed out/,
    "RKE cannot delete its old job $1",
    "Delete it with `kubectl -n kube-system delete job`. Then run `drover up` again.",
  ),
  row(
    /(?:Failed to upgrade (?:Control|Worker) Plane: .*?|msg=")host (\S+?) not ready/,
    "node $1 is not Ready, so rke upgrades nothing",
    "Look at `kubectl describe node` of it. Then run `drover up` again.",
  ),
  row(
    /Failed to apply the ServiceAccount needed for job execution: .*?(proxyconnect|Forbidden)/,
    "the API server is asked for through an HTTP proxy ($1)",
    "Add the hosts' addresses to NO_PROXY, or unset HTTPS_PROXY.",
  ),
  row(/Failed to get Node \[(.+?)\]/, "the kubelet of $1 never registered", "Look at `docker logs kubelet` there."),
  row(
    /error draining node (\S+): (.*?)"/,
    "the pods of $1 cannot be moved away: $2",
    "A PodDisruptionBudget, a pod of nobody or one with local data holds them: see rke.upgrade in the inventory. The node stays cordoned.",
  ),
  last(
    /(?:Error getting node|Failed to set cordonded state for node:|failed to find node) ?\[?([\w.-]*)\]?(.*?)"/,
    "node $1 cannot be worked on$2",
    `Look whether the cluster answers and knows it (\`drover status\`). ${again}`,
  ),
  last(
    /(?:Failed to delete (?:worker|controlplane) node \[(.+?)\]|Couldn't remove (?:worker|etcd|control) plane)(.*?)"/,
    "a host cannot be taken out of the cluster: $1$2",
    `Look whether the cluster answers (\`drover status\`). ${again}`,
  ),
  last(
    /invalid input for max_unavailable_(\S+): (.*?)"/,
    "the number of $1 hosts at once is none: $2",
    "Put rke.upgrade right in the inventory.",
  ),
  row(
    /Service \[(.+?)\] is not healthy on host \[(.+?)\]\. Response code: \[(\d+)\], response body: (.*?)"$/m,
    "$1 on $2 says that it is not healthy ($3): $4",
    "Look at `docker logs` of it there.",
  ),
  last(
    /(?:Failed to verify healthcheck|Failed to initiate new HTTP client for service \[(.+?)\])[^"\n]*?: (.*?)"/,
    "a part of Kubernetes does not get healthy: $2",
    "Look at `docker logs` of it on its host.",
  ),
  last(
    /(Failed to get job \[.+?\] status|Timeout waiting for kubernetes to be ready|Failed to apply the .*? needed)(.*?)"/,
    "the cluster's API does not do what RKE asks: $1$2",
    `Look at \`docker logs kube-apiserver\` on a controlplane host. ${again}`,
  ),
  last(
    /Failed to upgrade hosts: (.*?)"|Failed to (?:bring up|upgrade) (?:Control|Worker|Etcd) Plane: (.*?)"/,
    "a part of the cluster does not come up: $1$2",
    "Look at `docker logs` of kubelet, kube-apiserver or etcd on the host that it names. Then run `drover up` again.",
  ),
  row(
    /^panic: (.*)$/m,
    "rke crashed: $1",
    "It is a defect of rke that an unusual rke.clusterYml sets off: drain without node_drain_input, an image without tag.",
  ),
  last(
    /(error getting consolidated admission configuration|admission configuarion does not exist|error (?:(?:un)?marshall?ing|decoding|adding to scheme|setting version priority)|unexpected type)\b(.*?)"/,
    "rke cannot read one of its settings: $1$2",
    "Put rke.api (auditLog.policy, admission) and rke.clusterYml right in the inventory; Kubernetes' own manual shows the kinds.",
  ),
];
