import type { GpuSettings } from "../../../src/core/cluster.ts";
import type { AnyStep, Decision } from "../../../src/core/step.ts";
import { caseHost } from "../../cases/steps.ts";

export const gpuHost = { ...caseHost, gpu: true };
export const gpu = (
  source: GpuSettings["driver"]["source"],
  toolkit: Partial<GpuSettings["toolkit"]> = {},
): GpuSettings => ({
  driver: { source, version: undefined, replace: false },
  toolkit: { source: "nvidia", version: undefined, ...toolkit },
  proofImage: "python:3",
});

/** The decision in a few words. */
export function told(step: AnyStep, observed: object): string {
  const decision: Decision = step.decide({ ...observed }, gpuHost);
  if (decision.kind === "blocked") return `${decision.code ?? "blocked"}: ${decision.because}`;
  if (decision.kind === "later") return `after ${decision.after}`;
  return decision.kind === "ok" ? "ok" : decision.changes.map(({ summary }) => summary).join("; ");
}

export const pci = (deviceId: string) => [{ address: "0000:41:00.0", deviceId, kind: "gpu", driver: "nvidia" }];
export const open580 = { version: "580.95.05", flavour: "open", signer: undefined };
