import { helmListProbe } from "../addons/helm-list.ts";
import { control } from "../core/cluster.ts";
import type { Pipeline } from "../core/pipeline.ts";
import type { Plan } from "../core/plan.ts";
import { type ClusterStatus as KubeStatus, statusProbe } from "../engines/rke/status.ts";
import { summariesOf } from "../run/converge.ts";
import type { Deps } from "../run/deps.ts";
import { eachHost } from "../run/look.ts";
import { plan } from "../run/pipeline.ts";
import { openSession } from "../run/session.ts";
import type { ClusterStatus, HostDrift } from "../view/status.ts";
import { failuresOf } from "./failures.ts";
import type { LoadedCluster } from "./load-cluster.ts";
import { fullPipeline } from "./stages.ts";

interface Drift {
  readonly hosts: readonly HostDrift[];
  readonly control: readonly string[];
}

/** How the cluster is, and in what it differs from the inventory. An unreachable host is a finding here, not an error. */
export async function clusterStatus(loaded: LoadedCluster, deps: Deps): Promise<ClusterStatus> {
  const [running, drift] = await Promise.all([askCluster(loaded, deps), askDrift(loaded, deps)]);
  return {
    cluster: loaded.cluster.name,
    nodes: running.kube?.nodes ?? [],
    releases: running.releases,
    hosts: drift.hosts,
    problems: [
      ...(running.kube === undefined ? ["the cluster does not answer"] : podProblems(running.kube)),
      ...drift.hosts.flatMap(({ name, differences }) => differences.map((one) => `${name}: ${one}`)),
      ...drift.control.map((one) => `${control.name}: ${one}`),
    ],
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

/** What each host, and the control machine, would have changed. One that does not answer hides none of the others. */
async function askDrift({ cluster, paths, templates }: LoadedCluster, deps: Deps): Promise<Drift> {
  const pipeline = fullPipeline(cluster, paths, templates);
  const onHosts = pipeline.stages.filter((stage) => stage.on === "hosts");
  const found = new Map<string, HostDrift>();
  const [, ofControl] = await Promise.all([
    eachHost(cluster.hosts, deps.concurrency, async (host) => {
      found.set(host.name, await driftOfHost({ ...pipeline, hosts: [host], stages: onHosts }, host.name, deps));
    }),
    differencesIn({ ...pipeline, stages: pipeline.stages.filter((stage) => stage.on === "control") }, deps),
  ]);
  return { hosts: cluster.hosts.flatMap((host) => found.get(host.name) ?? []), control: ofControl };
}

async function driftOfHost(pipeline: Pipeline, name: string, deps: Deps): Promise<HostDrift> {
  try {
    const differences = differencesOf(await plan(pipeline, deps));
    return { name, state: differences.length === 0 ? "as wanted" : "DIFFERS", differences };
  } catch (thrown) {
    return { name, state: "UNREACHABLE", differences: failuresOf(thrown).map(({ message }) => message) };
  }
}

async function differencesIn(pipeline: Pipeline, deps: Deps): Promise<readonly string[]> {
  try {
    return differencesOf(await plan(pipeline, deps));
  } catch (thrown) {
    return failuresOf(thrown).map(({ message }) => message);
  }
}

function differencesOf(forecast: Plan): readonly string[] {
  return forecast.hostPlans.flatMap(({ decided }) =>
    decided.flatMap(({ step, decision }) => summariesOf(decision).map((summary) => `${step.id}: ${summary}`)),
  );
}

function podProblems({ podsNotRunning }: KubeStatus): readonly string[] {
  return podsNotRunning.map(
    ({ namespace, name, state, node }) => `pod ${namespace}/${name} on ${node || "no node"}: ${state}`,
  );
}
