import type { Stamped } from "../core/events.ts";
import { about, duration } from "./duration.ts";
import type { Estimate } from "./estimate.ts";
import type { Paint } from "./paint.ts";
import { places } from "./places.ts";
import { phaseOf } from "./running.ts";
import { count } from "./wrap.ts";

/** One line, in its three columns. Not escaped. */
export interface Line {
  /** A host's name, or empty for the whole run. */
  readonly host: string;
  readonly step: string;
  readonly text: string;
  readonly color?: keyof Paint;
}

/** What the wording needs besides the event. */
export interface Wording {
  readonly verbose: boolean;
  /** The run is a check: its findings are what it is about. */
  readonly isCheck: boolean;
  readonly estimate: Estimate;
  /** The title of a stage that has started, by its id. */
  readonly titleOf: (stage: string) => string;
}

/** An event as a line for people who cannot be shown a live view, or undefined if it is not worth one. Pure. */
export function lineOf(event: Stamped, wording: Wording): Line | undefined {
  return (
    aboutRun(event, wording) ??
    aboutChange(event, wording) ??
    (wording.isCheck || wording.verbose ? finding(event) : undefined) ??
    (wording.verbose ? detail(event) : undefined)
  );
}

function aboutRun(event: Stamped, { estimate, titleOf }: Wording): Line | undefined {
  switch (event.kind) {
    case "run-started":
      return whole(`${event.command}: cluster ${event.cluster}, ${count(event.hosts.length, "host")}`, "bold");
    case "stage-started":
      return whole(`${event.title} (${places(event.hosts)}${expected(estimate(event.stage))})`, "bold");
    case "stage-finished": {
      const what = event.changed === 0 ? "nothing to do" : count(event.changed, "change");
      return whole(`${titleOf(event.stage)}: ${what}, ${duration(event.tookMs)}`, "bold");
    }
    case "note": {
      const warning = event.level === "warning";
      const text = warning ? `warning: ${event.message}` : event.message;
      return { host: event.host ?? "", step: "", text, ...(warning ? { color: "yellow" } : {}) };
    }
    case "proof-made": {
      const text = `${event.proof} ${event.result}: ${event.detail}`;
      return { host: "", step: "", text, ...(event.result === "failed" ? { color: "red" } : {}) };
    }
    case "failed": {
      const { host = "", step = "", code, message } = event.failure;
      return { host, step, text: `FAILED ${code}: ${message}`, color: "red" };
    }
    default:
      return undefined;
  }
}

function aboutChange(event: Stamped, { estimate }: Wording): Line | undefined {
  switch (event.kind) {
    case "change-started":
      return { ...place(event), text: `begin: ${event.summary}${expected(estimate(event.step))}` };
    case "change-finished":
      return { ...place(event), text: `done:  ${event.summary} (${duration(event.tookMs)})`, color: "green" };
    case "progress":
      return { ...place(event), text: `now:   ${phaseOf(event) ?? ""}` };
    default:
      return undefined;
  }
}

function finding(event: Stamped): Line | undefined {
  if (event.kind !== "check-found") return undefined;
  const { check, severity, verdict, hosts, evidence, skipped, fixedByUp } = event;
  const weight = verdict === "unknown" ? "unknown" : severity;
  const but = skipped ? ", left out" : fixedByUp === undefined ? "" : ", up puts it right";
  const color = but === "" && weight === "blocking" ? { color: "red" as const } : {};
  return { host: hosts.join(","), step: check, text: `${weight}${but}: ${evidence}`, ...color };
}

function detail(event: Stamped): Line | undefined {
  switch (event.kind) {
    case "host-connecting":
      return { host: event.host, step: "", text: `connecting to ${event.address}` };
    case "host-connected":
      return { host: event.host, step: "", text: `connected (${duration(event.tookMs)})` };
    case "host-asked":
      return { host: event.host, step: "", text: `asked: ${count(event.probes, "probe")} (${duration(event.tookMs)})` };
    case "step-decided":
      return { ...place(event), text: [event.decision.kind, ...event.decision.summaries].join(": ") };
    case "output":
      return { ...place(event), text: `| ${event.line}`, color: "dim" };
    case "step-proven":
      return { ...place(event), text: "proven" };
    default:
      return undefined;
  }
}

function whole(text: string, color: keyof Paint): Line {
  return { host: "", step: "", text, color };
}

function place({ host, step }: { readonly host: string; readonly step: string }): { host: string; step: string } {
  return { host, step };
}

function expected(ms: number | undefined): string {
  return ms === undefined || ms < 10_000 ? "" : `, ${about(ms)}`;
}
