/** As kubectl names the pods that nobody would make again, and the one that a PodDisruptionBudget holds. */
export const drainWords = {
  bare: /cannot delete Pods that declare no controller[^:\n]*: ([^\n]{1,300}?)(?:, continuing command\.\.\.)?$/m,
  held: /error when evicting pods?\/"([^"]+)"[^\n]*disruption budget/,
} as const;
