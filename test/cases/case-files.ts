import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Host } from "../../src/core/cluster.ts";
import type { Result } from "../../src/core/probe.ts";
import type { AnyStep, Decision } from "../../src/core/step.ts";
import { caseHost, stepsById } from "./steps.ts";

/** An answer as a case writes it: a result, or a file (or none) for the probes that ask for one. */
type WrittenAnswer =
  | { readonly code?: number; readonly stdout?: string; readonly stderr?: string }
  | { readonly file: string; readonly mode?: string; readonly owner?: string; readonly path?: string }
  | { readonly absent: true };

interface CaseFile {
  readonly about?: string;
  readonly settings?: unknown;
  readonly host?: Partial<Host>;
  readonly answers?: Readonly<Record<string, WrittenAnswer>>;
  /** Answers after the changes that differ from those of a healthy host. */
  readonly afterwards?: Readonly<Record<string, WrittenAnswer>>;
  readonly decision: {
    readonly kind: Decision["kind"];
    readonly summaries?: readonly string[];
    readonly because?: string;
    readonly remedy?: string;
    readonly code?: string;
    readonly after?: string;
    readonly disrupts?: string;
  };
  /** `run <part of the shell text>` or `write <path>`, in order; only those named are looked at. */
  readonly actions?: readonly string[];
  readonly content?: string;
}

/** A case, laid over the healthy answers of its folder (`healthy.json`). */
export interface Case extends CaseFile {
  readonly name: string;
  readonly step: AnyStep;
  readonly host: Host;
  readonly results: Readonly<Record<string, Result>>;
  /** What a host answers after the changes, files apart. */
  readonly healed: Readonly<Record<string, Result>>;
}

/** What the host prints for a question about a file that holds this text. */
export function fileResult(text: string, path: string, mode = "644", owner = "0:0"): Result {
  return { code: 0, stdout: `${Buffer.byteLength(text)} ${mode} ${owner}\n${path}\n${text}`, stderr: "" };
}

function pathAskedFor(step: AnyStep, host: Host, probe: string): string {
  return /^f=(\S+)\n/.exec(step.probes(host)[probe]?.sh.text ?? "")?.[1] ?? "/no/path";
}

function results(step: AnyStep, host: Host, written: Readonly<Record<string, WrittenAnswer>>): Record<string, Result> {
  const entries = Object.entries(written).map(([probe, answer]): [string, Result] => {
    if ("absent" in answer) return [probe, { code: 44, stdout: "", stderr: "" }];
    if (!("file" in answer)) return [probe, { code: 0, stdout: "", stderr: "", ...answer }];
    const path = answer.path ?? pathAskedFor(step, host, probe);
    return [probe, fileResult(answer.file, path, answer.mode, answer.owner)];
  });
  return Object.fromEntries(entries);
}

function read(path: string): CaseFile {
  return JSON.parse(readFileSync(path, "utf8")) as CaseFile;
}

function loadFolder(id: string): readonly Case[] {
  const folder = join(import.meta.dirname, id);
  const base = read(join(folder, "healthy.json"));
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return files.map((file) => {
    const one = read(join(folder, file));
    const host: Host = { ...caseHost, ...one.host };
    const step = stepsById[id]?.(one.settings ?? base.settings);
    if (step === undefined) throw new Error(`no step ${id} for the cases in ${folder}`);
    const healthy = results(step, host, base.answers ?? {});
    const healed = { ...healthy, ...results(step, host, one.afterwards ?? {}) };
    const own = results(step, host, one.answers ?? {});
    return {
      ...one,
      name: `${id}: ${file.replace(".json", "")}`,
      step,
      host,
      healed,
      results: { ...healthy, ...own },
    };
  });
}

/** All cases of all steps. */
export const cases: readonly Case[] = Object.keys(stepsById).flatMap(loadFolder);

/** What a step decides when the host answers so. */
export function decideOn(step: AnyStep, host: Host, answers: Readonly<Record<string, Result>>): Decision {
  const observed = Object.entries(step.probes(host)).map(([name, probe]): [string, unknown] => {
    const answer = answers[name];
    if (answer === undefined) throw new Error(`the case has no answer for the probe ${name} of ${step.id}`);
    return [name, probe.parse(answer)];
  });
  return step.decide(Object.fromEntries(observed), host);
}
