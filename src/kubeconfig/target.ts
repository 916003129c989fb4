import { join } from "node:path";

/** What decides which file is meant. */
export interface TargetWorld {
  /** $KUBECONFIG. */
  readonly variable: string | undefined;
  readonly home: string;
  readonly isThere: (path: string) => boolean;
  /** Whether a file has a context of the name that is to be written. */
  readonly hasContext: (path: string) => boolean;
}

/**
 * The file that a context belongs in, by kubectl's own rules: of the files in $KUBECONFIG the one that has it, else the first
 * that is there, else the last; without the variable ~/.kube/config (`kubectl config --help`).
 */
export function targetFile({ variable = "", home, isThere, hasContext }: TargetWorld): string {
  const files = variable.split(":").filter((path) => path !== "");
  const there = files.filter(isThere);
  return there.find(hasContext) ?? there[0] ?? files.at(-1) ?? join(home, ".kube", "config");
}
