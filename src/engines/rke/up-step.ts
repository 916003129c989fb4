import { type Observed, type Probe, text } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import { type AnyStep, type Change, defineStep, ok } from "../../core/step.ts";
import { rememberedProbe } from "../../kube/remembered.ts";
import { snapshotProbe } from "../../kube/snapshot.ts";
import { maskSecrets } from "../../templates/mask.ts";
import { dumpYaml, parseMapping } from "../../templates/yaml.ts";
import { wrongNodes } from "./readiness.ts";
import { recordIn, sha256 } from "./record.ts";
import { rkeFailures } from "./rke-failures.ts";
import { rkePhase } from "./rke-phase.ts";
import { stateProbe } from "./rke-state.ts";
import type { RkeSetup } from "./setup.ts";
import { kubeconfigProbe } from "./state-step.ts";
import { meaningOf } from "./up-meaning.ts";
import { upScript } from "./up-script.ts";

/** A first `rke up` takes minutes; many hosts over a slow line may take most of an hour. */
const upTimeoutMs = 60 * 60_000;

function probes(setup: RkeSetup) {
  return {
    file: text(sh`cat ${setup.paths.clusterYml}`),
    state: stateProbe(setup.paths.state),
    kubeconfig: kubeconfigProbe(setup.paths.kubeconfig),
    snapshot: snapshotProbe(setup),
    remembered: rememberedProbe(setup),
  } satisfies Record<string, Probe<unknown>>;
}

type Facts = Observed<ReturnType<typeof probes>>;

/**
 * The cluster is what cluster.yml says. RKE has one verb for making, changing and repairing; it takes 19 s even with nothing
 * to do, so it is asked for only if the file, the record in the cluster or the nodes differ from what is wanted.
 */
export function upStep(setup: RkeSetup): AnyStep {
  return defineStep({
    id: "rke/up",
    title: "Make the cluster what cluster.yml says",
    probes: () => probes(setup),
    decide: (facts) => {
      const reasons = whyUp(setup, facts);
      return reasons.length === 0 ? ok : { kind: "change", changes: [up(setup, facts, reasons)] };
    },
  });
}

function whyUp(setup: RkeSetup, { file, kubeconfig, snapshot, remembered }: Facts): readonly string[] {
  const changed = file === setup.clusterYml ? [] : ["cluster.yml changed"];
  if (kubeconfig === undefined) return [...changed, "there is no kubeconfig"];
  if (snapshot === undefined) return [...changed, "the cluster does not answer"];
  const applied = recordIn(remembered)?.clusterYmlSha256 === sha256(setup.clusterYml);
  const unfinished = applied || changed.length > 0 ? [] : ["the last rke up did not finish"];
  return [...changed, ...unfinished, ...wrongNodes(setup.cluster, setup.version, snapshot)];
}

function up(setup: RkeSetup, facts: Facts, reasons: readonly string[]): Change {
  const { cluster, paths, version } = setup;
  const fresh = facts.kubeconfig === undefined;
  const hosts = `${cluster.hosts.length} host${cluster.hosts.length === 1 ? "" : "s"}`;
  return {
    summary: fresh
      ? `make the cluster ${cluster.name}: Kubernetes ${version} on ${hosts} (rke up)`
      : `bring the cluster to what cluster.yml says (rke up): ${reasons.join("; ")}${meaning(setup, facts.file)}`,
    ...(facts.file === setup.clusterYml ? {} : diff(setup, facts.file)),
    ...(fresh ? {} : { disrupts: "cluster" as const }),
    actions: [
      { kind: "write", path: paths.clusterYml, content: setup.clusterYml, mode: 0o600, owner: "", sensitive: true },
      {
        kind: "run",
        sh: upScript(setup, flags(setup, facts)),
        timeoutMs: upTimeoutMs,
        progress: rkePhase,
        failures: rkeFailures,
      },
    ],
  };
}

/** What it comes to, in RKE's order, where the cluster.yml of before tells. */
function meaning({ document, clusterYml }: RkeSetup, file: string | undefined): string {
  const before = file === undefined || file === clusterYml ? undefined : parseMapping(file);
  if (before === undefined) return "";
  // As the file would be read: without what is undefined.
  const after = parseMapping(dumpYaml(document)) ?? {};
  const parts = meaningOf(before, after);
  return parts.length === 0 ? ", which restarts nothing" : `. In this order: ${parts.join("; ")}`;
}

/** cluster.yml before and after, with secrets hidden. */
function diff(setup: RkeSetup, file: string | undefined): Pick<Change, "before" | "after"> {
  const before = file === undefined ? undefined : (parseMapping(file) ?? { "(not YAML)": true });
  const after = dumpYaml(maskSecrets(setup.document));
  return before === undefined ? { after } : { before: dumpYaml(maskSecrets(before)), after };
}

/**
 * RKE checks ports by listening on them. Once it got as far as a kubeconfig, without having recorded a cluster, Kubernetes
 * itself may listen there, which Docker 28 and newer report in words that RKE does not expect.
 */
function flags({ cluster }: RkeSetup, { state, kubeconfig }: Facts): readonly string[] {
  const resumed = kubeconfig !== undefined && state.kind === "known" && !state.hasCurrent;
  return [
    ...(cluster.rke.ignoreDockerVersion ? ["--ignore-docker-version"] : []),
    ...(resumed ? ["--disable-port-check"] : []),
  ];
}
