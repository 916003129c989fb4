import type { ErrorCode } from "./errors.ts";
import type { Decision, StepId } from "./step.ts";

/** What a decision looks like from outside: no shell text, no file contents. */
export interface DecisionSummary {
  readonly kind: Decision["kind"];
  readonly summaries: readonly string[];
}

/** A failure, flat, as it goes into the journal. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly host?: string;
  readonly step?: string;
  readonly remedy: string;
  readonly details: readonly string[];
}

/** All that run/ ever says. Views and the journal listen; run/ knows nothing of them. */
export type Event =
  | {
      readonly kind: "run-started";
      readonly run: string;
      readonly command: string;
      readonly cluster: string;
      readonly hosts: readonly string[];
    }
  | { readonly kind: "host-connecting"; readonly host: string; readonly address: string }
  | { readonly kind: "host-connected"; readonly host: string; readonly tookMs: number }
  | { readonly kind: "host-asked"; readonly host: string; readonly probes: number; readonly tookMs: number }
  | {
      readonly kind: "stages-ahead";
      /** The ids of all stages that will be gone through, in order. */
      readonly stages: readonly string[];
      /** Those that have something to do, as far as the forecast knows. */
      readonly pending: readonly string[];
    }
  | {
      readonly kind: "stage-started";
      readonly stage: string;
      readonly title: string;
      readonly hosts: readonly string[];
    }
  | { readonly kind: "host-finished"; readonly host: string; readonly stage: string; readonly changes: number }
  | { readonly kind: "stage-finished"; readonly stage: string; readonly changed: number; readonly tookMs: number }
  | {
      readonly kind: "step-decided";
      readonly host: string;
      readonly step: StepId;
      readonly title: string;
      readonly decision: DecisionSummary;
    }
  | { readonly kind: "change-started"; readonly host: string; readonly step: StepId; readonly summary: string }
  | {
      readonly kind: "change-finished";
      readonly host: string;
      readonly step: StepId;
      readonly summary: string;
      readonly tookMs: number;
    }
  | {
      readonly kind: "output";
      readonly host: string;
      readonly step: StepId;
      readonly stream: "stdout" | "stderr";
      readonly line: string;
    }
  | {
      readonly kind: "progress";
      readonly host: string;
      readonly step: StepId;
      readonly phase: string;
      readonly fraction?: number;
    }
  | { readonly kind: "step-proven"; readonly host: string; readonly step: StepId }
  | {
      readonly kind: "check-found";
      /** The check's id. */
      readonly check: string;
      readonly severity: "blocking" | "warning" | "note";
      /** `unknown`: the host gave no usable answer. */
      readonly verdict: "found" | "unknown";
      /** None where it concerns the whole cluster, or this machine. */
      readonly hosts: readonly string[];
      readonly evidence: string;
      readonly fix: string;
      /** The operator wanted to go on without it. */
      readonly skipped: boolean;
      /** The step that puts it right. */
      readonly fixedByUp?: string;
    }
  | {
      readonly kind: "proof-made";
      readonly proof: string;
      /** What was tried. */
      readonly about: string;
      readonly result: "ok" | "failed" | "skipped";
      readonly detail: string;
    }
  | { readonly kind: "note"; readonly level: "info" | "warning"; readonly host?: string; readonly message: string }
  | { readonly kind: "failed"; readonly failure: Failure }
  | {
      readonly kind: "run-finished";
      readonly run: string;
      /** `done`: it was asked for no change, and what it was asked for went well. */
      readonly outcome: "nothing-to-do" | "done" | "changed" | "pending" | "failed" | "cancelled";
      readonly changes: number;
      readonly tookMs: number;
    };

/** An event and when it was, in ms since the epoch. */
export type Stamped = Event & { readonly at: number };

/** Where events go. */
export type Emit = (event: Event) => void;
