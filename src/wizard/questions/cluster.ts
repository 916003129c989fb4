import type { Known } from "../known.ts";
import type { Question } from "../question.ts";

/** What the cluster is called. */
export const nameQuestion: Question = {
  id: "name",
  title: "What shall the cluster be called?",
  flag: "name",
  about: "the cluster's name, a DNS label",
  place: "cluster.name",
  help: [
    "Lower-case letters, digits and hyphens. It names the context in kubeconfig and the folder .drover/<name>/,",
    "which keeps the cluster's state. Renaming it later means moving that folder.",
  ],
  propose: () => ({ value: "cluster1" }),
};

/** Which Kubernetes. */
export const kubernetesQuestion: Question = {
  id: "kubernetesVersion",
  title: "Which Kubernetes?",
  flag: "kubernetes-version",
  about: "a version as rke lists it",
  place: "rke.kubernetesVersion",
  help: [
    "These are the versions that this Drover knows the images of. The newest gets fixes the longest; take an older one",
    "only if something that you will install demands it. It can be raised later, one minor version at a time.",
    "Clusters are made by RKE, whose makers ended its support on 31 July 2025: these versions are its last.",
  ],
  options: ({ kubernetesVersions }: Known) =>
    kubernetesVersions.map(({ version, about }) => ({ value: version, label: version, about })),
  propose: ({ kubernetesVersions: [newest] }) =>
    newest === undefined ? undefined : { value: newest.version, because: newest.about },
};

/** Whether the GPUs are used. */
export const gpuQuestion: Question = {
  id: "gpu",
  title: "Shall the cluster use the GPUs?",
  flag: "gpu",
  about: "yes or no",
  place: "",
  help: [
    "yes: the machines with NVIDIA GPUs are marked (gpu: true) and prepared for them.",
    "no: they are workers like any other; it can be changed in the inventory later.",
  ],
  relevant: ({ seen, answers }) =>
    seen.some((one) => (one?.gpus.length ?? 0) > 0) || (answers.hosts ?? []).some(({ gpu }) => gpu === true),
  options: ({ seen, answers }) => {
    const count = seen.filter(
      (one, index) => (one?.gpus.length ?? 0) > 0 || answers.hosts?.[index]?.gpu === true,
    ).length;
    return [
      { value: "yes", label: "yes", about: `${count} ${count === 1 ? "machine has" : "machines have"} NVIDIA GPUs` },
      { value: "no", label: "no" },
    ];
  },
  propose: () => ({ value: "yes" }),
};
