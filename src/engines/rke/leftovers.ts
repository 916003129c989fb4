import { lines } from "../../core/probe.ts";
import { type Sh, sh } from "../../core/shell.ts";
import { type AnyStep, type Decision, defineStep, ok, type StepId } from "../../core/step.ts";

/** One kind of thing that stays on a host after `rke remove`: how to list it, one a line, and how to remove what is listed. */
interface Leftover {
  readonly id: StepId;
  readonly title: string;
  /** What one of them is called; several take an s. */
  readonly noun: string;
  readonly list: Sh;
  /** A script that finds the list on stdin. */
  readonly remove: Sh;
}

/** Containers of RKE by label or name, and those that the kubelet made (`k8s_`), which `rke remove` leaves running. */
const containers = sh`command -v docker >/dev/null || exit 0
all=$(docker ps -a --format '{{.Names}} {{.Label "io.rancher.rke.container.name"}}') || exit 1
echo "$all" | awk '
  NF > 1 || $1 ~ /^k8s_/ ||
  $1 ~ /^(kubelet|kube-proxy|kube-apiserver|kube-controller-manager|kube-scheduler|etcd|nginx-proxy|service-sidekick|kube-cleaner)$/ ||
  $1 ~ /^(etcd-rolling-snapshots|etcd-fix-perm|cert-deployer|file-deployer|cluster-state-deployer)$/ ||
  $1 ~ /^rke-((etcd|cp|worker)-port-listener|port-checker|bundle-cert|log-linker|log-cleaner)$/ { print $1 }' | sort`;

/** Volumes that hold RKE's tools, told by their content: `rke remove` removes containers, not their volumes. */
const volumes = sh`command -v docker >/dev/null || exit 0
for volume in $(docker volume ls -q -f dangling=true); do
  [ ! -e "$(docker volume inspect -f '{{.Mountpoint}}' "$volume")/rke-etcd-backup" ] || echo "$volume"
done`;

/** A disk of the host's own at one of the two folders stays: it is no other's mount that has another device than what is around it. */
const mounts = sh`awk '$2 ~ "^/var/lib/(kubelet|rancher)(/|$)" { print $2 }' /proc/mounts | sort -r -u | while read -r path; do
  case $path in /var/lib/kubelet | /var/lib/rancher) [ "$(stat -c %d "$path")" = "$(stat -c %d "$path/..")" ] || continue ;; esac
  echo "$path"
done`;

/**
 * What is mounted at a folder or below it is the host's own: a disk for etcd, a share for snapshots. A disk is emptied and stays,
 * and what lies below is left alone, even where it is a part of the same disk. `within FOLDER TEST...` is find on all else.
 */
const within = sh`mounted() { awk -v at="$1" '$2 == at || index($2, at "/") == 1 { found = 1 } END { exit !found }' /proc/mounts; }
within() {
  top=$1; shift
  for below in $(awk -v at="$top/" 'index($2, at) == 1 { print $2 }' /proc/mounts); do set -- -path "$below" -prune -o "$@"; done
  find "$top" -xdev "$@"
}`;

const folders = sh`${within}
for path in /etc/kubernetes /etc/cni /opt/cni /opt/rke /var/lib/etcd /var/lib/cni /var/lib/kubelet \
  /var/lib/calico /var/lib/weave /var/lib/cri-dockerd /var/lib/rancher/rke /var/log/containers /var/log/pods /var/log/kube-audit \
  /run/flannel /run/calico /run/secrets/kubernetes.io; do
  [ -e "$path" ] || continue
  if mounted "$path" && [ -z "$(within "$path" ! -type d -print)" ]; then continue; fi
  echo "$path"
done`;

/** tunl0 and the like belong to the kernel's modules and cannot be deleted; without addresses they do no harm. */
const interfaces = sh`for path in /sys/class/net/*; do
  name=$(basename "$path")
  case $name in cni0 | flannel.* | cali* | vxlan.calico | nodelocaldns | kube-ipvs0 | weave | datapath | vxlan-6784) echo "$name" ;; esac
done`;

/** Chains of kube-proxy and of the network plugins, in every table and flavour that the host has. */
const chains = sh`for flavour in iptables ip6tables iptables-legacy ip6tables-legacy; do
  command -v "$flavour-save" >/dev/null || continue
  "$flavour-save" 2>/dev/null | grep -qE '^:(KUBE-|CNI-|FLANNEL-|cali-|WEAVE)' && echo "$flavour"
done; exit 0`;

/** Sets of addresses that packet rules named: they cannot go before the rules. */
const sets = sh`command -v ipset >/dev/null || exit 0
ipset list -n 2>/dev/null | grep -E '^(KUBE-|cali[46]|weave-)'; exit 0`;

const table: readonly Leftover[] = [
  {
    id: "reset/containers",
    title: "No containers of the cluster are left",
    noun: "container",
    list: containers,
    // RKE's own first: a living kubelet would start its pods again.
    remove: sh`list=$(cat)
own=$(echo "$list" | grep -v '^k8s_'); pods=$(echo "$list" | grep '^k8s_')
[ -z "$own" ] || docker rm -f -v $own >/dev/null || exit 1
[ -z "$pods" ] || docker rm -f -v $pods >/dev/null`,
  },
  {
    id: "reset/mounts",
    title: "Nothing of the kubelet is mounted",
    noun: "mount",
    list: mounts,
    remove: sh`while read -r path; do umount "$path" || umount -l "$path" || exit 1; done`,
  },
  {
    id: "reset/volumes",
    title: "No volumes with RKE's tools are left",
    noun: "volume",
    list: volumes,
    remove: sh`xargs docker volume rm >/dev/null`,
  },
  {
    id: "reset/folders",
    title: "No files of the cluster are left",
    noun: "folder",
    list: folders,
    remove: sh`${within}
while read -r path; do
  if mounted "$path"; then
    within "$path" ! -type d -exec rm -f {} + || exit 1
    within "$path" -mindepth 1 -type d ! -name lost+found -print | sort -r | while read -r folder; do rmdir "$folder" 2>/dev/null; done
  else rm -rf --one-file-system "$path" || exit 1; fi
done`,
  },
  {
    id: "reset/interfaces",
    title: "No network interfaces of the cluster are left",
    noun: "interface",
    list: interfaces,
    remove: sh`while read -r name; do ip link delete "$name" || exit 1; done`,
  },
  {
    id: "reset/iptables",
    title: "No packet rules of the cluster are left",
    noun: "rule set",
    list: chains,
    remove: sh`while read -r flavour; do
  "$flavour-save" | grep -vE 'KUBE-|CNI-|FLANNEL-|cali-|cali:|WEAVE' | "$flavour-restore" || exit 1
done`,
  },
  {
    id: "reset/ipsets",
    title: "No sets of addresses of the cluster are left",
    noun: "address set",
    list: sets,
    remove: sh`while read -r name; do ipset destroy "$name" || exit 1; done`,
  },
];

/**
 * What `rke remove` leaves on a host, each kind as a step: listed, then removed, then listed again. Images stay.
 * The containers come first, and alone: what they hold is only left over once they are gone.
 */
export const containerSteps: readonly AnyStep[] = table.slice(0, 1).map(leftoverStep);

/** The rest. */
export const leftoverSteps: readonly AnyStep[] = table.slice(1).map(leftoverStep);

function leftoverStep(leftover: Leftover): AnyStep {
  const { id, title, list } = leftover;
  return defineStep({
    id,
    title,
    probes: () => ({ found: { sh: list, parse: ({ code, stdout }) => (code === 0 ? lines(stdout) : undefined) } }),
    decide: (observed) => decide(observed.found, leftover),
  });
}

function decide(found: readonly string[] | undefined, { noun, list, remove }: Leftover): Decision {
  if (found === undefined) {
    const remedy = "Run `docker ps -a` there and see what it says. Then run `drover reset` again.";
    return { kind: "blocked", because: `the ${noun}s on the host cannot be listed`, remedy };
  }
  if (found.length === 0) return ok;
  const action = {
    kind: "run",
    sh: sh`{ ${list}
} | ( ${remove}
)`,
    timeoutMs: 10 * 60_000,
  } as const;
  const before = `${found.join("\n")}\n`;
  return {
    kind: "change",
    changes: [
      {
        summary: `remove ${found.length} ${noun}${found.length === 1 ? "" : "s"}`,
        before,
        after: "",
        actions: [action],
      },
    ],
  };
}
