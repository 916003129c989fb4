import type { Host } from "./cluster.ts";
import type { ErrorCode } from "./errors.ts";
import type { Observed, Probes } from "./probe.ts";
import type { Sh } from "./shell.ts";

/** `area/what`, unique in a pipeline. */
export type StepId = `${string}/${string}`;

/** Where a long command stands, read from a line of its output. */
export interface Progress {
  /** What it is doing, in the customer's words. */
  readonly phase: string;
  /** 0 to 1, where it can be known. */
  readonly fraction?: number;
}

/** One effect, as data. Only run/perform.ts turns it into deeds. */
export type Action = RunAction | WriteAction | RebootAction | DownloadAction;

/** A command. A non-zero exit is the error `step/action-failed`, or the code of the first of `failures` that matches. */
export interface RunAction {
  readonly kind: "run";
  readonly sh: Sh;
  readonly stdin?: string;
  readonly timeoutMs: number;
  /** Runs as a transient unit of systemd: it goes on when the line is cut, and is found again. */
  readonly survivesDisconnect?: boolean;
  /** Reads the progress from a line of output. Pure. */
  readonly progress?: (line: string) => Progress | undefined;
  /** Known ways to fail, tried in order against stdout and stderr together. */
  readonly failures?: readonly KnownFailure[];
}

/** A failure that is recognised by its output and then explained. */
export interface KnownFailure {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  /** `$1` and so on are the pattern's groups. */
  readonly message: string;
  readonly remedy: string;
}

/** A file, replaced as a whole and atomically. */
export interface WriteAction {
  readonly kind: "write";
  readonly path: string;
  readonly content: string;
  /** As in 0o644. */
  readonly mode: number;
  /** `user` or `user:group`; the empty string leaves it to whoever acts. */
  readonly owner: string;
  /** The content holds a secret: it is neither shown nor logged. */
  readonly sensitive?: boolean;
}

/**
 * A program from its publisher, onto the control machine: at `to` only once it is verified against the published sha256, and
 * executable.
 */
export interface DownloadAction {
  readonly kind: "download";
  readonly url: string;
  /** Where its publisher lists the sha256 of `url`. */
  readonly checksums: string;
  /** Where the program lies in the .tar.gz that `url` is; undefined: `url` is the program. */
  readonly member: string | undefined;
  readonly to: string;
  /** The sha256 that the program had when it was first used here, in hex; another one is refused. */
  readonly sha256: string | undefined;
}

/** What is done on the control machine around something that takes a host away for a while. */
export interface Around {
  /** Must succeed, or the host stays as it is. Waiting included, it may take `timeoutMs`. */
  readonly before: Sh;
  /** Done once the host is back. */
  readonly after: Sh;
  readonly timeoutMs: number;
  readonly failures: readonly KnownFailure[];
}

/** A reboot that is waited for until the host answers with a new boot id. */
export interface RebootAction {
  readonly kind: "reboot";
  readonly because: string;
  readonly around?: Around;
}

/** One thing to put right, with everything a person needs to judge it. */
export interface Change {
  /** What will be true afterwards, as a sentence without a full stop. */
  readonly summary: string;
  /** Text before and after, for a diff. It is shown: where a file holds a secret, the step masks it here. */
  readonly before?: string;
  readonly after?: string;
  readonly actions: readonly [Action, ...Action[]];
  readonly disrupts?: "service" | "node" | "cluster";
  /** Changes nothing: it only waits for what comes by itself, so that nobody is asked before it. */
  readonly onlyWaits?: true;
  /** Made on one host at a time, and on no further one once it failed: what it takes away for a while carries a cluster. */
  readonly oneByOne?: boolean;
}

/** What a step makes of the answers. */
export type Decision =
  | { readonly kind: "ok" }
  | { readonly kind: "change"; readonly changes: readonly [Change, ...Change[]] }
  /** Cannot be known before another step is done. */
  | { readonly kind: "later"; readonly after: StepId; readonly because: string }
  /** A person must act. */
  | {
      readonly kind: "blocked";
      readonly because: string;
      readonly remedy: string;
      readonly code?: ErrorCode;
    };

/** One thing that must be true of a host: questions, and the pure decision on the answers. */
export interface Step<P extends Probes> {
  readonly id: StepId;
  /** A sentence that a customer would say. */
  readonly title: string;
  appliesTo?(host: Host): boolean;
  /** Steps of the same stage that must be done first, where the stage works on several steps at once. */
  readonly needs?: readonly StepId[];
  probes(host: Host): P;
  decide(observed: Observed<P>, host: Host): Decision;
}

/** A step whose probes are its own business. */
export type AnyStep = Step<Probes>;

/**
 * Types a step by its own probes, then forgets them. Probes that take no host are made once: a thousand hosts then share the
 * texts of their questions.
 */
export function defineStep<const P extends Probes>(step: Step<P>): AnyStep {
  // Safe: the only caller of `decide` hands it the answers to the very probes that `probes` returned.
  const forgotten = step as unknown as AnyStep;
  if (forgotten.probes.length > 0) return forgotten;
  let made: Probes | undefined;
  return {
    ...forgotten,
    probes: (host) => {
      made ??= forgotten.probes(host);
      return made;
    },
  };
}

/** A barrier: all hosts finish it before any starts the next. */
export interface Stage {
  readonly id: string;
  readonly title: string;
  readonly on: "hosts" | "control";
  readonly steps: readonly AnyStep[];
  /** How many hosts at once; all, if not given. */
  readonly atOnce?: number;
  /** Steps of a host that do not need each other are worked on at the same time. Each is listed after those it needs. */
  readonly together?: boolean;
  /** What its steps ask of a host is the host's own: what earlier stages did on others makes no answer old. */
  readonly alone?: boolean;
}

/** Nothing to do. */
export const ok: Decision = { kind: "ok" };

/** The decision on a list of changes, which may be empty. */
export function changesOrOk(changes: readonly Change[]): Decision {
  const [first, ...rest] = changes;
  return first === undefined ? ok : { kind: "change", changes: [first, ...rest] };
}
