import type { Probe } from "../core/probe.ts";
import { sh } from "../core/shell.ts";
import { type OsRelease, osRelease } from "../steps/os/os-release.ts";
import { askParts, readParts } from "./parts.ts";

/** The operating system and its kernel. */
export interface OsFact extends OsRelease {
  /** As dpkg calls it: `amd64`, `arm64`. */
  readonly architecture: string;
  /** `6.8.0-45-generic` */
  readonly kernel: string;
  /** The name of process 1. */
  readonly init: string;
}

/** Asks os-release(5), dpkg and the kernel. */
export const osFact: Probe<OsFact | undefined> = {
  sh: askParts({
    release: osRelease.sh,
    architecture: sh`dpkg --print-architecture`,
    kernel: sh`uname -r`,
    init: sh`cat /proc/1/comm`,
  }),
  parse: (answer) => {
    const parts = readParts(answer, ["release", "architecture", "kernel", "init"]);
    const release = osRelease.parse({ code: 0, stdout: parts?.release ?? "", stderr: "" });
    if (parts === undefined || release === undefined) return undefined;
    return {
      ...release,
      architecture: parts.architecture.trim(),
      kernel: parts.kernel.trim(),
      init: parts.init.trim(),
    };
  },
};
