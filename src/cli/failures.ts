import { asDroverError, SeveralFailed } from "../core/errors.ts";
import type { Failure } from "../core/events.ts";
import { failureOf } from "../core/failure.ts";

/** Whatever was thrown, as a flat list of failures with codes. */
export function failuresOf(thrown: unknown): readonly Failure[] {
  const errors = thrown instanceof SeveralFailed ? thrown.failures : [asDroverError(thrown)];
  return errors.map(failureOf);
}
