import { joinSh, type Sh, sh } from "../core/shell.ts";
import type { AnyStep, StepId } from "../core/step.ts";
import { type KubeAccess, kubectl } from "../kube/kubectl.ts";
import { proofStep } from "./proof-step.ts";
import type { Release } from "./release.ts";
import { tellTrouble } from "./trouble.ts";

/** A question to a web server in the cluster. */
export interface Asked {
  /** A path of the API server: one of its own, or `serviceUrl`. */
  readonly url: string;
  /** A piece of text that the answer must hold. */
  readonly holds: string;
}

/** Web servers in the cluster that must answer. */
export interface AnswersProof {
  readonly id: StepId;
  readonly title: string;
  readonly release: Pick<Release, "id" | "name" | "namespace">;
  readonly asked: readonly Asked[];
  /** For all answers together. */
  readonly seconds: number;
  readonly remedy: string;
}

/** The path by which the API server asks a Service in its own name: so this machine needs no way to it. */
export function serviceUrl(namespace: string, service: string, port: number, path: string): string {
  return `/api/v1/namespaces/${namespace}/services/http:${service}:${port}/proxy${path}`;
}

/** Asks what a release brought through the API server, once for each of its revisions. */
export function answersProof(access: KubeAccess, proof: AnswersProof): AnyStep {
  const { id, title, release, asked, seconds, remedy } = proof;
  return proofStep(access, {
    id,
    title,
    release,
    summary: `ask ${release.name} something, as a proof`,
    script: joinSh([sh`end=$(($(date +%s) + ${seconds}))`, ...asked.map((one) => ask(access, release.namespace, one))]),
    timeoutMs: (seconds + 90) * 1000,
    failure: {
      pattern: /^no answer: (.*)$/m,
      code: "addon/gate-closed",
      message: `"${title}" is not so: it says "$1"`,
      remedy,
    },
  });
}

function ask(access: KubeAccess, namespace: string, { url, holds }: Asked): Sh {
  return sh`until said=$(${kubectl(access, sh`get --raw ${url}`)} 2>&1) && printf '%s' "$said" | grep -q -F -e ${holds}; do
  if [ "$(date +%s)" -ge "$end" ]; then
    ${tellTrouble(access, namespace)}
    echo "no answer: $(printf '%s' "$said" | tr -d '\r' | tail -n 1 | tr -cd '[:print:]' | cut -c 1-300)"
    exit 1
  fi
  sleep 2
done`;
}
