import type { RancherSettings } from "../../core/addons.ts";
import { type AnyStep, type Decision, defineStep, ok, type StepId } from "../../core/step.ts";
import type { EngineInput } from "../../engines/engine.ts";
import { type KubeObject, nameOf } from "../../kube/kube-object.ts";
import { clusterStep } from "../addon.ts";
import { findRelease } from "../helm-release.ts";
import { installedProbe } from "../installed.ts";
import { isDefaultClass, othersProbe } from "../others-probe.ts";
import { traefikRelease } from "../traefik.ts";

/** Rancher is reached through an ingress: one of its class must really be there, else nothing would ever answer. */
export function ingressClassStep(
  input: EngineInput,
  { ingressClass }: RancherSettings,
  needs: readonly StepId[],
): AnyStep {
  const after = needs[0] ?? clusterStep(input);
  return defineStep({
    id: "rancher/ingress-class",
    title: "An ingress controller is there for Rancher",
    needs,
    probes: () => ({ classes: othersProbe(input, "IngressClass"), releases: installedProbe(input) }),
    decide: ({ classes, releases = [] }): Decision => {
      if (classes === undefined) return { kind: "later", after, because: "the cluster does not answer yet" };
      if (isThere(classes, ingressClass)) return ok;
      // The controller may be about to come, with RKE or as an addon, beside classes of others.
      const isDeployed = findRelease(releases, traefikRelease)?.status === "deployed";
      const mayCome = needs.length > 0 || input.cluster.rke.ingress === "nginx";
      if ((needs.length > 0 && !isDeployed) || (mayCome && classes.length === 0))
        return { kind: "later", after, because: "the ingress controller is not there yet" };
      return missing(classes, ingressClass);
    },
  });
}

function isThere(classes: readonly KubeObject[], wanted: string | undefined): boolean {
  if (wanted !== undefined) return classes.some((one) => nameOf(one) === wanted);
  return classes.some(isDefaultClass);
}

function missing(classes: readonly KubeObject[], wanted: string | undefined): Decision {
  const there = classes.length === 0 ? "there is none" : `there is ${classes.map(nameOf).join(", ")}`;
  return {
    kind: "blocked",
    code: "addon/ingress-missing",
    because:
      wanted === undefined
        ? `the cluster has no default ingress class for Rancher: ${there}`
        : `the cluster has no ingress class ${wanted} for Rancher: ${there}`,
    remedy:
      "Have one installed (`rke: { ingress: nginx }` or `addons: { traefik: {} }`), or name one that is there with addons.rancher.ingressClass.",
  };
}
