import type { Stage } from "../core/step.ts";
import type { EngineInput } from "../engines/engine.ts";
import { certManagerStages } from "./cert-manager.ts";

/**
 * The stages of all addons that the inventory asks for, in the order of their dependencies. An addon that is not asked for
 * is not touched.
 */
export function addonStages(input: EngineInput): readonly Stage[] {
  const { certManager } = input.cluster.addons;
  return certManager === undefined ? [] : certManagerStages(input, certManager);
}
