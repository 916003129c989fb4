import { helmListProbe, type ListedRelease } from "../addons/helm-list.ts";
import { control, type Host } from "../core/cluster.ts";
import type { Answers } from "../core/decide.ts";
import { cordoned } from "../core/node-status.ts";
import type { Pipeline } from "../core/pipeline.ts";
import type { Plan } from "../core/plan.ts";
import { type Result, succeeds } from "../core/probe.ts";
import { type Sh, sh } from "../core/shell.ts";
import type { StepId } from "../core/step.ts";
import type { Engine, HostAnswers } from "../engines/engine.ts";
import { engineOf } from "../engines/engines.ts";
import { snapshotQuestion } from "../kube/snapshot.ts";
import { type ClusterStatus as KubeStatus, snapshotWithin, statusProbe } from "../kube/status.ts";
import { summariesOf } from "../run/converge.ts";
import type { Deps } from "../run/deps.ts";
import { eachHost } from "../run/look.ts";
import type { ClusterStatus, HostDrift } from "../view/status.ts";
import { failuresOf } from "./failures.ts";
import type { LoadedCluster } from "./load-cluster.ts";
import { fullPipeline } from "./stages.ts";
import { askWithMore } from "./status/ask-host.ts";

const notMade = "there is no cluster yet: `drover up` makes it";

/** How the cluster is, and in what it differs from the inventory. An unreachable host is a finding here, not an error. */
export async function clusterStatus(
  loaded: LoadedCluster,
  deps: Deps,
  engine: Engine = engineOf(loaded.cluster),
): Promise<ClusterStatus> {
  const pipeline = fullPipeline(loaded.cluster, loaded.paths, loaded.templates, engine);
  const [running, hosts] = await Promise.all([askControl(loaded, pipeline, deps), askAll(pipeline, engine, deps)]);
  const { kube } = running;
  const asked = hosts.flatMap(({ answered }) => answered ?? []);
  const beneath = engine.health.read(loaded.cluster, asked, { now: deps.now(), since: kube?.since });
  const told = { cluster: loaded.cluster.name, releases: running.releases, hosts: hosts.map(({ drift }) => drift) };
  // A host that does not answer may have a part of one.
  const isMade = kube !== undefined || !running.noFiles || asked.length < hosts.length || beneath.hasTraces;
  if (!isMade) {
    const differences = hosts.flatMap(({ drift }) => untold(drift, undefined));
    return { ...told, made: false, nodes: [], notes: [], problems: [notMade, ...differences] };
  }
  return {
    ...told,
    made: true,
    nodes: kube?.nodes ?? [],
    health: beneath.health,
    notes: kube === undefined ? [] : cordonNotes(kube),
    problems: [
      ...(kube === undefined ? ["the cluster does not answer"] : [...nodeProblems(kube), ...podProblems(kube)]),
      // Where there is no cluster, its parts are not missing.
      ...(kube === undefined ? [] : beneath.problems),
      ...hosts.flatMap(({ drift }) => untold(drift, kube === undefined ? undefined : beneath.told.get(drift.name))),
      ...running.differences.map((one) => `${control.name}: ${one}`),
    ],
  };
}

/** A host's differences, but for the step of which the engine's own problems tell. */
function untold({ name, differences }: HostDrift, told: StepId | undefined): readonly string[] {
  const rest = differences.filter((one) => told === undefined || !one.startsWith(`${told}: `));
  return rest.map((one) => `${name}: ${one}`);
}

interface Running {
  readonly kube: KubeStatus | undefined;
  /** Neither a kubeconfig nor the engine's state lies here. */
  readonly noFiles: boolean;
  readonly releases: readonly ListedRelease[];
  readonly differences: readonly string[];
}

/** The cluster's own answer and the control machine's drift, in one go. */
async function askControl({ cluster, paths }: LoadedCluster, pipeline: Pipeline, deps: Deps): Promise<Running> {
  const [kube, releases] = [statusProbe({ cluster, paths }), helmListProbe({ cluster, paths })];
  const noFiles = succeeds(sh`test ! -e ${paths.kubeconfig} && test ! -e ${paths.state}`);
  const own = { ...pipeline, stages: pipeline.stages.filter((stage) => stage.on === "control") };
  try {
    const snapshot = (answers: Answers): Result | undefined => {
      const answer = answers.get(kube.sh.text);
      return answer && snapshotWithin(answer);
    };
    const more = {
      questions: [kube.sh, releases.sh, noFiles.sh],
      inferred: new Map([[snapshotQuestion({ cluster, paths }).text, snapshot]]),
    };
    const { forecast, answers } = await askWithMore(own, control, more, deps);
    const [kubeAnswer, releaseAnswer, filesAnswer] = [kube, releases, noFiles].map(({ sh }) => answers.get(sh.text));
    return {
      kube: kubeAnswer && kube.parse(kubeAnswer),
      noFiles: filesAnswer !== undefined && noFiles.parse(filesAnswer),
      releases: (releaseAnswer && releases.parse(releaseAnswer)) ?? [],
      differences: differencesOf(forecast),
    };
  } catch (thrown) {
    return {
      kube: undefined,
      noFiles: false,
      releases: [],
      differences: failuresOf(thrown).map(({ message }) => message),
    };
  }
}

interface HostStatus {
  readonly drift: HostDrift;
  readonly answered?: HostAnswers;
}

/** What each host would have changed, and how the cluster is there. One that does not answer hides none of the others. */
async function askAll(pipeline: Pipeline, engine: Engine, deps: Deps): Promise<readonly HostStatus[]> {
  const stages = pipeline.stages.filter((stage) => stage.on === "hosts");
  const found = new Map<string, HostStatus>();
  await eachHost(pipeline.hosts, deps.concurrency, async (host) => {
    found.set(
      host.name,
      await askOne({ ...pipeline, hosts: [host], stages }, host, engine.health.questions(host), deps),
    );
  });
  return pipeline.hosts.flatMap((host) => found.get(host.name) ?? []);
}

async function askOne(pipeline: Pipeline, host: Host, questions: readonly Sh[], deps: Deps): Promise<HostStatus> {
  const { name } = host;
  try {
    const { forecast, answers } = await askWithMore(pipeline, host, { questions }, deps);
    const differences = differencesOf(forecast);
    const state = differences.length === 0 ? "as wanted" : "DIFFERS";
    return { drift: { name, state, differences }, answered: { host, answers } };
  } catch (thrown) {
    return { drift: { name, state: "UNREACHABLE", differences: failuresOf(thrown).map(({ message }) => message) } };
  }
}

function differencesOf(forecast: Plan): readonly string[] {
  return forecast.hostPlans.flatMap(({ decided }) =>
    decided.flatMap(({ step, decision }) => summariesOf(decision).map((summary) => `${step.id}: ${summary}`)),
  );
}

/** A node that is not ready differs from the inventory, which says so; one that is short of something does not. */
function nodeProblems({ nodes }: KubeStatus): readonly string[] {
  return nodes.flatMap(({ name, limits }) =>
    limits
      .filter((one) => one !== cordoned)
      .map((one) => `node ${name}: ${one}; \`kubectl describe node ${name}\` tells more`),
  );
}

/** Somebody wants a cordoned node to take no pods: that is told, and is no fault. */
function cordonNotes({ nodes }: KubeStatus): readonly string[] {
  return nodes
    .filter(({ limits }) => limits.includes(cordoned))
    .map(
      ({ name }) => `node ${name} takes no new pods (cordoned): \`kubectl uncordon ${name}\` has it take them again`,
    );
}

function podProblems({ podsNotRunning }: KubeStatus): readonly string[] {
  return podsNotRunning.map(
    ({ namespace, name, state, node }) => `pod ${namespace}/${name} on ${node || "no node"}: ${state}`,
  );
}
