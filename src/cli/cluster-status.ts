import { helmListProbe } from "../addons/helm-list.ts";
import { control } from "../core/cluster.ts";
import type { Plan } from "../core/plan.ts";
import { type ClusterStatus as KubeStatus, statusProbe } from "../engines/rke/status.ts";
import { summariesOf } from "../run/converge.ts";
import type { Deps } from "../run/deps.ts";
import { plan } from "../run/pipeline.ts";
import { openSession } from "../run/session.ts";
import type { ClusterStatus } from "../view/status.ts";
import { failuresOf } from "./failures.ts";
import type { LoadedCluster } from "./load-cluster.ts";
import { fullPipeline } from "./stages.ts";

/** How the cluster is, and in what it differs from the inventory. An unreachable host is a finding here, not an error. */
export async function clusterStatus(loaded: LoadedCluster, deps: Deps): Promise<ClusterStatus> {
  const [running, drift] = await Promise.all([askCluster(loaded, deps), askDrift(loaded, deps)]);
  return {
    cluster: loaded.cluster.name,
    nodes: running.kube?.nodes ?? [],
    releases: running.releases,
    problems: [...(running.kube === undefined ? ["the cluster does not answer"] : podProblems(running.kube)), ...drift],
  };
}

async function askCluster({ cluster, paths }: LoadedCluster, deps: Deps) {
  const [kube, releases] = [statusProbe({ cluster, paths }), helmListProbe({ cluster, paths })];
  const session = await openSession(control, deps);
  try {
    const answers = await session.ask([kube.sh, releases.sh]);
    const [kubeAnswer, releaseAnswer] = [answers.get(kube.sh.text), answers.get(releases.sh.text)];
    return {
      kube: kubeAnswer === undefined ? undefined : kube.parse(kubeAnswer),
      releases: (releaseAnswer === undefined ? undefined : releases.parse(releaseAnswer)) ?? [],
    };
  } finally {
    await session.close();
  }
}

async function askDrift(loaded: LoadedCluster, deps: Deps): Promise<readonly string[]> {
  try {
    const { cluster, paths, templates } = loaded;
    return driftOf(await plan(fullPipeline(cluster, paths, templates), deps));
  } catch (thrown) {
    return failuresOf(thrown).map(({ host, message }) => (host === undefined ? message : `${host}: ${message}`));
  }
}

function driftOf(forecast: Plan): readonly string[] {
  return forecast.hostPlans.flatMap(({ host, decided }) =>
    decided.flatMap(({ step, decision }) =>
      summariesOf(decision).map((summary) => `${host.name}: ${step.id}: ${summary}`),
    ),
  );
}

function podProblems({ podsNotRunning }: KubeStatus): readonly string[] {
  return podsNotRunning.map(
    ({ namespace, name, state, node }) => `pod ${namespace}/${name} on ${node || "no node"}: ${state}`,
  );
}
