import { DroverError, type ErrorCode, SeveralFailed } from "../core/errors.ts";

/** What the program's exit code means. */
export const exitCodes = { done: 0, failed: 1, pending: 2, usage: 3, cancelled: 130 } as const;

/** The exit code for something that was thrown: inventory and usage mistakes are told apart from failures. */
export function exitCodeOf(thrown: unknown): number {
  if (thrown instanceof SeveralFailed) {
    const codes = thrown.failures.map((failure) => exitCodeOfCode(failure.code));
    return codes.every((code) => code === exitCodes.cancelled) ? exitCodes.cancelled : exitCodes.failed;
  }
  return thrown instanceof DroverError ? exitCodeOfCode(thrown.code) : exitCodes.failed;
}

/** Errors of whoever typed the command. */
const misused: readonly ErrorCode[] = ["cli/usage", "cli/no-terminal", "journal/not-found"];

function exitCodeOfCode(code: ErrorCode): number {
  if (code === "cli/cancelled") return exitCodes.cancelled;
  return code.startsWith("inventory/") || misused.includes(code) ? exitCodes.usage : exitCodes.failed;
}
