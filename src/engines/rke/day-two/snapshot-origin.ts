import type { Probe } from "../../../core/probe.ts";
import { sh } from "../../../core/shell.ts";
import { snapshotFolder } from "./snapshot-files.ts";

/** Of what a snapshot was taken, as its copy of RKE's state says; what it does not say is undefined. */
export interface SnapshotOrigin {
  /** The Kubernetes version, as RKE writes it. */
  readonly version: string | undefined;
  /** The certificate of the cluster's authority, as PEM. */
  readonly authority: string | undefined;
}

/**
 * RKE's own tools unpack the state, in a container without network that is gone afterwards: it holds every key of the cluster,
 * so only the version and a certificate come out, each on a line of its own (RKE indents the state: rke v1.8.1, cluster/state.go).
 */
export function snapshotOrigin(image: string, name: string): Probe<SnapshotOrigin> {
  const inside = sh`/opt/rke-tools/rke-etcd-backup etcd-backup extractstatefile --name ${name} >/dev/null 2>&1
grep -o '"kubernetesVersion": *"[^"]*"' /tmp/cluster.rkestate | head -n 1
sed -n '/^ *"kube-ca": {/,/}/p' /tmp/cluster.rkestate | grep -o '^ *"certificatePEM": *"[^"]*"' | head -n 1`;
  return {
    sh: sh`docker run --rm --network none --entrypoint sh -v ${`${snapshotFolder}:/backup:ro`} ${image} -c ${inside.text}`,
    parse: ({ stdout }) => ({
      version: /"kubernetesVersion": *"(v\d+\.\d+\.\d+[\w.-]*)"/.exec(stdout)?.[1],
      authority: /"certificatePEM": *"(-----BEGIN CERTIFICATE-----[\w+/=\\ -]*)"/
        .exec(stdout)?.[1]
        ?.replaceAll("\\n", "\n"),
    }),
  };
}

/** Whether it was taken of a cluster with another authority than this one's; not, if either is unknown. */
export function isForeign({ authority }: SnapshotOrigin, authorities: readonly string[]): boolean {
  const known = authorities.map((pem) => pem.trim());
  return authority !== undefined && known.length > 0 && !known.includes(authority.trim());
}
