import { lines } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import { type AnyStep, type Change, changesOrOk, defineStep } from "../../core/step.ts";
import type { EngineInput } from "../../engines/engine.ts";
import { kubectl } from "../../kube/kubectl.ts";
import { clusterStep } from "../addon.ts";

/** The namespaces are there. They are their owners': one that is made here has no mark of Drover's, and stays. */
export function namespacesStep(input: EngineInput, namespaces: readonly string[]): AnyStep {
  const needs = clusterStep(input);
  return defineStep({
    id: "registry-credentials/namespaces",
    title: "The namespaces that get logins are there",
    needs: [needs],
    probes: () => ({
      there: {
        sh: kubectl(input, sh`get namespace ${namespaces} --ignore-not-found -o name`),
        parse: ({ code, stdout }) => (code === 0 ? lines(stdout) : undefined),
      },
    }),
    decide: ({ there }) => {
      if (there === undefined) return { kind: "later", after: needs, because: "the cluster does not answer yet" };
      const missing = namespaces.filter((name) => !there.includes(`namespace/${name}`));
      return changesOrOk(
        missing.map((name): Change => {
          const run = kubectl(input, sh`create namespace ${name}`);
          return { summary: `make the namespace ${name}`, actions: [{ kind: "run", sh: run, timeoutMs: 60_000 }] };
        }),
      );
    },
  });
}
