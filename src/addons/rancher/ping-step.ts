import type { RancherSettings } from "../../core/addons.ts";
import { type Sh, sh } from "../../core/shell.ts";
import type { AnyStep, StepId } from "../../core/step.ts";
import type { EngineInput } from "../../engines/engine.ts";
import { kubectl } from "../../kube/kubectl.ts";
import { urlHost } from "../../kube/url-host.ts";
import { gateStep } from "../gate.ts";
import type { Release } from "../release.ts";

/** Rancher answers under its own name, through the ingress of a worker, with a certificate that its users can trust. */
export function pingStep(
  input: EngineInput,
  settings: RancherSettings,
  release: Release,
  needs: readonly StepId[],
): AnyStep {
  const { hostname } = settings;
  return gateStep(input, {
    id: "rancher/ping",
    title: `https://${hostname}/ping answers with the right certificate`,
    release,
    needs: [release.id, ...needs],
    check: check(input, settings, release.namespace),
    seconds: 300,
    trouble: sh`${kubectl(input, sh`get ingress,certificate -n ${release.namespace}`)} 2>&1 | cut -c 1-200`,
    remedy: `Look at \`kubectl -n ${release.namespace} describe ingress rancher\` and at the ingress controller; this needs curl on this machine. Then run \`drover up\` again.`,
  });
}

/**
 * The name need not resolve yet: the worker, by its address or its own name, is given along. An authority of one's own is taken from the cluster, as
 * browsers get it too; without one, the machine's own list of authorities decides.
 */
function check(input: EngineInput, { hostname, tls }: RancherSettings, namespace: string): Sh {
  const workers = input.cluster.hosts
    .filter(({ roles }) => roles.includes("worker"))
    .map(({ address }) => urlHost(address));
  return sh`authority=$(${authority(input, tls, namespace)})
for worker in ${workers}; do
  said=$(printf '%s\n' "$authority" | curl -sS --max-time 4 --noproxy '*' --connect-to ${`${hostname}:443:`}"$worker":443 ${trust(tls)}${`https://${hostname}/ping`} 2>&1)
  [ "$said" != pong ] || exit 0
done
echo "through $worker it says: $(printf '%s' "$said" | tr -cd '[:print:]' | cut -c 1-200)"
exit 1`;
}

function trust({ source, ...tls }: RancherSettings["tls"]): Sh {
  const own = source === "rancher" || ("ca" in tls && tls.ca !== undefined);
  // With a space at the end: without an authority of its own there is no word at all.
  return own ? sh`--cacert /dev/stdin ` : sh``;
}

function authority(input: EngineInput, { source }: RancherSettings["tls"], namespace: string): Sh {
  if (source === "letsEncrypt") return sh`:`;
  const [secret, key] = source === "rancher" ? ["tls-rancher-ingress", "ca.crt"] : ["tls-ca", "cacerts.pem"];
  const path = `{.data.${key.replace(".", "\\.")}}`;
  return sh`${kubectl(input, sh`get secret ${secret} -n ${namespace} --ignore-not-found -o jsonpath=${path}`)} | base64 -d`;
}
