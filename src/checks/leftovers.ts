import { type Sh, sh } from "../core/shell.ts";
import type { Distribution } from "../facts/leftovers.ts";
import { type AnyCheck, hostCheck } from "./check.ts";

interface Rival {
  readonly name: Exclude<Distribution, "rke">;
  readonly title: string;
  readonly remove: readonly [Sh, ...Sh[]];
  readonly services: readonly string[];
}

const rivals: readonly Rival[] = [
  {
    name: "k3s",
    title: "K3s",
    remove: [
      sh`[ ! -x /usr/local/bin/k3s-uninstall.sh ] || /usr/local/bin/k3s-uninstall.sh`,
      sh`[ ! -x /usr/local/bin/k3s-agent-uninstall.sh ] || /usr/local/bin/k3s-agent-uninstall.sh`,
    ],
    services: ["k3s", "k3s-agent"],
  },
  { name: "rke2", title: "RKE2", remove: [sh`rke2-uninstall.sh`], services: ["rke2-server", "rke2-agent"] },
  {
    name: "kubeadm",
    title: "kubeadm",
    remove: [sh`kubeadm reset -f`, sh`apt-get purge -y --allow-change-held-packages kubeadm kubelet`],
    services: ["kubelet"],
  },
  {
    name: "microk8s",
    title: "MicroK8s",
    remove: [sh`snap remove --purge microk8s`],
    services: ["snap.microk8s.daemon-kubelite"],
  },
  { name: "k0s", title: "k0s", remove: [sh`k0s stop`, sh`k0s reset`], services: ["k0scontroller", "k0sworker"] },
];

const rivalChecks = rivals.map(({ name, title, remove, services }) =>
  hostCheck({
    id: `leftovers/${name}`,
    title: `There is no ${title}`,
    severity: "blocking",
    why: "Two kubelets on one host fight over ports, packet rules and /var/lib/kubelet; what an old one left misleads the new one.",
    needs: ["leftovers"],
    decide: ({ leftovers }) => {
      const running = leftovers.services.filter((service) => services.includes(service));
      const paths = leftovers.paths[name] ?? [];
      if (running.length === 0 && paths.length === 0) return undefined;
      const runs = running.length === 0 ? [] : [`${running.join(", ")} runs`];
      return {
        evidence: [...runs, ...(paths.length === 0 ? [] : [`there is ${paths.join(", ")}`])].join("; "),
        fix: "If nobody needs that cluster any more, remove it: this destroys it.",
        commands: remove,
      };
    },
  }),
);

/** What an earlier Kubernetes left on a host. */
export const leftoverChecks: readonly AnyCheck[] = [
  ...rivalChecks,
  hostCheck({
    id: "leftovers/rke",
    title: "The host belongs to no other cluster of RKE",
    severity: "blocking",
    why: "RKE would find old certificates and containers, and take half of the other cluster over.",
    needs: ["leftovers", "docker"],
    appliesTo: (_, { built }) => !built,
    decide: ({ leftovers, docker }) => {
      const running = docker.containers.filter((name) => /^(kubelet|kube-|etcd|nginx-proxy)/.test(name));
      const paths = leftovers.paths.rke ?? [];
      if (running.length === 0 && paths.length === 0) return undefined;
      const found = [...(running.length === 0 ? [] : [`${running.join(", ")} run`]), ...paths];
      return {
        evidence: found.join(", "),
        fix: "Remove that cluster with `drover reset` and its own inventory, or with `rke remove`.",
      };
    },
  }),
  hostCheck({
    id: "leftovers/etcd",
    title: "There is no old database of etcd",
    severity: "blocking",
    why: "etcd would start with it and belong to a cluster that is gone: the new one never gets a leader.",
    needs: ["leftovers"],
    appliesTo: (host, { built }) => host.roles.includes("etcd") && !built,
    decide: ({ leftovers }) =>
      leftovers.etcdData
        ? {
            evidence: "/var/lib/etcd/member is there",
            fix: "Keep it if you may need it; it must not stay there.",
            commands: [sh`mv /var/lib/etcd "/var/lib/etcd.old-$(date +%s)"`],
          }
        : undefined,
  }),
  hostCheck({
    id: "leftovers/cni",
    title: "There is no old network of pods",
    severity: "warning",
    why: "The kubelet takes the first file in /etc/cni/net.d by name: pods would join a network that is gone.",
    needs: ["leftovers"],
    appliesTo: (_, { built }) => !built,
    decide: ({ leftovers: { cniConfigs, interfaces } }) => {
      if (cniConfigs.length === 0 && interfaces.length === 0) return undefined;
      return {
        evidence: [
          ...cniConfigs.map((name) => `/etc/cni/net.d/${name}`),
          ...interfaces.map((name) => `interface ${name}`),
        ].join(", "),
        fix: "Remove them; a reboot clears what the kernel still holds.",
        commands: [
          ...(cniConfigs.length === 0 ? [] : [sh`rm -f -- ${cniConfigs.map((name) => `/etc/cni/net.d/${name}`)}`]),
          ...interfaces.map((name) => sh`ip link delete ${name}`),
        ],
      };
    },
  }),
  hostCheck({
    id: "leftovers/packet-rules",
    title: "No packet rules of an old cluster are in force",
    severity: "warning",
    why: "Rules of an old kube-proxy send packets to services and pods that are gone.",
    needs: ["leftovers"],
    appliesTo: (_, { built }) => !built,
    decide: ({ leftovers: { chains } }) => {
      if (chains === 0) return undefined;
      return {
        evidence: `${chains} chains of Kubernetes in the packet filter`,
        fix: "Reboot: nothing of an old cluster puts them back once it is removed.",
        commands: [sh`systemctl reboot`],
      };
    },
  }),
];
