import type { Probe } from "../core/probe.ts";
import { joinSh, sh } from "../core/shell.ts";
import { type KubeAccess, kubectl } from "../engines/rke/kubectl.ts";
import { dumpYaml } from "../templates/yaml.ts";
import { helm, upgradeArguments } from "./helm.ts";
import type { Release } from "./release.ts";
import { fingerprint, shownValues, wantedValues } from "./values.ts";

/** The label on helm's record that names what a release was made from. */
export const fingerprintLabel = "drover-made-from";

/**
 * The objects that a release would have, if it is installed and was made from something else; undefined if not, or if the
 * chart cannot be had. Helm renders against the cluster and changes nothing; secrets are hidden from it already. Costs one
 * kubectl where nothing differs.
 */
export function renderProbe(access: KubeAccess, release: Release): Probe<string | undefined> {
  const values = dumpYaml(shownValues(release, wantedValues(release)));
  const installed = `owner=helm,status=deployed,name=${release.name}`;
  return {
    sh: joinSh([
      sh`[ -s ${access.paths.kubeconfig} ] || exit 1`,
      sh`labels=$(${kubectl(access, sh`get secrets -n ${release.namespace} -l ${installed} --show-labels --no-headers`)}) || exit 1`,
      sh`case $labels in '' | *${`${fingerprintLabel}=${fingerprint(release)}`}*) exit 1 ;; esac`,
      sh`printf '%s' ${values} | ${helm(access)} ${upgradeArguments(release)} --dry-run=server --hide-secret`,
    ]),
    parse: ({ code, stdout }) => (code === 0 ? manifestOf(stdout) : undefined),
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
