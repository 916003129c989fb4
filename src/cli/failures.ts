import { asDroverError, type DroverError, SeveralFailed } from "../core/errors.ts";
import type { Failure } from "../core/events.ts";

/** Whatever was thrown, as a flat list of failures with codes. */
export function failuresOf(thrown: unknown): readonly Failure[] {
  const errors = thrown instanceof SeveralFailed ? thrown.failures : [asDroverError(thrown)];
  return errors.map(failureOf);
}

function failureOf(error: DroverError): Failure {
  return {
    code: error.code,
    message: error.message,
    ...(error.host === undefined ? {} : { host: error.host }),
    ...(error.step === undefined ? {} : { step: error.step }),
    remedy: error.remedy,
    details: error.details,
  };
}
