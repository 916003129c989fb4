import { addonsOf } from "../../src/addons/registry.ts";
import { removalStages } from "../../src/addons/remove.ts";
import { type Recorded, records } from "../unit/support/addon-world.ts";
import { more, plain } from "../unit/support/every-addon.ts";
import { decideOn } from "../unit/support/rke-world.ts";
import { onlyAction, type Played, perform, playedInput } from "./played-cluster.ts";

/** The question for what is in the way of a removal. */
export const inTheWay =
  "kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations,clusterroles -l app.kubernetes.io/managed-by=Helm";

/** The question for the kinds of releases. */
export const kinds = "kubectl get customresourcedefinitions -l app.kubernetes.io/managed-by=Helm";

/** What helm is told. */
export const uninstall = (name: string, namespace: string) =>
  `helm uninstall ${name} -n ${namespace} --ignore-not-found --wait --timeout 5m`;

/** Removes an addon of which this is installed; `ours` is its namespace where Drover made it. */
export function remove(key: string, installed: Recorded, { ours = false, ...played }: Played & { ours?: boolean }) {
  const input = playedInput({ ...plain, ...more });
  const addon = addonsOf(input).find((one) => one.key === key);
  const step = addon && removalStages(input, addon)[0]?.steps[0];
  if (step === undefined) throw new Error("no step");
  const labels = ours ? "app.kubernetes.io/managed-by=drover" : "x=y";
  const machine = { "get configmaps,secrets": records(installed), "get namespace": `n Active 1d ${labels}\n` };
  return perform(input, onlyAction(decideOn(step, machine)), played);
}
