import type { Probe } from "../../../core/probe.ts";
import { sh } from "../../../core/shell.ts";
import { snapshotFolder } from "./snapshot-files.ts";

/**
 * The Kubernetes version that a snapshot was taken of, as its copy of RKE's state says; undefined if it has none. RKE's own
 * tools unpack it, in a container without network that is gone afterwards: the state holds every key of the cluster, so only
 * the version comes out.
 */
export function snapshotVersion(image: string, name: string): Probe<string | undefined> {
  const inside = sh`/opt/rke-tools/rke-etcd-backup etcd-backup extractstatefile --name ${name} >/dev/null 2>&1
grep -o '"kubernetesVersion": *"[^"]*"' /tmp/cluster.rkestate | head -n 1`;
  return {
    sh: sh`docker run --rm --network none --entrypoint sh -v ${`${snapshotFolder}:/backup:ro`} ${image} -c ${inside.text}`,
    parse: ({ code, stdout }) => (code === 0 ? /"(v\d+\.\d+\.\d+[\w.-]*)"/.exec(stdout)?.[1] : undefined),
  };
}
