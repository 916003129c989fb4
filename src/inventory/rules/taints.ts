import type { Mistake } from "../mistake.ts";
import type { Rule } from "./rule.ts";

/** Kubernetes takes no node with two taints of one key and effect (its validation of nodes: "unique by key and effect"). */
export const taintsDiffer: Rule = (draft) =>
  (draft.hosts ?? []).flatMap((host, index) => {
    const seen = new Map<string, string>();
    return (host?.taints ?? []).flatMap((taint): Mistake[] => {
      if (taint === undefined) return [];
      const kind = taint.replace(/=[^:]*/, "");
      const earlier = seen.get(kind);
      seen.set(kind, taint);
      if (earlier === undefined) return [];
      const message = `has ${earlier} and ${taint}, its groups' included; Kubernetes takes one taint of a key and effect`;
      return [{ path: ["hosts", index, "taints"], message }];
    });
  });
