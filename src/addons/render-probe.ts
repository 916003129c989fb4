import type { Probe } from "../core/probe.ts";
import { joinSh, sh } from "../core/shell.ts";
import type { KubeAccess } from "../kube/kubectl.ts";
import { recordsQuestion } from "../kube/remembered.ts";
import { dumpYaml } from "../templates/yaml.ts";
import { chartArguments, helm, prepareChart, upgradeArguments } from "./helm.ts";
import { deployedFrom } from "./installed.ts";
import { type LackingKind, lackingKindsIn } from "./lacking-kinds.ts";
import type { Release } from "./release.ts";
import { sameValues } from "./same-values.ts";
import { fingerprint, shownValues, wantedValues } from "./values.ts";

/** What helm makes of a release, without changing anything. */
export type Rendered =
  | { readonly kind: "objects"; readonly manifest: string }
  /** The schema of its chart refuses the values. Helm's words, one for each that is wrong. */
  | { readonly kind: "refused"; readonly complaints: readonly string[] }
  /** This Kubernetes does not have some of its kinds, and will not. */
  | { readonly kind: "lacking"; readonly kinds: readonly LackingKind[] };

/**
 * What a release would be, if it is installed and was made from something else; undefined if not, or if the chart cannot be
 * had. Helm renders against the cluster and changes nothing; secrets are hidden from it already, so that what it refuses
 * counts only where none is: a schema may judge what stands in a secret's place. Its Secrets are with it, as with helm's own
 * records: `shownManifest` hides their values, where helm's `--hide-secret` would leave out each of them, name and all
 * (helm.sh/helm/v3 pkg/action/action.go). Costs nothing where nothing differs.
 */
export function renderProbe(access: KubeAccess, release: Release): Probe<Rendered | undefined> {
  const wanted = wantedValues(release);
  const shown = shownValues(release, wanted);
  const values = dumpYaml(shown);
  const isWhole = sameValues(shown, wanted);
  return {
    sh: joinSh([
      ...prepareChart(access, release),
      sh`printf '%s' ${values} | ${helm(access)} ${upgradeArguments(release, chartArguments(release.chart))} --dry-run=server`,
    ]),
    parse: ({ code, stdout, stderr }) => {
      const complaints = code === 1 && isWhole ? complaintsIn(stderr) : [];
      if (complaints.length > 0) return { kind: "refused", complaints };
      const kinds = code === 1 ? lackingKindsIn(stderr) : [];
      if (kinds.length > 0) return { kind: "lacking", kinds };
      const manifest = code === 0 ? manifestOf(stdout) : undefined;
      return manifest === undefined ? undefined : { kind: "objects", manifest };
    },
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

/**
 * What helm says of values that the schema of a chart, or of one within it, refuses: below a line that says so, `- ` and a
 * sentence for each. One that only says that those indented below it failed ("'allOf' failed") is left out for them. Whatever
 * else helm ends with may be otherwise once the steps before are done.
 */
export function complaintsIn(output: string): readonly string[] {
  const [, said = ""] = /values don't meet the specifications of the schema[^\n]*\n([\s\S]*)/.exec(output) ?? [];
  const lines = said.split("\n").flatMap((line) => {
    const [, indent = "", words = ""] = /^( *)- (.*)$/.exec(line) ?? [];
    return words === "" ? [] : [{ depth: indent.length, words }];
  });
  return lines.flatMap(({ depth, words }, index) => ((lines[index + 1]?.depth ?? 0) > depth ? [] : [words]));
}
