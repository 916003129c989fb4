import type { Decision } from "../../../src/core/step.ts";

/** The decision in a few words, with what it interrupts and whether it goes from host to host. */
export function told(decision: Decision): string {
  if (decision.kind === "blocked") return `${decision.code ?? "blocked"}: ${decision.because}`;
  if (decision.kind === "later") return `after ${decision.after}`;
  if (decision.kind === "ok") return "ok";
  return decision.changes
    .map(({ summary, disrupts, oneByOne }) =>
      [
        summary,
        ...(disrupts === undefined ? [] : [`[${disrupts}]`]),
        ...(oneByOne === true ? ["[one by one]"] : []),
      ].join(" "),
    )
    .join("; ");
}

/** daemon.json, as the probe finds it. */
export const absent = { kind: "absent" } as const;
export const file = (text: string) => ({
  kind: "present",
  text,
  mode: 0o644,
  owner: "0:0",
  realPath: "/etc/docker/daemon.json",
});
