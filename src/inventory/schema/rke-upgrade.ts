import * as z from "zod";

const share = z
  .union([z.int(), z.string()], { error: "must be a number of nodes, or a share such as 10%" })
  .transform(String)
  .refine((value) => /^(?:[1-9]\d{0,3}|[1-9]\d?%|100%)$/.test(value), "must be at least 1, or a share such as 10%");

/** How nodes are changed when the cluster is there already. */
export const upgrade = z.strictObject({
  workersAtOnce: share.default("10%").describe("How many workers change at the same time; one at least."),
  controlplanesAtOnce: share.default("1").describe("And how many controlplane hosts."),
  drain: z.boolean().default(false).describe("Move a node's pods away before its parts restart."),
  drainForce: z.boolean().default(false).describe("Also delete pods that nothing starts anew elsewhere."),
  drainDeletesLocalData: z
    .boolean()
    .default(false)
    .describe("Also move pods that keep data in an emptyDir, which they lose."),
  drainGraceSeconds: z
    .int()
    .min(-1, "must be at least -1")
    .max(86_400, "must be at most a day")
    .default(-1)
    .describe("Seconds that pods get to end. -1: what they ask for."),
  drainTimeoutSeconds: z
    .int()
    .min(1, "must be at least 1 second")
    .max(86_400, "must be at most a day")
    .default(120)
    .describe("Seconds after which moving a node's pods has failed, and the upgrade stops."),
});
