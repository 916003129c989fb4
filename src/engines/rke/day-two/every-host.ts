import { defineStep, ok, type Stage } from "../../../core/step.ts";

/**
 * Asks nothing of any host but to answer: each one is logged in to before anything is changed. For what rke would do to the
 * hosts that it reaches, and leave out the others with a warning.
 */
export const everyHost: Stage = {
  id: "hosts",
  title: "All hosts",
  on: "hosts",
  steps: [defineStep({ id: "host/reached", title: "Answer", probes: () => ({}), decide: () => ok })],
};
