import { lines, type Probe } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import { type AnyStep, type Decision, defineStep, ok } from "../../core/step.ts";
import { whyNoBastion } from "./bastion.ts";
import type { RkeSetup } from "./setup.ts";
import { helmProbe, kubectlProbe, rkeProbe } from "./tools.ts";
import { linesFor } from "./versions.ts";

/**
 * The Kubernetes versions that rke can make. Listing them takes rke 0.4 s, so it is not asked where the state already names
 * the wanted version: RKE writes it there only if it knows it.
 */
const rkeLists = ({ cluster, paths, version }: RkeSetup): Probe<readonly string[]> => ({
  sh: sh`if grep -qsF ${`"kubernetesVersion": "${version}"`} ${paths.state}; then echo ${version}; else ${cluster.tools.rke} config --list-version --all; fi`,
  parse: ({ stdout }) => lines(stdout).toSorted(),
});

/** The programs that Drover drives are there, and rke knows the wanted Kubernetes version. Never changes anything. */
export function toolsStep(setup: RkeSetup): AnyStep {
  const { cluster, version } = setup;
  const usesHelm = Object.values(cluster.addons).some((addon) => addon !== undefined);
  return defineStep({
    id: "rke/tools",
    title: "Find rke, kubectl and helm on this machine",
    probes: () => ({
      rke: rkeProbe(setup),
      kubectl: kubectlProbe(setup),
      helm: usesHelm ? helmProbe(setup) : { sh: sh`:`, parse: () => "not needed" },
      lists: rkeLists(setup),
    }),
    decide: ({ rke, kubectl, helm, lists }) => {
      if (rke === undefined)
        return missing("rke", cluster.tools.rke, "It is one file: https://github.com/rancher/rke/releases.");
      if (kubectl === undefined)
        return missing("kubectl", cluster.tools.kubectl, "See https://kubernetes.io/docs/tasks/tools/.");
      if (helm === undefined) return missing("helm", cluster.tools.helm, "See https://helm.sh/docs/intro/install/.");
      if (isOld(helm)) return oldHelm(helm);
      const noWay = whyNoBastion(cluster);
      if (noWay !== undefined) return unreachable(noWay);
      return lists.includes(version) ? ok : unknownVersion(version, rke, lists);
    },
  });
}

function unreachable(why: string): Decision {
  return {
    kind: "blocked",
    because: `rke logs in to the hosts by itself, and cannot here: ${why}`,
    remedy: "Reach all hosts through one and the same jump host, or run Drover where they are reached directly.",
  };
}

function missing(name: string, given: string, where: string): Decision {
  return {
    kind: "blocked",
    code: "cluster/tool-missing",
    because: `${name} is not on this machine, or does not run (looked for: ${given})`,
    remedy: `Install ${name} and put it in PATH, or say where it is with tools.${name} in the inventory. ${where}`,
  };
}

function unknownVersion(version: string, rke: string, lists: readonly string[]): Decision {
  const lines = linesFor(version);
  const makers = lines.length === 0 ? "" : `: v${lines.join(" or v")}`;
  const known = lists.length === 0 ? "it lists none" : `it lists ${lists.join(", ")}`;
  return {
    kind: "blocked",
    code: "cluster/kubernetes-version-unknown",
    because: `rke ${rke} does not know Kubernetes ${version}: ${known}`,
    remedy: `Set rke.kubernetesVersion in the inventory to one of these, or install an rke that knows the version${makers}.`,
  };
}

/** 3.17 brought `--take-ownership`, the newest flag that releases use (github.com/helm/helm, release notes of v3.17.0). */
function isOld(helm: string): boolean {
  const [, major, minor] = /^v(\d+)\.(\d+)\./.exec(helm) ?? [];
  return Number(major) < 3 || (Number(major) === 3 && Number(minor) < 17);
}

function oldHelm(version: string): Decision {
  return {
    kind: "blocked",
    code: "cluster/tool-missing",
    because: `helm ${version} on this machine is too old: addons need 3.17 or newer`,
    remedy:
      "Install a newer helm, or name one with tools.helm in the inventory. See https://helm.sh/docs/intro/install/.",
  };
}
