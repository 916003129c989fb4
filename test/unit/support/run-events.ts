import type { Stamped } from "../../../src/core/events.ts";
import { at } from "./view-support.ts";

const docker = { step: "docker/installed", summary: "Docker is installed" } as const;
const failure = {
  code: "step/action-failed",
  message: "A package could not be fetched: 404 Not Found",
  host: "b",
  step: "docker/installed",
  remedy: "Check the host's way to the package mirror, then run this again.",
  details: ["Err:1 http://mirror/debian docker.io", "  404  Not Found"],
} as const;

/** A run on two hosts, of which b fails at Docker. */
export const failedRun: readonly Stamped[] = [
  at(0, { kind: "run-started", run: "r1", command: "up", cluster: "demo", hosts: ["a", "b"] }),
  at(0, { kind: "host-connecting", host: "a", address: "a.test" }),
  at(0, { kind: "host-connecting", host: "b", address: "b.test" }),
  at(1, { kind: "host-asked", host: "a", probes: 9, tookMs: 90 }),
  at(1, { kind: "host-asked", host: "b", probes: 9, tookMs: 90 }),
  at(2, { kind: "stage-started", stage: "docker", title: "Install Docker", hosts: ["a", "b"] }),
  at(2, { kind: "change-started", host: "a", ...docker }),
  at(2, { kind: "change-started", host: "b", ...docker }),
  at(3, { kind: "output", host: "a", step: docker.step, stream: "stdout", line: "Setting up docker.io" }),
  at(3, { kind: "output", host: "b", step: docker.step, stream: "stderr", line: "404  Not Found" }),
  at(4, { kind: "note", level: "warning", host: "a", message: "the mirror is slow" }),
  at(9, { kind: "change-finished", host: "a", ...docker, tookMs: 7000 }),
  at(9, { kind: "failed", failure }),
  at(10, { kind: "run-finished", run: "r1", outcome: "failed", changes: 0, tookMs: 10_000 }),
];

/** The same as the lines of a journal. */
export function journalText(events: readonly Stamped[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join("");
}
