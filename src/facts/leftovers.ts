import type { Probe } from "../core/probe.ts";
import { lines } from "../core/probe.ts";
import { sh } from "../core/shell.ts";
import { activeUnits, askParts, readParts } from "./parts.ts";

/** The Kubernetes distributions whose traces are looked for. */
export const distributions = ["k3s", "rke2", "kubeadm", "microk8s", "k0s", "rke"] as const;

/** One of them. */
export type Distribution = (typeof distributions)[number];

/** What an earlier Kubernetes left on the host, or one that still runs. */
export interface LeftoversFact {
  /** Paths that only this distribution makes. */
  readonly paths: Readonly<Partial<Record<Distribution, readonly string[]>>>;
  /** Units of theirs that run. */
  readonly services: readonly string[];
  /** Files in /etc/cni/net.d. */
  readonly cniConfigs: readonly string[];
  /** Interfaces that network plugins make. */
  readonly interfaces: readonly string[];
  /** /var/lib/etcd holds a database. */
  readonly etcdData: boolean;
  /** Rules of kube-proxy or of a network plugin are in the packet filter. */
  readonly chains: number;
}

const traces: Readonly<Record<Distribution, readonly string[]>> = {
  k3s: ["/usr/local/bin/k3s", "/etc/rancher/k3s", "/var/lib/rancher/k3s"],
  rke2: ["/usr/local/bin/rke2", "/usr/bin/rke2", "/etc/rancher/rke2", "/var/lib/rancher/rke2"],
  kubeadm: [
    "/usr/bin/kubeadm",
    "/etc/kubernetes/manifests/kube-apiserver.yaml",
    "/etc/kubernetes/kubelet.conf",
    "/var/lib/kubelet/kubeadm-flags.env",
  ],
  microk8s: ["/snap/bin/microk8s", "/var/snap/microk8s"],
  k0s: ["/usr/local/bin/k0s", "/etc/k0s", "/var/lib/k0s"],
  rke: ["/etc/kubernetes/ssl", "/opt/rke", "/var/lib/rancher/rke"],
};

const services = [
  "k3s",
  "k3s-agent",
  "rke2-server",
  "rke2-agent",
  "kubelet",
  "snap.microk8s.daemon-kubelite",
  "k0scontroller",
  "k0sworker",
];

/** Looks for paths, services, interfaces and rules. */
export const leftoversFact: Probe<LeftoversFact | undefined> = {
  sh: askParts({
    paths: sh`for p in ${Object.values(traces).flat()}; do [ ! -e "$p" ] || echo "$p"; done`,
    services: sh`systemctl is-active ${services}`,
    cni: sh`ls -1 /etc/cni/net.d | head -n 50`,
    interfaces: sh`ls -1 /sys/class/net | grep -E '^(cni0|flannel[.].*|cali.*|vxlan[.]calico|cilium_.*|weave|kube-ipvs0|nodelocaldns)$' | head -n 50`,
    etcd: sh`[ ! -e /var/lib/etcd/member ] || echo yes`,
    chains: sh`for f in iptables-nft-save iptables-legacy-save; do
command -v $f >/dev/null && $f | grep -cE '^:(KUBE-|CNI-|FLANNEL-|cali-)'; done`,
  }),
  parse: (answer) => {
    const parts = readParts(answer, ["paths", "services", "cni", "interfaces", "etcd", "chains"]);
    if (parts === undefined) return undefined;
    const found = new Set(lines(parts.paths));
    const byName = distributions.map((name) => [name, traces[name].filter((path) => found.has(path))] as const);
    return {
      paths: Object.fromEntries(byName.filter(([, paths]) => paths.length > 0)),
      services: activeUnits(services, parts.services),
      cniConfigs: lines(parts.cni),
      interfaces: lines(parts.interfaces),
      etcdData: parts.etcd.trim() === "yes",
      chains: lines(parts.chains).reduce((total, one) => total + (Number.parseInt(one, 10) || 0), 0),
    };
  },
};
