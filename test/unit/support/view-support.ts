import { control, type Host } from "../../../src/core/cluster.ts";
import type { Event, Stamped } from "../../../src/core/events.ts";
import type { Decided, HostPlan, Plan } from "../../../src/core/plan.ts";
import { sh } from "../../../src/core/shell.ts";
import { type Decision, defineStep, type Stage, type StepId } from "../../../src/core/step.ts";
import type { Clock } from "../../../src/view/clock.ts";

/** Noon of a day in UTC, where every sequence of events begins. */
export const noon = Date.UTC(2026, 10, 21, 12, 0, 0);

/** An event, so many seconds after noon. */
export function at(seconds: number, event: Event): Stamped {
  return { ...event, at: noon + seconds * 1000 };
}

/** `HH:MM:SS` in UTC, so that goldens do not depend on where the tests run. */
export function utcTime(ms: number): string {
  return new Date(ms).toISOString().slice(11, 19);
}

/** A clock that stands still until it is told to go on. */
export class FakeClock implements Clock {
  #now = noon;
  readonly #timers = new Set<{ ms: number; next: number; callback: () => void }>();

  now(): number {
    return this.#now;
  }

  stopwatch(): number {
    return this.#now;
  }

  every(ms: number, callback: () => void): () => void {
    const timer = { ms, next: this.#now + ms, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Whether anything still waits to be called. */
  get ticking(): boolean {
    return this.#timers.size > 0;
  }

  /** Goes to so many seconds after noon and calls what was due on the way. */
  to(seconds: number): void {
    const target = noon + seconds * 1000;
    for (;;) {
      const due = [...this.#timers].filter((timer) => timer.next <= target).sort((a, b) => a.next - b.next)[0];
      if (due === undefined) break;
      this.#now = Math.max(this.#now, due.next);
      due.next += due.ms;
      due.callback();
    }
    this.#now = Math.max(this.#now, target);
  }

  /** Lets time pass within what a timer does, which nobody else is served in. */
  pass(ms: number): void {
    this.#now += ms;
  }
}

/** A host for a plan. */
export function hostOf(name: string): Host {
  return { ...control, name, address: `${name}.test` };
}

/** What a step decided, without its probes. */
export function decided(id: StepId, title: string, decision: Decision): Decided {
  return { step: defineStep({ id, title, probes: () => ({}), decide: () => decision }), decision };
}

/** A stage without steps of its own: the plan's entries carry them. */
export function stageOf(id: string, title: string, on: Stage["on"] = "hosts"): Stage {
  return { id, title, on, steps: [] };
}

/** A plan of the cluster `demo`. */
export function planOf(...hostPlans: readonly HostPlan[]): Plan {
  return { cluster: "demo", hostPlans };
}

/** A change that runs one command. */
export const someAction = { kind: "run", sh: sh`true`, timeoutMs: 1000 } as const;

/** Any escape sequence or control character that a terminal would obey. */
export const escapes = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;
