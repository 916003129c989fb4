import { joinSh, type Sh, sh } from "../core/shell.ts";
import {
  type AnyStep,
  defineStep,
  type KnownFailure,
  ok,
  type Progress,
  type RunAction,
  type StepId,
} from "../core/step.ts";
import type { KubeAccess } from "../kube/kubectl.ts";
import { findRelease } from "./helm-release.ts";
import { installedProbe } from "./installed.ts";
import type { Release } from "./release.ts";
import { tellTrouble } from "./trouble.ts";

/** Something that must come true by itself once a release is installed. */
export interface Gate {
  readonly id: StepId;
  readonly title: string;
  readonly release: Pick<Release, "id" | "name" | "namespace">;
  readonly needs: readonly StepId[];
  /** Ends with 0 if it is so; else its last line says what is lacking. Quick, read-only: it is asked in every run. */
  readonly check: Sh;
  /** How long it is waited for. */
  readonly seconds: number;
  /** What else tells why it is not so, printed before the reason. */
  readonly trouble?: Sh;
  readonly remedy: string;
}

/** A step that observes, and where need be waits: it changes nothing. */
export function gateStep(access: KubeAccess, gate: Gate): AnyStep {
  const { id, title, release, needs, check } = gate;
  return defineStep({
    id,
    title,
    needs,
    probes: () => ({
      releases: installedProbe(access),
      lacks: {
        sh: check,
        parse: ({ code, stdout }) => (code === 0 ? undefined : (stdout.trim().split("\n").at(-1) ?? "")),
      },
    }),
    decide: ({ releases, lacks }) => {
      if (findRelease(releases ?? [], release)?.status !== "deployed")
        return { kind: "later", after: release.id, because: `${release.name} is not deployed yet` };
      if (lacks === undefined) return ok;
      const summary = `wait: ${lacks === "" ? title : lacks}`;
      return { kind: "change", changes: [{ summary, actions: [waitAction(access, gate)] }] };
    },
  });
}

function waitAction(access: KubeAccess, { title, release, check, seconds, trouble, remedy }: Gate): RunAction {
  const closed: KnownFailure = {
    pattern: /^still lacking: (.*)$/m,
    code: "addon/gate-closed",
    message: `after ${Math.round(seconds / 60)} minutes it is still not so that "${title}": $1`,
    remedy,
  };
  return {
    kind: "run",
    sh: joinSh([
      sh`check() { ${check}
}`,
      sh`end=$(($(date +%s) + ${seconds}))
while :; do
  said=$(check 2>&1) && exit 0
  now=$(printf '%s' "$said" | tail -n 1 | cut -c 1-300)
  [ "$now" = "$before" ] || echo "waiting: $now"
  before=$now
  [ "$(date +%s)" -lt "$end" ] || break
  sleep 2
done`,
      tellTrouble(access, release.namespace),
      trouble ?? sh`:`,
      sh`echo "still lacking: $now"
exit 1`,
    ]),
    timeoutMs: (seconds + 90) * 1000,
    progress: waitingFor,
    failures: [closed],
  };
}

/** `waiting: rancher 1 of 3` as progress. */
export function waitingFor(line: string): Progress | undefined {
  const said = /^waiting: (.+)$/.exec(line)?.[1];
  return said === undefined ? undefined : { phase: said };
}
