import * as z from "zod";

const action = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("run"),
    sh: z.string().describe("The command, in POSIX sh. Its stdin is not shown."),
  }),
  z.strictObject({
    kind: z.literal("write"),
    path: z.string(),
    mode: z.string().describe("As chmod takes it: 0644."),
    owner: z.string(),
    content: z.string().optional().describe("The whole new file; absent where it holds a secret."),
  }),
  z.strictObject({
    kind: z.literal("download"),
    url: z.string().describe("A program, which is verified against its published sha256."),
    to: z.string(),
  }),
  z.strictObject({ kind: z.literal("reboot"), because: z.string() }),
]);

const change = z.strictObject({
  summary: z.string().describe("What will be true afterwards."),
  disrupts: z.enum(["service", "node", "cluster"]).optional().describe("What it interrupts."),
  sensitive: z.literal(true).optional().describe("It writes a secret, whose content is not shown."),
  diff: z.array(z.string()).optional().describe("What changes in a file, as lines of a unified diff."),
  actions: z.array(action),
});

const decision = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("ok") }).describe("Right already."),
  z.strictObject({ kind: z.literal("change"), changes: z.array(change).min(1) }),
  z
    .strictObject({ kind: z.literal("later"), after: z.string(), because: z.string() })
    .describe("Can only be known once another step is done. `up` does then what is needed."),
  z
    .strictObject({ kind: z.literal("blocked"), because: z.string(), remedy: z.string(), code: z.string().optional() })
    .describe("A person must act first: `up` refuses the plan."),
]);

const step = z.strictObject({
  host: z.string(),
  stage: z.string(),
  step: z.string(),
  title: z.string(),
  decision,
  seal: z.string().describe("Of all that the step would do, also of what is not shown."),
});

/** What `drover plan -o` writes and `drover up` reads. */
export const planFileSchema = z.strictObject({
  v: z.literal(1),
  kind: z.literal("drover-plan"),
  cluster: z.string(),
  made: z.string().describe("When, in UTC (ISO 8601)."),
  drover: z.string().describe("The version of Drover that made it."),
  hosts: z.string().nullable().describe("What --hosts was given, or null."),
  only: z.string().nullable().describe("What --only was given, or null."),
  counts: z.strictObject({ ok: z.int(), change: z.int(), later: z.int(), blocked: z.int() }),
  steps: z.array(step).describe("Every step of every host, in the order in which `up` goes through them."),
  seal: z.string().describe("Of the whole plan: one that was edited is refused."),
});

/** A plan that was kept. */
export type PlanFile = z.infer<typeof planFileSchema>;

/** One step of one host in it. */
export type PlannedStep = PlanFile["steps"][number];

/** The JSON Schema of a plan file, for programs that read it. */
export function planFileJsonSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(planFileSchema, { io: "output" }), null, 2)}\n`;
}
