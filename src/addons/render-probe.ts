import type { Probe } from "../core/probe.ts";
import { joinSh, sh } from "../core/shell.ts";
import type { KubeAccess } from "../kube/kubectl.ts";
import { recordsQuestion } from "../kube/remembered.ts";
import { dumpYaml } from "../templates/yaml.ts";
import { chartArguments, helm, prepareChart, upgradeArguments } from "./helm.ts";
import { deployedFrom } from "./installed.ts";
import type { Release } from "./release.ts";
import { fingerprint, shownValues, wantedValues } from "./values.ts";

/**
 * The objects that a release would have, if it is installed and was made from something else; undefined if not, or if the
 * chart cannot be had. Helm renders against the cluster and changes nothing; secrets are hidden from it already. Costs
 * nothing where nothing differs.
 */
export function renderProbe(access: KubeAccess, release: Release): Probe<string | undefined> {
  const values = dumpYaml(shownValues(release, wantedValues(release)));
  return {
    sh: joinSh([
      ...prepareChart(access, release),
      sh`printf '%s' ${values} | ${helm(access)} ${upgradeArguments(release, chartArguments(release.chart))} --dry-run=server --hide-secret`,
    ]),
    parse: ({ code, stdout }) => (code === 0 ? manifestOf(stdout) : undefined),
    onlyIf: {
      sh: recordsQuestion(access),
      isNeeded: (answer) => {
        const from = deployedFrom(answer, release.name, release.namespace);
        return from !== undefined && from !== fingerprint(release);
      },
    },
  };
}

/** Of what `helm upgrade --dry-run` prints, the part between `MANIFEST:` and `NOTES:`. */
export function manifestOf(output: string): string | undefined {
  const start = /^MANIFEST:$/m.exec(output);
  if (start === null) return undefined;
  const rest = output.slice(start.index + start[0].length);
  const end = /^NOTES:$/m.exec(rest);
  return end === null ? rest : rest.slice(0, end.index);
}
