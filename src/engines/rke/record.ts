import { hash } from "node:crypto";
import { type Sh, sh } from "../../core/shell.ts";
import { textAt } from "../../kube/kube-object.ts";
import { kubectl } from "../../kube/kubectl.ts";
import { noteMetadata, type Remembered } from "../../kube/remembered.ts";
import type { RkeSetup } from "./setup.ts";

const recordNamespace = "kube-system";

/** What the cluster itself remembers of the last `rke up` that succeeded. There is no state file of ours. */
export interface AppliedRecord {
  /** SHA-256 of the cluster.yml that was applied, in hex. */
  readonly clusterYmlSha256: string;
}

/** SHA-256 in hex. */
export function sha256(text: string): string {
  return hash("sha256", text);
}

/** What is remembered of it; undefined if nothing is. */
export function recordIn(remembered: Remembered): AppliedRecord | undefined {
  const found = remembered.get(recordNamespace);
  return found && { clusterYmlSha256: textAt(found, "data", "clusterYmlSha256") };
}

/** Writes it, as the ConfigMap `drover`. The API server may just be changing over to a new certificate: several tries. */
export function recordScript(setup: RkeSetup): Sh {
  const configMap = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { ...noteMetadata, namespace: recordNamespace },
    data: { clusterYmlSha256: sha256(setup.clusterYml), kubernetesVersion: setup.version },
  };
  return sh`for try in 1 2 3 4 5 6; do
  printf '%s' ${JSON.stringify(configMap)} | ${kubectl(setup, sh`apply -f -`)} && break
  [ "$try" -lt 6 ] || exit 1
  sleep 2
done`;
}
