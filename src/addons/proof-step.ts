import { joinSh, type Sh, sh } from "../core/shell.ts";
import { type AnyStep, defineStep, type KnownFailure, ok, type StepId } from "../core/step.ts";
import { at, textAt } from "../kube/kube-object.ts";
import { type KubeAccess, kubectl } from "../kube/kubectl.ts";
import { noteMetadata, rememberedProbe } from "../kube/remembered.ts";
import { lockRelease } from "./helm-lock.ts";
import { findRelease } from "./helm-release.ts";
import { installedProbe } from "./installed.ts";
import type { Release } from "./release.ts";

/** Something that a release must be able to do once it is installed. */
export interface ReleaseProof {
  readonly id: StepId;
  readonly title: string;
  readonly release: Pick<Release, "id" | "name" | "namespace">;
  /** What is done to prove it: a sentence without a full stop. */
  readonly summary: string;
  /** Ends with 0 once it is proven. It takes away what it made. */
  readonly script: Sh;
  /** A secret that it reads. */
  readonly stdin?: string;
  readonly timeoutMs: number;
  readonly failure: KnownFailure;
}

/**
 * Proves a release once for each of its revisions, which a ConfigMap beside it remembers: a run with nothing to do only reads
 * that, in the one question that is asked for all releases.
 */
export function proofStep(access: KubeAccess, proof: ReleaseProof): AnyStep {
  const { id, title, release } = proof;
  const key = `proven.${release.name}`;
  return defineStep({
    id,
    title,
    needs: [release.id],
    probes: () => ({ releases: installedProbe(access), remembered: rememberedProbe(access) }),
    decide: ({ releases, remembered }) => {
      const found = findRelease(releases ?? [], release);
      if (found?.status !== "deployed")
        return { kind: "later", after: release.id, because: `${release.name} is not deployed yet` };
      const wanted = `${found.revision} of ${found.updated}`;
      const note = remembered.get(release.namespace);
      if (note !== undefined && at(note, "data") !== undefined && textAt(note, "data", key) === wanted) return ok;
      const action = {
        kind: "run",
        sh: joinSh([
          lockRelease(access.paths, release.name),
          proof.script,
          rememberScript(access, release.namespace, { [key]: wanted }),
        ]),
        ...(proof.stdin === undefined ? {} : { stdin: proof.stdin }),
        timeoutMs: proof.timeoutMs,
        failures: [proof.failure],
      } as const;
      return { kind: "change", changes: [{ summary: proof.summary, actions: [action] }] };
    },
  });
}

/** A proof whose script says `not so: …` where it fails, as its last line. */
export interface TriedProof extends Pick<ReleaseProof, "id" | "title" | "release" | "summary" | "stdin"> {
  /** How long the script tries at most, without what it does before and after. */
  readonly seconds: number;
  readonly remedy: string;
}

/** A proof that tries for a while; where it comes to nothing, the gate stays closed and the script's last words say why. */
export function triedProofStep(access: KubeAccess, proof: TriedProof, script: Sh): AnyStep {
  const { id, title, release, summary, stdin, seconds, remedy } = proof;
  return proofStep(access, {
    id,
    title,
    release,
    summary,
    ...(stdin === undefined ? {} : { stdin }),
    script,
    timeoutMs: (seconds + 120) * 1000,
    failure: {
      pattern: /^not so: (.*)$/m,
      code: "addon/gate-closed",
      message: `${release.name} runs, but "${title}" is not so: $1`,
      remedy,
    },
  });
}

/** Merged into what is noted there already: other releases of the namespace have their own keys. */
function rememberScript(access: KubeAccess, namespace: string, data: Readonly<Record<string, string>>): Sh {
  const empty = { apiVersion: "v1", kind: "ConfigMap", metadata: { ...noteMetadata, namespace } };
  const patch = JSON.stringify({ metadata: { labels: noteMetadata.labels }, data });
  const name = noteMetadata.name;
  return sh`${kubectl(access, sh`get configmap ${name} -n ${namespace} -o name`)} >/dev/null 2>&1 || printf '%s' ${JSON.stringify(empty)} | ${kubectl(access, sh`create -f -`)} || exit 1
${kubectl(access, sh`patch configmap ${name} -n ${namespace} --type merge -p ${patch}`)}`;
}
