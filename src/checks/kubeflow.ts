import { type AnyCheck, clusterCheck } from "./check.ts";

/** What its parts take in use, in whole (README of kubeflow/manifests v1.10.2, "Kubeflow Components Versions"). */
const takes = { cpus: 4.4, memoryMiB: 12198 } as const;

/** Kubernetes itself takes about this of a worker, before the first pod. */
const ownMiB = 1000;

/** Whether all workers together are large enough for Kubeflow. */
export const kubeflowChecks: readonly AnyCheck[] = [
  clusterCheck({
    id: "cluster/kubeflow-size",
    title: "The workers together are large enough for Kubeflow, where it is asked for",
    severity: "warning",
    why: "Its parts take 4.4 CPUs and 12 GiB of memory before the first notebook; on less, pods stay pending or are killed.",
    needs: ["machine"],
    decide: (seen, { cluster }) => {
      if (cluster.addons.kubeflow === undefined) return [];
      const workers = seen.filter(({ host }) => host.roles.includes("worker"));
      const all = cluster.hosts.filter(({ roles }) => roles.includes("worker"));
      // A host that did not answer may be the large one.
      if (workers.length < all.length) return [];
      const sum = (of: (one: (typeof workers)[number]) => number) => workers.reduce((total, one) => total + of(one), 0);
      const cpus = sum(({ facts }) => facts.machine.cpus);
      const memoryMiB = sum(({ facts }) => Math.max(0, facts.machine.memoryMiB - ownMiB));
      if (cpus >= takes.cpus && memoryMiB >= takes.memoryMiB) return [];
      return [
        {
          hosts: workers.map(({ host }) => host.name),
          evidence: `${cpus} CPUs and ${Math.floor(memoryMiB / 1024)} GiB of memory for pods on all workers together`,
          fix: "Give the workers at least 5 CPUs and 14 GiB of memory in all, or add one; or leave Kubeflow out.",
        },
      ];
    },
  }),
];
