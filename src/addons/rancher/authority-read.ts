import type { RancherSettings } from "../../core/addons.ts";
import { lines, type Probe } from "../../core/probe.ts";
import { joinSh, sh } from "../../core/shell.ts";
import { type AnyStep, defineStep, type KnownFailure, ok, type RunAction } from "../../core/step.ts";
import { type KubeAccess, kubectl, patientKubectl } from "../../kube/kubectl.ts";
import { lockRelease } from "../helm-lock.ts";
import type { Release } from "../release.ts";

const minutes = 10;

/** When something happened in the cluster, as Kubernetes writes it: such texts sort by time. */
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/**
 * Rancher reads its authority (the Secret tls-ca) only when it starts (Rancher's documentation, "TLS secrets"): after that
 * was changed, it is started anew. Told by times: a pod that is older than the change cannot know it.
 */
export function authorityReadStep(
  access: KubeAccess,
  { tls }: RancherSettings,
  release: Pick<Release, "id" | "namespace">,
): readonly AnyStep[] {
  if (tls.source !== "secret" || tls.ca === undefined) return [];
  const step = defineStep({
    id: "rancher/authority-read",
    title: "Rancher knows the authority of the inventory",
    needs: ["rancher/certificate", release.id],
    probes: () => probes(access, release.namespace),
    decide: ({ changed, started }) => {
      const last = changed.at(-1);
      if (last === undefined || started.length === 0)
        return { kind: "later", after: release.id, because: "Rancher does not run yet" };
      const old = started.filter((one) => one < last);
      if (old.length === 0) return ok;
      const summary = "start Rancher anew: its authority was changed, which it reads only when it starts";
      return {
        kind: "change",
        changes: [{ summary, disrupts: "service", actions: [restart(access, release.namespace)] }],
      };
    },
  });
  return [step];
}

function probes(access: KubeAccess, namespace: string) {
  const changes = '{range .metadata.managedFields[*]}{.time}{"\\n"}{end}';
  // Those that are about to go have been replaced already.
  const starts =
    '{{range .items}}{{if not .metadata.deletionTimestamp}}{{.metadata.creationTimestamp}}{{"\\n"}}{{end}}{{end}}';
  return {
    changed: timesProbe(
      kubectl(access, sh`get secret tls-ca -n ${namespace} --show-managed-fields -o jsonpath=${changes}`),
    ),
    started: timesProbe(kubectl(access, sh`get pods -n ${namespace} -l app=rancher -o go-template=${starts}`)),
  };
}

/** Times in their order; anything else that was answered is none. */
function timesProbe(question: Probe<unknown>["sh"]): Probe<readonly string[]> {
  return {
    sh: question,
    parse: ({ code, stdout }) =>
      code === 0
        ? lines(stdout)
            .filter((line) => time.test(line))
            .sort()
        : [],
  };
}

function restart(access: KubeAccess, namespace: string): RunAction {
  const failure: KnownFailure = {
    pattern: /(timed out waiting for the condition|exceeded its progress deadline)/,
    code: "addon/gate-closed",
    message: "Rancher does not become ready after it was started anew for its new authority: $1",
    remedy: `Look at \`kubectl -n ${namespace} get pods\` and their logs. Then run \`drover up\` again.`,
  };
  return {
    kind: "run",
    sh: joinSh([
      lockRelease(access.paths, "rancher"),
      sh`${kubectl(access, sh`rollout restart deployment/rancher -n ${namespace}`)} || exit 1`,
      patientKubectl(access, sh`rollout status deployment/rancher -n ${namespace} --timeout ${`${minutes}m`}`),
    ]),
    timeoutMs: (minutes + 2) * 60_000,
    failures: [failure],
  };
}
