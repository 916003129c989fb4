import type { Emit, Event } from "../../src/core/events.ts";
import type { Pipeline } from "../../src/core/pipeline.ts";
import type { Action, AnyStep, Change, Stage } from "../../src/core/step.ts";

/** What was done on one host, or on this machine, for one step. */
export interface Deed {
  readonly stage: string;
  readonly step: string;
  readonly host: string;
  readonly actions: readonly Action[];
}

/** A pipeline that decides as the given one does, and a listener to its run that collects every action that was performed. */
export interface Recording {
  readonly pipeline: Pipeline;
  readonly emit: Emit;
  readonly deeds: readonly Deed[];
}

/** Records the actions of a run: an event names each change that is made, the step's last decision holds its actions. */
export function record(pipeline: Pipeline): Recording {
  const decided = new Map<string, readonly Change[]>();
  const stageOf = new Map(pipeline.stages.flatMap((stage) => stage.steps.map((step) => [step.id, stage.id] as const)));
  const deeds: Deed[] = [];
  const listening = (step: AnyStep): AnyStep => ({
    ...step,
    decide: (observed, host) => {
      const decision = step.decide(observed, host);
      if (decision.kind === "change") decided.set(`${host.name} ${step.id}`, decision.changes);
      return decision;
    },
  });
  const emit = (event: Event): void => {
    if (event.kind !== "change-started") return;
    const changes = decided.get(`${event.host} ${event.step}`) ?? [];
    const change = changes.find(({ summary }) => summary === event.summary);
    if (change === undefined) throw new Error(`${event.step} on ${event.host} does what it did not decide`);
    deeds.push({ stage: stageOf.get(event.step) ?? "", step: event.step, host: event.host, actions: change.actions });
  };
  const stages = pipeline.stages.map((stage): Stage => ({ ...stage, steps: stage.steps.map(listening) }));
  return { pipeline: { ...pipeline, stages }, emit, deeds };
}
