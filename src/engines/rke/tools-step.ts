import type { ToolName } from "../../core/cluster.ts";
import type { Probe } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import { type AnyStep, changesOrOk, type Decision, defineStep } from "../../core/step.ts";
import { whyNoBastion } from "./bastion.ts";
import type { RkeSetup } from "./setup.ts";
import { decideTool, type ToolCase } from "./tool-decision.ts";
import { helmProbe, kubectlProbe, readListed, rkeProbe, type Version } from "./tools.ts";
import { type LockFacts, lockProbe } from "./tools-lock.ts";
import { helmFits, helmFor, kubectlFits, kubectlFor, linesFor, releaseFor } from "./versions.ts";

/**
 * The Kubernetes versions that rke can make. Listing them takes rke 0.4 s, so it is not asked where the state already names
 * the wanted version: RKE writes it there only if it knows it.
 */
const rkeLists = ({ cluster, paths, version }: RkeSetup): Probe<readonly string[]> => ({
  sh: sh`if grep -qsF ${`"kubernetesVersion": "${version}"`} ${paths.state}; then echo ${version}; else ${cluster.tools.rke} config --list-version --all; fi`,
  parse: (answer) => readListed(answer).toSorted((one, other) => one.localeCompare(other, "en", { numeric: true })),
});

/**
 * The programs that Drover drives are there and fit the cluster. Those that the inventory leaves to Drover are downloaded where
 * PATH has none that fits; each that was is the same file as then.
 */
export function toolsStep(setup: RkeSetup): AnyStep {
  const { cluster, version } = setup;
  const usesHelm = Object.values(cluster.addons).some((addon) => addon !== undefined);
  return defineStep({
    id: "rke/tools",
    title: "Find rke, kubectl and helm on this machine",
    probes: () => ({
      rke: rkeProbe(setup),
      kubectl: kubectlProbe(setup),
      ...(usesHelm ? { helm: helmProbe(setup) } : {}),
      lists: rkeLists(setup),
      known: lockProbe(setup.paths),
    }),
    decide: ({ rke, kubectl, helm, lists, known }) => {
      const listed = lists.includes(version);
      const decisions = [
        decideTool({ ...caseOf(setup, "rke", rke, known), fits: () => listed, best: releaseFor(version) }),
        decideTool({
          ...caseOf(setup, "kubectl", kubectl, known),
          fits: (one) => one === "there" || kubectlFits(one, version),
          best: kubectlFor(version),
        }),
        ...(usesHelm ? [decideHelm(setup, helm, known)] : []),
      ];
      const blocked = decisions.find(({ kind }) => kind === "blocked");
      if (blocked !== undefined) return blocked;
      const noWay = whyNoBastion(cluster);
      if (noWay !== undefined) return unreachable(noWay);
      const changes = decisions.flatMap((decision) => (decision.kind === "change" ? decision.changes : []));
      const rkeStays = decisions[0]?.kind === "ok";
      return rkeStays && !listed ? unknownVersion(version, rke ?? "", lists) : changesOrOk(changes);
    },
  });
}

function decideHelm(setup: RkeSetup, found: Version, known: LockFacts): Decision {
  const fits = (version: string) => version === "there" || helmFits(version);
  return decideTool({ ...caseOf(setup, "helm", found, known), fits, best: helmFor(setup.version) });
}

function caseOf(
  { cluster, paths }: RkeSetup,
  name: ToolName,
  found: Version,
  { locked, platform }: LockFacts,
): Omit<ToolCase, "fits" | "best"> {
  const wanted = cluster.downloads?.[name];
  return { name, program: cluster.tools[name], wanted, found, locked: locked.get(name), platform, paths };
}

function unreachable(why: string): Decision {
  return {
    kind: "blocked",
    because: `rke logs in to the hosts by itself, and cannot here: ${why}`,
    remedy: "Reach all hosts through one and the same jump host, or run Drover where they are reached directly.",
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
