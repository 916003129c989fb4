import type { Cluster, Host } from "../core/cluster.ts";
import type { Sh } from "../core/shell.ts";
import type { StepId } from "../core/step.ts";
import type { CheckFactName, CheckFacts } from "./check-facts.ts";

/** How much a finding matters: `blocking` stops `up`, a `warning` will hurt later, a `note` is good to know. */
export type Severity = "blocking" | "warning" | "note";

/** `area/what`, unique among all checks. */
export type CheckId = `${string}/${string}`;

/** What is wrong, in the host's own words, and the exact way to put it right. */
export interface Finding {
  /** What was seen, one sentence without a full stop. */
  readonly evidence: string;
  /** What to do, one or two sentences. */
  readonly fix: string;
  /** The same as commands for root on that host, where commands can do it. */
  readonly commands?: readonly Sh[];
  /** The step of `up` that puts it right, where only some of the check's findings are its. */
  readonly fixedByUp?: StepId;
}

/** What a check may know besides the hosts. */
export interface Situation {
  readonly cluster: Cluster;
  /** The cluster was made already: what of it runs on the hosts is no leftover of another one. */
  readonly built: boolean;
}

/** Facts that the host did tell. */
export type Known<N extends CheckFactName> = { readonly [K in N]: NonNullable<CheckFacts[K]> };

/** What every check says of itself. */
export interface Described {
  readonly id: CheckId;
  /** What is true of a host that is well, as a sentence without a full stop. */
  readonly title: string;
  readonly severity: Severity;
  /** Why it matters here, one or two sentences. */
  readonly why: string;
  /** The step of `up` that puts every finding right. */
  readonly fixedByUp?: StepId;
}

/** One question about one host, answered by its facts. */
export interface HostCheck<N extends CheckFactName> extends Described {
  readonly scope: "host";
  /** Where one of these is unknown, so is the answer. */
  readonly needs: readonly N[];
  appliesTo?(host: Host, situation: Situation): boolean;
  decide(facts: Known<N>, host: Host, situation: Situation): Finding | undefined;
}

/** A host and those of its facts that a check needs. */
export interface Seen<N extends CheckFactName> {
  readonly host: Host;
  readonly facts: Known<N>;
  /** Between which two moments it answered, in ms since the epoch by the clock of the control machine. */
  readonly asked: { readonly from: number; readonly to: number };
}

/** A finding about several hosts. */
export interface ClusterFinding extends Finding {
  readonly hosts: readonly string[];
}

/** One question about all hosts together. Hosts that did not tell a needed fact are left out. */
export interface ClusterCheck<N extends CheckFactName> extends Described {
  readonly scope: "cluster";
  readonly needs: readonly N[];
  decide(seen: readonly Seen<N>[], situation: Situation): readonly ClusterFinding[];
}

/** A check whose facts are its own business. */
export type AnyCheck = HostCheck<CheckFactName> | ClusterCheck<CheckFactName>;

/** Types a check of one host by the facts that it needs, then forgets them. */
export function hostCheck<const N extends CheckFactName>(check: Omit<HostCheck<N>, "scope">): AnyCheck {
  // Safe: whoever calls `decide` hands it the facts that `needs` names, all of them known.
  return { ...check, scope: "host" } as unknown as AnyCheck;
}

/** The same for a check of all hosts. */
export function clusterCheck<const N extends CheckFactName>(check: Omit<ClusterCheck<N>, "scope">): AnyCheck {
  return { ...check, scope: "cluster" } as unknown as AnyCheck;
}
