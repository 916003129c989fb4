import * as z from "zod";
import type { CheckResult } from "../checks/results.ts";
import type { Pair } from "../mesh/seen.ts";
import { type Checked, notReached } from "./run-checks.ts";

const ms = z.number().describe("Milliseconds.");

const result = z.strictObject({
  check: z.string().describe("The check's id, as docs/checks.md lists them."),
  title: z.string().describe("What is true where all is well."),
  severity: z.enum(["blocking", "warning", "note"]).describe("How much it matters."),
  why: z.string().describe("Why it matters."),
  verdict: z.enum(["ok", "found", "unknown"]).describe("`unknown`: the host gave no usable answer."),
  hosts: z
    .array(z.string())
    .describe("The hosts that it concerns; none where it concerns the whole cluster or this machine."),
  evidence: z.string().describe("What was seen; empty where all is well."),
  fix: z.string().describe("What to do; empty where all is well."),
  commands: z
    .array(z.string())
    .describe("The fix as POSIX shell text for root on that host, where commands can do it."),
  fixedByUp: z.string().nullable().describe("The step of `drover up` that puts it right, or null."),
  skipped: z.boolean().describe("It was named with --skip-check, and counts for nothing."),
});

const direction = z.strictObject({
  from: z.string(),
  to: z.string(),
  ports: z.array(
    z.strictObject({
      protocol: z.enum(["tcp", "udp"]),
      port: z.int(),
      outcome: z.enum(["open", "refused", "unreachable", "unrouted", "forbidden", "silent", "untried"]),
    }),
  ),
  roundTrip: ms.nullable().describe("Median of the UDP round trips in milliseconds, or null where none came back."),
  sent: z.int().describe("UDP datagrams sent."),
  lost: z.int().describe("Those that were not answered."),
  packetBytes: z.int().nullable().describe("The largest IP packet that arrives whole, or null."),
  clockAhead: ms.nullable().describe("How far the other host's clock is ahead, in milliseconds, or null."),
});

/** What `drover check --json` prints: one object. */
export const checkReportSchema = z.strictObject({
  v: z.literal(1),
  cluster: z.string(),
  hosts: z.array(z.string()).describe("All that were to be checked."),
  notReached: z
    .array(z.string())
    .describe(
      "Those of them that could not be reached, and so were not checked: no result but access/login is theirs.",
    ),
  counts: z.strictObject({
    blocking: z.int().describe("Findings that keep `drover up` from beginning."),
    warning: z.int(),
    note: z.int(),
    fixedByUp: z.int().describe("Findings that `drover up` puts right by itself; not counted above."),
    unknown: z.int(),
  }),
  results: z.array(result),
  mesh: z.array(direction),
});

type CheckReport = z.infer<typeof checkReportSchema>;

/** The JSON Schema of it, for programs that read it. */
export function checkReportJsonSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(checkReportSchema, { io: "output" }), null, 2)}\n`;
}

/** A report for programs. */
export function checkJson(cluster: string, checked: Checked, skipped: ReadonlySet<string>): CheckReport {
  const counted = checked.results.filter(({ check }) => !skipped.has(check));
  const found = counted.filter(({ verdict }) => verdict === "found");
  const count = (severity: CheckResult["severity"]) =>
    found.filter((one) => one.fixedByUp === undefined && one.severity === severity).length;
  return {
    v: 1,
    cluster,
    hosts: checked.hosts.map(({ name }) => name),
    notReached: [...notReached(checked)],
    counts: {
      blocking: count("blocking"),
      warning: count("warning"),
      note: count("note"),
      fixedByUp: found.filter(({ fixedByUp }) => fixedByUp !== undefined).length,
      unknown: counted.filter(({ verdict }) => verdict === "unknown").length,
    },
    results: checked.results.map(({ commands, fixedByUp, hosts, ...one }) => ({
      ...one,
      hosts: [...hosts],
      commands: commands.map(({ text }) => text),
      fixedByUp: fixedByUp ?? null,
      skipped: skipped.has(one.check),
    })),
    mesh: checked.pairs.map(directionJson),
  };
}

function directionJson({ from, to, ports, report }: Pair): CheckReport["mesh"][number] {
  const udp = report.udp[0];
  const answered = udp !== undefined && udp.answered > 0;
  return {
    from: from.name,
    to: to.name,
    ports: ports.map(({ protocol, port, outcome }) => ({ protocol, port, outcome })),
    roundTrip: answered ? udp.median : null,
    sent: udp?.sent ?? 0,
    lost: udp === undefined ? 0 : udp.sent - udp.answered,
    packetBytes: report.size?.passes ?? null,
    clockAhead: answered ? udp.clockAhead : null,
  };
}
