import type { Mapping } from "../core/mapping.ts";
import { type Sh, sh } from "../core/shell.ts";
import type { AnyStep } from "../core/step.ts";
import { type KubeAccess, kubectl } from "../kube/kubectl.ts";
import { madeByDrover } from "./namespace.ts";
import { type TriedProof, triedProofStep } from "./proof-step.ts";
import { tellTrouble } from "./trouble.ts";

/** A program that proves a release from within its namespace. */
export interface JobProof extends TriedProof {
  /** The object whose pods' image the Job takes: it is on a node already. */
  readonly imageOf: `deployment/${string}`;
  /** POSIX sh; its last line tells what was found. */
  readonly program: string;
  /** The container's `env`; secrets by reference. */
  readonly env: readonly Mapping[];
}

const job = "drover-proof";

/** Runs a Job once for each revision of the release, and removes it, whatever came of it. */
export function jobProof(access: KubeAccess, proof: JobProof): AnyStep {
  return triedProofStep(access, proof, jobScript(access, proof));
}

/** The Job without its image, which is known only where the script runs. It goes by itself where Drover is killed. */
function jobObject({ program, env, seconds, release }: JobProof, image: string): Mapping {
  const container = { name: job, image, command: ["/bin/sh", "-c", program], env };
  const pod = { restartPolicy: "Never", automountServiceAccountToken: false, containers: [container] };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: job, namespace: release.namespace, labels: madeByDrover },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: seconds,
      ttlSecondsAfterFinished: 60,
      template: { metadata: { labels: madeByDrover }, spec: pod },
    },
  };
}

const imagePlace = "DROVER-PROOF-IMAGE";

function jobScript(access: KubeAccess, proof: JobProof): Sh {
  const { release, imageOf, seconds } = proof;
  const { namespace } = release;
  const image = kubectl(
    access,
    sh`get ${imageOf} -n ${namespace} -o ${"jsonpath={.spec.template.spec.containers[0].image}"}`,
  );
  const object = JSON.stringify(jobObject(proof, imagePlace));
  const state = sh`get job ${job} -n ${namespace} -o ${'jsonpath={range .status.conditions[?(@.status=="True")]}{.type} {end}'}`;
  const remove = kubectl(
    access,
    sh`delete job ${job} -n ${namespace} --ignore-not-found --cascade=foreground --wait=false`,
  );
  return sh`fail() {
  ${tellTrouble(access, namespace)}
  ${remove} >/dev/null 2>&1
  echo "not so: $(printf '%s' "$1" | tail -n 1 | tr -cd '[:print:]' | cut -c 1-300)"
  exit 1
}
image=$(${image} 2>&1) && [ -n "$image" ] || fail "$image"
case $image in *[!A-Za-z0-9._:/@-]*) fail "its image has no name" ;; esac
${remove} >/dev/null 2>&1
end=$(($(date +%s) + ${seconds} + 30))
until said=$(printf '%s' ${object} | sed "s|"${imagePlace}"|$image|" | ${kubectl(access, sh`create -f -`)} 2>&1); do
  [ "$(date +%s)" -lt "$end" ] || fail "$said"
  sleep 1
done
while :; do
  case $(${kubectl(access, state)} 2>/dev/null) in
  *Complete*) break ;;
  *Failed*) fail "$(${kubectl(access, sh`logs job/${job} -n ${namespace} --tail 5`)} 2>&1)" ;;
  esac
  [ "$(date +%s)" -lt "$end" ] || fail "it did not end in time"
  sleep 1
done
${kubectl(access, sh`logs job/${job} -n ${namespace} --tail 1`)}
${remove} >/dev/null 2>&1`;
}
