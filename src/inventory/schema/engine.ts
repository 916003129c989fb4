import * as z from "zod";
import { type EngineName, engineSettings, usualEngine } from "../../engines/engine-settings.ts";

/** What makes the cluster of prepared hosts. */
export const engine = z.strictObject({
  name: z
    .enum(Object.keys(engineSettings) as [EngineName, ...EngineName[]])
    .default(usualEngine)
    .describe("rke: Rancher Kubernetes Engine 1, the only one so far."),
  settings: z
    .record(z.string(), z.unknown())
    .default({})
    .describe("Settings of an engine that has no section of its own. RKE has one: `rke`."),
});
