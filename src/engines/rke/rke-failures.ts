import type { ErrorCode } from "../../core/errors.ts";
import type { KnownFailure } from "../../core/step.ts";

const again = "Then run `drover up` again.";

/** A row: what RKE says (as it stands in its log, Go-quoted), what it means, what helps. First match wins. */
function row(pattern: RegExp, message: string, remedy: string, code: ErrorCode = "cluster/rke-failed"): KnownFailure {
  return { pattern, code, message, remedy };
}

/** Refused before any host was touched. */
const refused: readonly KnownFailure[] = [
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
    /Failed to (?:validate cluster|parse cluster file): (.*?)"$/m,
    "rke refuses cluster.yml: $1",
    "Put it right in the inventory (rke, rke.clusterYml).",
  ),
];

/** A host that RKE, which connects on its own, does not reach. RKE itself goes on without it and fails later. */
const unreachable: readonly KnownFailure[] = [
  row(
    /Unsupported Docker version found \[(.+?)\] on host \[(.+?)\]/,
    "$2 has Docker $1, which this rke does not list",
    "Choose another docker.version, or set rke.ignoreDockerVersion: true if the version is known to work.",
  ),
  row(
    /for host \[(.+?)\].*client version (\S+) is too (?:old|new)/,
    "Docker on $1 does not speak rke's API version $2",
    'Use Docker 28 or older, or set "min-api-version": "1.24" in docker.daemon.',
  ),
  row(
    /for host \[(.+?)\].*(?:rejected: connect failed|Unable to access the Docker socket|administratively prohibited)/,
    "on $1 rke does not get through ssh to Docker",
    `The ssh user must be in group docker, and sshd must allow forwarding (AllowTcpForwarding, AllowStreamLocalForwarding). ${again}`,
  ),
  row(
    /for host \[(.+?)\].*(?:unable to authenticate|ssh: no key found)/,
    "rke cannot log in on $1",
    "RKE needs an unencrypted OpenSSH or PEM key, or an agent (SSH_AUTH_SOCK) that holds it. It does not read ~/.ssh/config.",
  ),
  row(
    /for host \[(.+?)\].*(?:passphrase protected|encrypted private keys)/,
    "the key for $1 has a passphrase, which rke cannot ask for",
    "Add it to ssh-agent and leave ssh.key out of the inventory, or use a key without passphrase.",
  ),
  row(
    /for host \[(.+?)\].*Error while reading SSH key file: (.*?)"/,
    "rke cannot read the key for $1: $2",
    "Put the path of the private key right in the inventory.",
  ),
  row(
    /for host \[(.+?)\].*handshake failed: (?:EOF|read: connection reset)/,
    "sshd on $1 hangs up on rke, which opens many connections at once",
    "Raise MaxStartups in sshd_config (100:30:200); look whether fail2ban or a firewall counts connections.",
  ),
  row(
    /for host \[(.+?)\].*dial tcp .*?: (.*?)"/,
    "rke does not reach $1: $2",
    `Check that the host is up and that its port 22 is open from this machine. ${again}`,
  ),
  row(
    /failed to connect to the following etcd host\(s\) \[(.*?)\]/,
    "no host for etcd can be reached: $1",
    `Check ssh and Docker on them. ${again}`,
  ),
  row(
    /(?:host\(s\) \[(.*?)\] skipped because they could not be contacted)/i,
    "rke left out $1, which it could not reach",
    `Bring it back, or remove it from the inventory. ${again}`,
  ),
  row(
    /cannot proceed with upgrade of (\S+) since (\d+) host/,
    "$2 $1 host(s) cannot be reached; rke upgrades none before they are back",
    "Bring them back, or remove them from the inventory.",
  ),
];

/** Hosts that do not reach each other. */
const network: readonly KnownFailure[] = [
  row(
    /Host \[(.+?)\] is not able to connect to the following ports: \[(.+?)\]/,
    "$1 does not reach $2",
    "Open 2379-2380, 6443 and 10250/tcp and 8472/udp between the hosts; check internalAddress in the inventory.",
  ),
  row(
    /Can't access KubeAPI port \[(\d+)\] on Control Plane host: (\S+?)"/,
    "this machine does not reach port $1 of $2",
    "Open it from here to the controlplane hosts: rke, kubectl and helm need it.",
  ),
  row(
    /Failed to start \[(.+?)\] container on host \[(.+?)\].*(?:address already in use|port is already allocated)/,
    "a port that $1 wants on $2 is taken",
    "Find who listens (ss -ltnp: 2379, 2380, 6443, 10250, 80, 443) and stop it; a left-over container goes with `docker rm -f`.",
  ),
];

/** Images, certificates, disks: what keeps a part of Kubernetes from starting. */
const parts: readonly KnownFailure[] = [
  row(
    /Failed to (?:create|pull) (?:\[.+?\] container|image \[.+?\]) on host \[(.+?)\].*(?:No such image: |image \[)([^\s\]"]+)/,
    "$2 cannot be pulled on $1",
    "Try `docker pull` of it there: it tells why.",
    "cluster/image-not-pullable",
  ),
  row(
    /(?:certificate signed by unknown authority|tls: bad certificate|request cluster ID mismatch)/,
    "a host still holds certificates or data of another cluster",
    "Copy the right cluster.rkestate back from the backups, or clean the hosts with `drover reset`.",
  ),
  row(
    /certificate has expired or is not yet valid/,
    "the clocks of the hosts and of this machine disagree",
    `Set the time (chrony, systemd-timesyncd). ${again}`,
  ),
  row(
    /(?:CA Certificate or Key is empty|Certificates are not present in cluster state)/,
    "RKE's state lacks certificates",
    "Copy the newest cluster.rkestate back from the backups.",
  ),
  row(
    /etcd cluster is unhealthy: hosts \[(.*?)\]/,
    "etcd does not come up on $1",
    "Look at `docker logs etcd` there: old data in /var/lib/etcd, a closed port 2380, a slow disk or a wrong clock.",
  ),
  row(
    /Failed to check \S+ for service \[(.+?)\] on host \[(.+?)\].*log: (.*?)"$/m,
    "$1 does not get healthy on $2: $3",
    "Look at `docker logs` of it there.",
  ),
  row(
    /Etcd plane nodes are replaced/,
    "all etcd hosts changed at once",
    "Bring the old ones back into the inventory and exchange them one at a time, or restore a snapshot.",
  ),
];

/** After the control plane. */
const later: readonly KnownFailure[] = [
  row(
    /Failed to get job complete status for job (rke-[a-z-]+)/,
    "RKE's job $1 did not finish in time",
    "Look at `kubectl -n kube-system get pods,events`; a slow pull wants a larger rke.addonJobTimeout. Then run `drover up` again: it goes on from here.",
  ),
  row(
    /Job \[(.+?)\] deletion timed out/,
    "RKE cannot delete its old job $1",
    "Delete it with `kubectl -n kube-system delete job`. Then run `drover up` again.",
  ),
  row(
    /Failed to upgrade (?:Control|Worker) Plane: .*?host (\S+?) not ready/,
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
    /^panic: (.*)$/m,
    "rke crashed: $1",
    "It is a defect of rke that an unusual rke.clusterYml sets off: drain without node_drain_input, an image without tag.",
  ),
];

/** RKE's known ways to fail, the most telling first; the last one catches whatever RKE says at the end. */
export const rkeFailures: readonly KnownFailure[] = [
  ...refused,
  ...unreachable,
  ...network,
  ...parts,
  ...later,
  row(
    /level=fatal msg="((?:[^"\\]|\\.)*)"/,
    "rke ended with: $1",
    "Its log is rke.log beside cluster.yml; what it said last is above.",
  ),
];
