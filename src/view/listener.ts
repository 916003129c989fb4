import type { Stamped } from "../core/events.ts";

/** Someone who is told everything that a run says. */
export interface Listener {
  /** Never throws; the journal alone does, because nothing may be done that could not be written down. */
  on(event: Stamped): void;
  /**
   * Flush, stop timers, leave the terminal as it was. For views it also makes way for a question: an event afterwards
   * begins again. A journal stays closed.
   */
  end(): Promise<void>;
}

/**
 * One listener for many. Each hears every event, also when another one throws; the first error is thrown afterwards,
 * so that a full disk under the journal is still shown by the view.
 */
export function tee(listeners: readonly Listener[]): Listener {
  return {
    on(event) {
      const errors: unknown[] = [];
      for (const listener of listeners) {
        try {
          listener.on(event);
        } catch (error) {
          errors.push(error);
        }
      }
      if (errors.length > 0) throw errors[0];
    },
    async end() {
      const results = await Promise.allSettled(listeners.map((listener) => listener.end()));
      const failed = results.find((result) => result.status === "rejected");
      if (failed !== undefined) throw failed.reason;
    },
  };
}

/** A view's promise never to throw: an error in drawing must not end the work that is drawn. */
export function harmless(handle: (event: Stamped) => void): (event: Stamped) => void {
  return (event) => {
    try {
      handle(event);
    } catch {
      // The journal has the event; a line that could not be drawn is not worth a broken run.
    }
  };
}
