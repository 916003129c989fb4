import type { KnownFailure } from "../../../core/step.ts";
import { row } from "./row.ts";

/** Hosts that do not reach each other. */
export const betweenHosts: readonly KnownFailure[] = [
  row(
    /Host \[(.+?)\] is not able to connect to the following ports: \[(.+?)\]/,
    "$1 does not reach $2",
    "Open 2379-2380, 6443 and 10250/tcp and 8472/udp between the hosts; check internalAddress in the inventory.",
  ),
  row(
    /Can't access KubeAPI port \[(.+?)\] on Control Plane host: ([^"\s]+)"/,
    "this machine does not reach port $1 of $2",
    "Open it from here to the controlplane hosts: rke, kubectl and helm need it.",
  ),
  row(
    /Failed to start \[(.+?)\] container on host \[(.+?)\].*(?:address already in use|port is already allocated)/,
    "a port that $1 wants on $2 is taken",
    "Find who listens (ss -ltnp: 2379, 2380, 6443, 10250, 80, 443) and stop it; a left-over container goes with `docker rm -f`.",
  ),
  row(
    /\[selinux\] Host \[(.+?)\] (?:does not recognize|was not able)/,
    "$1 has SELinux on, and not the policy that RKE needs",
    "Install the package rancher-selinux there, or turn SELinux off for Docker.",
  ),
];
