import type { KnownFailure } from "../../../core/step.ts";
import { again, last, row } from "./row.ts";

/** A host that RKE, which connects on its own, does not reach. RKE itself goes on without it and fails later. */
export const unreachable: readonly KnownFailure[] = [
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
    /Failed to connect to the bastion host \[(.+?)\]: (.*?)"|Error configuring SSH for bastion host \[(.+?)\]: (.*?)"/,
    "rke does not get through the jump host $1$3: $2$4",
    "It wants a key of its own there, without passphrase, or the agent; it does not read ~/.ssh/config.",
  ),
  row(
    /Cannot connect to SSH Auth socket (.*?): (.*?)"/,
    "rke does not reach the agent at $1: $2",
    "Start ssh-agent and add the key (ssh-add), or name the key with ssh.key in the inventory.",
  ),
  row(
    /Unable to (?:parse SSH certificate|cast public key to SSH Certificate)|Error while reading SSH certificate file/,
    "rke cannot use the SSH certificate that it is given",
    "Put ssh_cert_path under rke.clusterYml right, or remove it.",
  ),
  row(
    /for host \[(.+?)\].*Error while (?:parsing cluster version|determining supported Docker version) \[(.*?)\]/,
    "rke cannot read Docker's version on $1: $2",
    "Use a released Docker, or set rke.ignoreDockerVersion: true.",
  ),
  // Also where ssh is refused: Docker's client puts these words in place of the reason.
  row(
    /for host \[(.+?)\].*Cannot connect to the Docker daemon/,
    "rke does not get to Docker on $1, over ssh or at all: it does not say which",
    `Check that the host's ssh port is open from here, then \`systemctl status docker\` there. ${again}`,
  ),
  row(
    /for host \[(.+?)\].*Can't retrieve Docker Info: (.*?)"$/m,
    "Docker on $1 does not answer rke: $2",
    `Look at \`systemctl status docker\` there. ${again}`,
  ),
  row(
    /Failed to set up SSH tunneling for host \[(.+?)\]: (.*?)"$/m,
    "rke does not get to Docker on $1: $2",
    `Check ssh and Docker there. ${again}`,
  ),
  last(
    /(?:[Ff]ailed to (?:create a )?dial(?:er)?(?: dind)?(?: ssh)?(?: for host| using| to)?|Unable to access node with|Failed to establish new ssh client conn|Error configuring SSH|Can't (?:establish dialer connection|initiate NewClient)|Failed to connect to (?:the host|docker for local host)).*?\[?([\w.:-]*)\]?: (.*?)"/,
    "rke has lost its way to a host: $2",
    `Check that the hosts are up, with ssh and Docker. ${again}`,
  ),
  row(
    /Not able to (?:reach|clean) the host: (.*?)"/,
    "rke cannot clean a host that has left the cluster: $1",
    "Bring it back for a moment, or clean it by hand before it joins another cluster.",
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
    /cannot proceed with upgrade of (\S+) since (\S+) host/,
    "$2 $1 host(s) cannot be reached; rke upgrades none before they are back",
    "Bring them back, or remove them from the inventory.",
  ),
  row(
    /please specify one or more etcd in cluster config/,
    "no host has the role etcd",
    "Give it to 1, 3 or 5 hosts in the inventory.",
  ),
];
