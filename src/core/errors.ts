/**
 * Every way in which Drover can fail on purpose. The list is closed: each code has a heading in docs/errors.md,
 * and a test checks that. Anything else that is thrown is a bug of ours and is shown as `internal/bug`.
 */
export const errorCodes = [
  "addon/certificate-unusable",
  "addon/chart-not-found",
  "addon/gate-closed",
  "addon/ingress-missing",
  "addon/range-unusable",
  "addon/release-foreign",
  "addon/release-stuck",
  "addon/storage-missing",
  "addon/unfit",
  "check/blocking",
  "cli/cancelled",
  "cli/no-terminal",
  "cli/usage",
  "cluster/absent",
  "cluster/image-not-pullable",
  "cluster/kubernetes-version-unknown",
  "cluster/last-of-role",
  "cluster/not-ready",
  "cluster/rke-failed",
  "cluster/state-corrupt",
  "cluster/state-foreign",
  "cluster/state-missing",
  "cluster/state-old",
  "cluster/tool-changed",
  "cluster/tool-missing",
  "cluster/tool-unavailable",
  "etcd/no-quorum",
  "etcd/snapshot-exists",
  "etcd/snapshot-missing",
  "etcd/snapshot-unfit",
  "gpu/driver-missing",
  "gpu/driver-unfit",
  "gpu/no-common-driver",
  "gpu/none-found",
  "gpu/proof-failed",
  "gpu/secure-boot",
  "gpu/unknown-model",
  "host/disk-full",
  "host/locked",
  "host/reboot-failed",
  "host/unsupported-os",
  "internal/bug",
  "inventory/changed",
  "inventory/invalid",
  "inventory/not-editable",
  "inventory/not-found",
  "inventory/not-yaml",
  "inventory/secret-unresolved",
  "inventory/unreadable",
  "inventory/unwritable",
  "journal/not-found",
  "journal/unwritable",
  "kubeconfig/missing",
  "kubeconfig/unreadable",
  "kubeconfig/unwritable",
  "lab/failed",
  "lab/not-running",
  "lab/taken",
  "lab/unsupported",
  "names/file-unusable",
  "node/drain-failed",
  "node/same-machine",
  "parts/build-failed",
  "plan/blocked",
  "plan/stale",
  "plan/unusable",
  "probe/incomplete",
  "report/unwritable",
  "ssh/auth-failed",
  "ssh/connection-lost",
  "ssh/host-key-changed",
  "ssh/host-key-unknown",
  "ssh/key-unreadable",
  "ssh/timeout",
  "ssh/unreachable",
  "step/action-failed",
  "step/action-timeout",
  "step/held-back",
  "step/not-converged",
  "sudo/denied",
  "template/mismatch",
  "upgrade/no-way",
] as const;

/** One stable name of a failure, `area/what`. */
export type ErrorCode = (typeof errorCodes)[number];

/** What surrounds a failure: where it was and what to do about it. */
export interface ErrorContext {
  /** The name of the host, as the inventory spells it. */
  readonly host?: string;
  /** The id of the step, `area/what`. */
  readonly step?: string;
  /** What the operator should do next, as one or two sentences. */
  readonly remedy: string;
  /** Evidence, line by line: a command's last lines, a list of mistakes. Never a secret. */
  readonly details?: readonly string[];
  readonly cause?: unknown;
}

/** The one error class of Drover: a stable code, a message, a place, and always a remedy. */
export class DroverError extends Error {
  readonly code: ErrorCode;
  readonly host: string | undefined;
  readonly step: string | undefined;
  readonly remedy: string;
  readonly details: readonly string[];

  constructor(code: ErrorCode, message: string, context: ErrorContext) {
    super(message, context.cause === undefined ? undefined : { cause: context.cause });
    this.name = "DroverError";
    this.code = code;
    this.host = context.host;
    this.step = context.step;
    this.remedy = context.remedy;
    this.details = context.details ?? [];
  }

  /** The same error with the place filled in where it was still open. */
  at(place: { readonly host?: string; readonly step?: string }): DroverError {
    const host = this.host ?? place.host;
    const step = this.step ?? place.step;
    return new DroverError(this.code, this.message, {
      ...(host === undefined ? {} : { host }),
      ...(step === undefined ? {} : { step }),
      remedy: this.remedy,
      details: this.details,
      cause: this.cause,
    });
  }
}

/** Several hosts failed: all were waited for, all are kept, in the order of the inventory. */
export class SeveralFailed extends Error {
  readonly failures: readonly DroverError[];

  constructor(failures: readonly DroverError[]) {
    super(`${failures.length} failures`);
    this.name = "SeveralFailed";
    this.failures = failures;
  }
}

/** Any thrown value as a DroverError: one of ours as it is, everything else as our bug. */
export function asDroverError(thrown: unknown): DroverError {
  if (thrown instanceof DroverError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const stack = thrown instanceof Error && thrown.stack !== undefined ? thrown.stack.split("\n").slice(1, 8) : [];
  return new DroverError("internal/bug", message, {
    remedy: "This is a defect of Drover. Please report it with the journal of this run.",
    details: stack,
    cause: thrown,
  });
}
