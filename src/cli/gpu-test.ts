import { control, type Host } from "../core/cluster.ts";
import { asDroverError, DroverError } from "../core/errors.ts";
import type { GpuHostReport } from "../core/gpu-report.ts";
import type { Probe, Result } from "../core/probe.ts";
import type { RunAction } from "../core/step.ts";
import {
  nodeGpus,
  type PodOrder,
  type PodOutcome,
  podManifest,
  podSeconds,
  podsScript,
  readPods,
} from "../kube/gpu-pods.ts";
import { nodeName } from "../kube/node-name.ts";
import type { Deps } from "../run/deps.ts";
import { eachHost } from "../run/look.ts";
import { runScript } from "../run/run-script.ts";
import { openSession, type Session } from "../run/session.ts";
import { type GpuAnswers, gpuHostReport, gpuProbes, type PodTrials } from "../steps/nvidia/gpu-report.ts";
import { type ProofResult, proofProgram, proofWords, readProof } from "../steps/nvidia/proof.ts";
import { proofScript } from "../steps/nvidia/proven.ts";
import { templateText } from "../templates/load.ts";
import type { LoadedCluster } from "./load-cluster.ts";

/** How the GPUs are tested. */
export interface GpuTestOptions {
  /** Of load on each GPU. */
  readonly seconds: number;
  /** In pods too, where there is a cluster. */
  readonly pods: boolean;
}

/** What came of it: a report for each host that answered, and why the others did not. */
export interface GpuTest {
  readonly reports: readonly GpuHostReport[];
  readonly failures: readonly DroverError[];
}

interface Trial {
  readonly host: Host;
  readonly answers: GpuAnswers;
  readonly words: readonly string[];
  readonly onHost: readonly ProofResult[];
}

/** Proves every GPU of these hosts, first on the host, then in a pod. Changes nothing that stays. */
export async function testGpus(
  hosts: readonly Host[],
  options: GpuTestOptions,
  loaded: LoadedCluster,
  deps: Deps,
): Promise<GpuTest> {
  const program = templateText(loaded.templates, proofProgram);
  const trials = new Map<string, Trial>();
  const failures = new Map<string, DroverError>();
  await eachHost(hosts, deps.concurrency, async (host) => {
    try {
      trials.set(host.name, await tryHost(host, program, options, deps));
    } catch (thrown) {
      failures.set(host.name, asDroverError(thrown).at({ host: host.name }));
    }
  });
  const tried = hosts.flatMap((host) => trials.get(host.name) ?? []);
  const pods = options.pods ? await podsOrFailure(tried, program, options, loaded, deps) : new Map<string, PodTrials>();
  if (pods instanceof DroverError) failures.set(control.name, pods);
  const podsOf = (name: string) => (pods instanceof DroverError ? undefined : pods.get(name));
  const reports = tried.map((trial) => gpuHostReport(trial.host.name, { ...trial, pods: podsOf(trial.host.name) }));
  return { reports, failures: [...hosts, control].flatMap((host) => failures.get(host.name) ?? []) };
}

/** What the hosts' GPUs did took minutes to find out: it is told also where the cluster cannot be asked. */
async function podsOrFailure(
  ...given: Parameters<typeof tryPods>
): Promise<Awaited<ReturnType<typeof tryPods>> | DroverError> {
  return tryPods(...given).catch((thrown: unknown) => asDroverError(thrown).at({ host: control.name }));
}

async function tryHost(host: Host, program: string, { seconds }: GpuTestOptions, deps: Deps): Promise<Trial> {
  const session = await openSession(host, deps);
  try {
    const answers = await askGpus(session);
    const known = answers.smi.kind === "answers" ? answers.smi.gpus : [];
    const words = proofWords(known, answers.pci ?? []);
    if (words.length === 0) return { host, answers, words, onHost: [] };
    const timeoutMs = (180 + 20 * seconds) * 1000;
    const action: RunAction = { kind: "run", sh: proofScript(words, seconds), stdin: program, timeoutMs };
    const result = await session.exec(runScript(action).text, { timeoutMs });
    return { host, answers, words, onHost: resultsOf(result, words) };
  } finally {
    await session.close();
  }
}

async function askGpus(session: Session): Promise<GpuAnswers> {
  const answers = await session.ask(Object.values(gpuProbes).map((probe) => probe.sh));
  const read = <T>(probe: Probe<T>): T =>
    probe.parse(answers.get(probe.sh.text) ?? { code: 1, stdout: "", stderr: "" });
  return {
    pci: read(gpuProbes.pci),
    smi: read(gpuProbes.smi),
    xids: read(gpuProbes.xids),
    kernels: read(gpuProbes.kernels),
  };
}

/** Where the program did not run at all, its GPUs failed with the reason. */
function resultsOf(result: Result, words: readonly string[]): readonly ProofResult[] {
  const results = readProof(result.stdout);
  if (results.length > 0) return results;
  const said = result.code === 127 ? "python3 is missing" : (result.stderr.trim().split("\n").at(-1) ?? "");
  const error = `the program did not run: ${said === "" ? `it ended with ${result.code}` : said}`;
  return words.map((word) => ({
    uuid: word.replace(/=.*$/, ""),
    address: undefined,
    ok: false,
    error,
    bandwidthGBs: undefined,
    fp32Tflops: undefined,
  }));
}

async function tryPods(
  trials: readonly Trial[],
  program: string,
  { seconds }: GpuTestOptions,
  loaded: LoadedCluster,
  deps: Deps,
): Promise<ReadonlyMap<string, PodTrials>> {
  const { cluster, paths } = loaded;
  const session = await openSession(control, deps);
  try {
    const probe = nodeGpus({ cluster, paths });
    const answers = await session.ask([probe.sh]);
    const nodes = probe.parse(answers.get(probe.sh.text) ?? { code: 1, stdout: "", stderr: "" });
    const given = (trial: Trial) => nodes?.find((one) => one.node === nodeName(trial.host))?.allocatable;
    const orders = trials.flatMap((trial): readonly PodOrder[] =>
      given(trial) === trial.words.length && trial.words.length > 0
        ? [{ node: nodeName(trial.host), gpus: trial.words.length, words: trial.words }]
        : [],
    );
    const settings = { namespace: `drover-gpu-proof-${deps.nonce()}`, image: cluster.gpu.proofImage, program, seconds };
    // Each second that the script counts is one of sleep and one question to the API.
    const timeoutMs = (2 * podSeconds(settings) + 300) * 1000;
    const sh = podsScript({ cluster, paths }, settings);
    const action: RunAction = { kind: "run", sh, stdin: podManifest(orders, settings), timeoutMs };
    const result = orders.length === 0 ? undefined : await session.exec(runScript(action).text, { timeoutMs });
    const outcomes = result === undefined ? [] : readPods(result.stdout);
    return new Map(trials.map((trial) => [trial.host.name, podTrials(trial, given(trial), outcomes)]));
  } finally {
    await session.close();
  }
}

function podTrials({ host, words }: Trial, given: number | undefined, outcomes: readonly PodOutcome[]): PodTrials {
  if (given === undefined) return { allocatable: undefined, results: undefined, note: undefined };
  const outcome = outcomes.find((one) => one.node === nodeName(host));
  if (outcome !== undefined) return { ...outcome, allocatable: given };
  const note = given > words.length ? "Kubernetes hands out more GPUs than there are: they are shared" : undefined;
  return { allocatable: given, results: undefined, note };
}
