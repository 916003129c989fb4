import { checks } from "../addons/prove/checks.ts";
import { type Proof, proveScript, readProof } from "../addons/prove/script.ts";
import { control } from "../core/cluster.ts";
import { DroverError } from "../core/errors.ts";
import { toolsImage } from "../engines/rke/images.ts";
import { rkeSetup } from "../engines/rke/setup.ts";
import type { Deps } from "../run/deps.ts";
import { openSession } from "../run/session.ts";
import { clusterEntry } from "./kubeconfig/source.ts";
import type { LoadedCluster } from "./load-cluster.ts";

/** Every proof waits for a minute or two at most. */
const timeoutMs = 20 * 60_000;

/**
 * Makes all proofs in the cluster; `tell` hears of each as it comes.
 * @throws DroverError `cluster/not-ready` if the cluster does not let them begin, `kubeconfig/*` if there is no way to it
 */
export async function proveCluster(
  loaded: LoadedCluster,
  deps: Deps,
  tell: (proof: Proof) => void,
): Promise<readonly Proof[]> {
  const { cluster, paths, templates } = loaded;
  await clusterEntry(loaded, {});
  const image = toolsImage(rkeSetup({ cluster, paths, templates }).document);
  if (image === undefined) throw unknownImage(cluster.rke.kubernetesVersion);
  const all = checks(cluster, image);
  const found: Proof[] = [];
  const session = await openSession(control, deps);
  try {
    const onLine = (line: string): void => {
      const proof = readProof(line, all);
      if (proof === undefined) return;
      found.push(proof);
      tell(proof);
    };
    const { code, stderr } = await session.exec(proveScript(cluster, paths, image).text, { timeoutMs, onLine });
    if (code !== 0 || found.length < all.length) throw broken(stderr);
    return found;
  } finally {
    await session.close();
  }
}

function broken(stderr: string): DroverError {
  return new DroverError("cluster/not-ready", "the proofs could not be made", {
    remedy: "Look at `drover status`: the cluster must answer, and let a namespace be made.",
    details: stderr.trim().split("\n").slice(-5),
  });
}

function unknownImage(version: string): DroverError {
  return new DroverError("cluster/kubernetes-version-unknown", `the images of Kubernetes ${version} are not known`, {
    remedy: "Proofs run in an image of RKE's own. Set rke.kubernetesVersion to one that Drover knows.",
  });
}
