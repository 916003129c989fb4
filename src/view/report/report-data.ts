import type { CheckLine } from "../check-report.ts";
import type { FactSheet } from "../facts.ts";
import type { MeshCell } from "../mesh-matrix.ts";
import type { ProofLine } from "../proofs.ts";
import type { RunRecord } from "../run-record.ts";
import type { ClusterStatus } from "../status.ts";

/** One host of the inventory. */
export interface ReportHost {
  readonly name: string;
  readonly address: string;
  readonly roles: readonly string[];
  /** What it told of itself, or why it told nothing; empty if it was not asked. */
  readonly facts: FactSheet["rows"];
  /** In the order of the bus; models that are the same are counted together. */
  readonly gpus: readonly { readonly model: string; readonly count: number }[];
}

/** A certificate of the cluster, without its key. */
export interface ReportCertificate {
  readonly name: string;
  readonly subject: string;
  /** In ms since the epoch. */
  readonly notAfter: number;
}

/** Proofs, and when they were made, in ms since the epoch. */
export interface ReportProofs {
  readonly at: number;
  readonly lines: readonly ProofLine[];
}

/** All that a report shows. Nothing in it is secret: it is made to be sent to others. */
export interface ReportData {
  readonly cluster: string;
  /** In ms since the epoch. */
  readonly at: number;
  /** Of Drover. */
  readonly version: string;
  /** The Kubernetes version that the inventory wants. */
  readonly kubernetes: string;
  readonly hosts: readonly ReportHost[];
  /** Undefined where nobody was asked: the report tells of journals only. */
  readonly live:
    | { readonly status: ClusterStatus; readonly checks: readonly CheckLine[]; readonly mesh: readonly MeshCell[] }
    | undefined;
  readonly proofs: ReportProofs | undefined;
  readonly certificates: readonly ReportCertificate[];
  /** Newest first. */
  readonly runs: readonly RunRecord[];
}
