import type { DroverError } from "./errors.ts";
import type { Failure } from "./events.ts";

/** An error as it goes into events and the journal: flat, and without its cause. */
export function failureOf(error: DroverError): Failure {
  return {
    code: error.code,
    message: error.message,
    ...(error.host === undefined ? {} : { host: error.host }),
    ...(error.step === undefined ? {} : { step: error.step }),
    remedy: error.remedy,
    details: error.details,
  };
}
