import type { Cluster, ClusterPaths, Host } from "../core/cluster.ts";
import type { ClusterHealth } from "../core/cluster-health.ts";
import type { Answers } from "../core/decide.ts";
import type { Sh } from "../core/shell.ts";
import type { Around, Stage, StepId } from "../core/step.ts";
import type { Templates } from "../templates/load.ts";

/** What engines and addons are made from: pure data, all secrets resolved. */
export interface EngineInput {
  readonly cluster: Cluster;
  readonly paths: ClusterPaths;
  readonly templates: Templates;
}

/** What a host answered, to the engine's questions and others. */
export interface HostAnswers {
  readonly host: Host;
  readonly answers: Answers;
}

/** What is known of time, in ms since the epoch. */
export interface Moment {
  readonly now: number;
  /** When the cluster's first node joined; undefined where no node says so. */
  readonly since: number | undefined;
}

/** How the hosts are beneath the cluster's nodes and pods, which the engine alone knows to ask and to judge. Pure. */
export interface EngineHealth {
  /** Asked of a host together with all else that is asked there. */
  questions(host: Host): readonly Sh[];
  /** Of the hosts that answered; never throws, whatever they did. */
  read(cluster: Cluster, asked: readonly HostAnswers[], moment: Moment): Beneath;
}

/** How the hosts are beneath a cluster. */
export interface Beneath {
  readonly health: ClusterHealth | undefined;
  /** Whether any of these hosts has anything of a cluster. */
  readonly hasTraces: boolean;
  /** For people, one sentence each. */
  readonly problems: readonly string[];
  /** The steps, by host, whose difference the problems tell already. */
  readonly told: ReadonlyMap<string, StepId>;
}

/** What is wanted besides, where hosts join a cluster. */
export interface AroundUp {
  readonly before: readonly Stage[];
  readonly after: readonly Stage[];
}

/**
 * A way to make a Kubernetes cluster of prepared hosts: nothing but stages of steps. It leaves a kubeconfig at
 * `paths.kubeconfig`, through which addons, proofs and `status` work, whoever made the cluster. A further engine is a folder
 * here, a line in `engines.ts` and a line in `engine-settings.ts`.
 */
export interface Engine {
  /** What `drover up` wants to be true once the hosts are prepared. */
  stages(input: EngineInput): readonly Stage[];
  /** What `drover reset` wants to be true: no cluster, and nothing of it on the hosts. */
  reset(input: EngineInput): readonly Stage[];
  /** What is done in the cluster around something that takes a host away for a while, such as a reboot. */
  around(input: EngineInput, host: Host): Around;
  /** What is made sure of before and after an `up` by which some of these hosts join. */
  joining(cluster: Pick<Cluster, "hosts">, joining: readonly Host[]): AroundUp;
  /** What `drover status` asks and tells besides nodes and pods. */
  readonly health: EngineHealth;
}
