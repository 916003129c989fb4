import type { KnownFailure } from "../../../core/step.ts";
import { again, last, row } from "./row.ts";

/** Refused before any host was touched. */
export const refused: readonly KnownFailure[] = [
  // Drover's own words, in the script that starts rke.
  row(
    /^drover: rke is not the file that tools\.lock recorded$/m,
    "rke is not the file that was downloaded for this cluster, or is gone",
    "Find out who replaced it. Remove `bin/rke` in the cluster's folder in .drover, and `drover up` downloads the recorded one.",
    "cluster/tool-changed",
  ),
  // The shell's words, as dash and bash have them, not rke's.
  row(
    /^\S*sh: (?:line )?\d+: (\S+): ((?:command )?not found|Permission denied|Exec format error|No such file.*|cannot execute.*)$/m,
    "rke cannot be started ($1: $2)",
    "Install rke for this machine and put it in PATH, or say where it is with tools.rke in the inventory.",
    "cluster/tool-missing",
  ),
  row(
    /\[?(v[\w.-]+)\]? is an unsupported Kubernetes version/,
    "rke does not know Kubernetes $1",
    "Choose one of `rke config --list-version --all` for rke.kubernetesVersion.",
    "cluster/kubernetes-version-unknown",
  ),
  row(
    /Cluster can't have duplicate node: ([^"\s]+)/,
    "two hosts are one to RKE: $1",
    `Give each host its own name and address in the inventory. ${again}`,
  ),
  row(
    /Hostname_override \[(.*?)\] for host/,
    "$1 cannot be the name of a node",
    "Use lower-case letters, digits and dashes in host names.",
  ),
  row(
    /Network plugin \[(.*?)\] (.*?)"/,
    "the network plugin $1 $2",
    "Choose canal, flannel or calico for rke.network.plugin.",
  ),
  row(
    /PodSecurity can't be enabled with RBAC support disabled/,
    "rke wants RBAC",
    "Remove authorization from rke.clusterYml.",
  ),
  row(
    /error parsing (admission|audit log|event rate limit) config: (.*?)"$/m,
    "rke cannot read the $1 settings: $2",
    "Put rke.api.admission, rke.api.auditLog or rke.api.eventRateLimit right in the inventory.",
  ),
  row(
    /error parsing (ingress|addon|upgrade strategy and node drain)(?: config| input): (.*?)"$/m,
    "rke cannot read the $1 settings: $2",
    "Put rke.upgrade right in the inventory, or ingress and update_strategy under rke.clusterYml.",
  ),
  row(
    /etcd s3 backup backend (\w+) can't be empty|invalid S3 endpoint CA certificate: (.*?)"$/m,
    "rke refuses the bucket for snapshots: $1$2",
    "Put rke.etcd.snapshots.s3 right in the inventory.",
  ),
  row(
    /[Ff]ailed to (?:validate cluster|parse cluster file): (.*?)"$/m,
    "rke refuses cluster.yml: $1",
    "Put it right in the inventory (rke, rke.clusterYml).",
  ),
  last(
    /(?:can not find cluster configuration file|[Ff]ailed to (?:resolve cluster file|read file)): (.*?)"/,
    "rke cannot read its cluster.yml: $1",
    `Look at the cluster's folder in .drover: you must own it, and its disk may not be full. ${again}`,
  ),
  last(
    /Failed to (?:set network options: )?(?:Failed to )?(?:get )?[Kk]ubernetes [Ss]ervice IP.*?: (.*?)"/,
    "rke cannot read the range of services: $1",
    "Put rke.serviceCidr right in the inventory.",
  ),
  last(
    /Failed to set network options: (.*?)"/,
    "rke cannot read the range of services: $1",
    "Put rke.serviceCidr right in the inventory.",
  ),
  last(
    /(?:[Ff]ailed to (?:register|initialize|parse|get cluster version for checking) [Cc]loud (?:[Pp]rovider|config)|cloud provider|[Cc]loud (?:[Pp]rovider|config)(?!: )).*?"/,
    "rke refuses cloud_provider",
    "Remove cloud_provider from rke.clusterYml in the inventory: hosts of your own need none.",
  ),
  last(
    /Failed to (classify hosts from config file|recognize host)(.*?)"/,
    "rke does not know the role of a host: failed to $1$2",
    "Roles are controlplane, etcd and worker.",
  ),
  last(
    /(?:Unsupported network plugin: |no \S+ template found for k8sVersion |No serviceOptions found for cluster version |k8sVersion not sem-ver |k8s version is not supported)(.*?)"/,
    "this rke has no parts for what is asked of it: $1",
    "Choose a version of `rke config --list-version --all` for rke.kubernetesVersion, and canal, flannel or calico.",
    "cluster/kubernetes-version-unknown",
  ),
  last(
    /(?:Cluster version (?:has zero length|\[.*?\] can not be parsed)|Failed to parse semver range|not (?:a )?valid (?:semver|version)|[Ee]rror while parsing cluster version|failed to translate)(.*?)"/,
    "rke cannot read the Kubernetes version",
    "Write rke.kubernetesVersion as RKE lists it, such as v1.32.3-rancher1-1.",
    "cluster/kubernetes-version-unknown",
  ),
  last(
    /failed to load data\.json, error: (.*?)"/,
    "rke cannot load its table of versions: $1",
    "This rke is not whole. Get it anew, or unset RANCHER_METADATA_URL where rke is a script of yours.",
    "cluster/tool-missing",
  ),
  last(
    /(?:defaultRKETools: no (?:replace )?tag|The default version is not correct)(.*?)"/,
    "rke cannot read the tag of an image:$1",
    "Give every image under rke.clusterYml.system_images a tag that is a version.",
  ),
  last(
    /(?:ECRCredentialPlugin|Not a valid ECR registry|valid repository URI for Amazon|No authorization data returned|Invalid token)(.*?)"/,
    "rke gets no password from Amazon's registry",
    "Remove ecr_credential_plugin from rke.clusterYml, and give the registry with user and password under registries.",
    "cluster/image-not-pullable",
  ),
];
