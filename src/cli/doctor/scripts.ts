import { nodeContainers } from "../../core/node-containers.ts";
import { type Sh, sh } from "../../core/shell.ts";
import { type KubeAccess, kubectl } from "../../kube/kubectl.ts";

/** Of each command so many of the last bytes are kept. */
const keptBytes = 200_000;

/** Prints what a command says, cut at its beginning if it is long. No command waits longer than 20 s, and none changes anything. */
const tell = sh`LC_ALL=C; export LC_ALL
tell() { printf '\n===== %s\n' "$1"; timeout 20 /bin/sh -c "$1" </dev/null 2>&1 | tail -c ${keptBytes}; }`;

/** What a host says of its system, of Docker, and of RKE's containers. Environments and arguments of containers are not asked. */
export function hostScript(): Sh {
  return sh`${tell}
for c in 'uname -a' 'cat /etc/os-release' 'uptime' 'date -u' 'df -hT' 'free -m' 'ip -br address' 'ip route' 'ss -Hltnu' \
  'cat /etc/docker/daemon.json' 'docker version' 'docker ps -a --format "{{.Names}} {{.Image}} {{.Status}}"' \
  'nvidia-smi -L' 'systemctl --failed --no-legend --plain' \
  'journalctl --no-pager -q -n 200 -u docker' 'journalctl --no-pager -q -n 200 -k -p warning' 'cat /var/log/apt/term.log'; do tell "$c"; done
for c in ${[...nodeContainers]}; do tell "docker logs --timestamps --tail 300 $c"; done`;
}

/** What the cluster says: nodes, pods, events, and the logs of pods in the namespaces of the platform, not in the customer's. */
export function podScript(access: KubeAccess): Sh {
  const namespaces = [
    "kube-system",
    "ingress-nginx",
    "cert-manager",
    "cattle-system",
    "cattle-fleet-system",
    "kube-vip",
    "metallb-system",
    "nvidia-device-plugin",
    "traefik",
  ];
  return sh`${tell}
k() { ${kubectl(access, sh`"$@"`)}; }
for n in ${namespaces}; do
  for p in $(k get pods -n "$n" -o name 2>/dev/null); do
    printf '\n===== logs %s %s\n' "$n" "$p"
    k logs -n "$n" "$p" --all-containers --prefix --timestamps --tail 200 2>&1 | tail -c ${keptBytes}
  done
done
for w in 'version' 'get nodes -o wide' 'get pods -A -o wide' 'get events -A --sort-by .lastTimestamp'; do
  printf '\n===== kubectl %s\n' "$w"; k $w 2>&1 | tail -c ${keptBytes}
done`;
}

/** Which programs there are on this machine, and of which version. */
export function toolsScript(tools: { readonly rke: string; readonly kubectl: string; readonly helm: string }): Sh {
  return sh`${tell}
tell 'uname -a'; tell 'cat /etc/os-release'; tell 'ssh -V'
printf '\n===== rke\n'; ${tools.rke} --version 2>&1 | head -n 5
printf '\n===== kubectl\n'; ${tools.kubectl} version --client 2>&1 | head -n 5
printf '\n===== helm\n'; ${tools.helm} version --short 2>&1 | head -n 5`;
}
