import { catalogue } from "../catalogue/all.ts";
import { messageIn } from "../catalogue/entry.ts";
import { DroverError } from "../core/errors.ts";
import type { Result } from "../core/probe.ts";
import type { KnownFailure } from "../core/step.ts";

const commonFailures: readonly KnownFailure[] = [
  {
    // The shell's word for a child that got SIGKILL, at the end of whatever was being printed.
    pattern: /Killed$|Cannot allocate memory|[Oo]ut of memory/m,
    code: "step/action-failed",
    message: "a program was killed or got no memory: the host has too little",
    remedy:
      "Look at `free -m` and `journalctl -k | grep -i oom` there, stop what takes the memory, then run the command again.",
  },
  {
    // Programs of Go write it small.
    pattern: /[Nn]o space left on device/,
    code: "host/disk-full",
    message: "the disk is full",
    remedy: "Free some space there (df -h; du -xsh /var/*), then run the command again.",
  },
  {
    pattern: /Read-only file system/,
    code: "step/action-failed",
    message: "the file system is read-only",
    remedy: "Look at dmesg: the kernel may have found a broken disk. Mount it read-write, then run the command again.",
  },
];

function firstKnown(output: string, failures: readonly KnownFailure[]): KnownFailure | undefined {
  for (const failure of failures) {
    const message = messageIn(output, failure);
    if (message !== undefined) return { ...failure, message };
  }
  return undefined;
}

/** The error of a command that failed: by what the step knows of its command; else by what is known of the programs, in the last lines alone. */
export function explain(result: Result, failures: readonly KnownFailure[], tail: readonly string[]): DroverError {
  const output = `${result.stderr}\n${result.stdout}`;
  const details = tail.filter((line) => line.trim() !== "");
  const known = firstKnown(output, [...failures, ...commonFailures]) ?? firstKnown(tail.join("\n"), catalogue);
  if (known !== undefined) return new DroverError(known.code, known.message, { remedy: known.remedy, details });
  return new DroverError("step/action-failed", `a command ended with exit code ${result.code}`, {
    remedy: "The last lines of its output say why. Put that right, then run the command again: it goes on from here.",
    details,
  });
}
