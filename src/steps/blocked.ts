import { inOneLine } from "../core/printable.ts";
import type { Decision } from "../core/step.ts";

/** The host's answer cannot be understood, so nothing is decided on it: guessing would change what nobody looked at. */
export function noSenseAbout(what: string): Decision {
  return {
    kind: "blocked",
    because: `the host gave no usable answer about ${what}`,
    remedy: "Log in to the host and look whether it is healthy (disk, memory, systemd), then run this again.",
  };
}

/** A file that Drover would have to edit, but cannot read whole. */
export function cannotEdit(path: string, why: string): Decision {
  return {
    kind: "blocked",
    because: `${path} cannot be edited: ${inOneLine(why)}`,
    remedy: `Make ${path} an ordinary text file in UTF-8 that root can read, then run this again.`,
  };
}
