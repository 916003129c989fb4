import { succeeds } from "../../../core/probe.ts";
import { sh } from "../../../core/shell.ts";
import { type AnyStep, defineStep, ok, type Stage } from "../../../core/step.ts";
import { idleStep } from "../rke-lock.ts";
import type { RkeSetup } from "../setup.ts";
import { toolsStep } from "../tools-step.ts";

/** What everything on day two begins with: rke is there and idle, and so is a cluster that it made from here. */
export function clusterThere(setup: RkeSetup): Stage {
  return {
    id: "tools",
    title: "The programs on this machine",
    on: "control",
    steps: [thereStep(setup), toolsStep(setup), idleStep(setup.paths)],
  };
}

function thereStep({ cluster, paths }: RkeSetup): AnyStep {
  return defineStep({
    id: "rke/there",
    title: "Have a cluster, and RKE's state of it",
    probes: () => ({ files: succeeds(sh`test -s ${paths.clusterYml} && test -s ${paths.state}`) }),
    decide: ({ files }) =>
      files
        ? ok
        : {
            kind: "blocked",
            code: "cluster/absent",
            because: `there is no cluster ${cluster.name} that was made from here: cluster.yml or RKE's state is missing in ${paths.dir}`,
            remedy: "`drover up` makes it. If another machine did, copy its .drover folder beside the inventory.",
          },
  });
}
