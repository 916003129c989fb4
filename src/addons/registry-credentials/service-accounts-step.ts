import { type Sh, sh } from "../../core/shell.ts";
import { type AnyStep, type Change, changesOrOk, defineStep } from "../../core/step.ts";
import { type KubeObject, listAt, parseJsonObject, textAt } from "../../kube/kube-object.ts";
import { type KubeAccess, kubectl } from "../../kube/kubectl.ts";
import type { Release } from "../release.ts";

/** The Secret in each namespace, as templates/registry-credentials.yaml.tpl names it. */
const secret = "drover-registry-credentials";

/** How long a new namespace may take to get its service account, in seconds. */
const patienceSeconds = 60;

/** Pods that name no service account get the Secret with the `default` one: nobody has to write it into their pods. */
export function serviceAccountsStep(access: KubeAccess, release: Release, namespaces: readonly string[]): AnyStep {
  return defineStep({
    id: "registry-credentials/service-accounts",
    title: "Pods of these namespaces pull with the logins",
    needs: [release.id],
    probes: () => ({
      accounts: {
        sh: kubectl(access, sh`get serviceaccounts -A --field-selector metadata.name=default -o json`),
        parse: ({ code, stdout }) => (code === 0 ? parseJsonObject(stdout) : undefined),
      },
    }),
    decide: ({ accounts }) => {
      if (accounts === undefined)
        return { kind: "later", after: release.id, because: "the cluster does not answer yet" };
      const using = listAt(accounts, "items")
        .filter(uses)
        .map((one) => textAt(one, "metadata", "namespace"));
      return changesOrOk([
        ...namespaces.filter((namespace) => !using.includes(namespace)).map((namespace) => link(access, namespace)),
        ...using.filter((namespace) => !namespaces.includes(namespace)).map((namespace) => unlink(access, namespace)),
      ]);
    },
  });
}

function uses(account: KubeObject): boolean {
  return listAt(account, "imagePullSecrets").some((one) => textAt(one, "name") === secret);
}

/** A pod as the strictest namespace wants it: restricted by Pod Security, with limits for a quota. It is never made. */
const anyPod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "drover-proof" },
  spec: {
    securityContext: { runAsNonRoot: true, runAsUser: 65534, seccompProfile: { type: "RuntimeDefault" } },
    containers: [
      {
        name: "proof",
        image: "drover-proof",
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
        resources: { requests: { cpu: "1m", memory: "4Mi" }, limits: { cpu: "1m", memory: "4Mi" } },
      },
    ],
  },
};

/** Added to the secrets that are there, and then tried: a pod is made in the server's mind alone, and must have it. */
function link(access: KubeAccess, namespace: string): Change {
  const run = sh`end=$(($(date +%s) + ${patienceSeconds}))
until ${kubectl(access, sh`get serviceaccount default -n ${namespace} -o name`)} >/dev/null 2>&1; do
  [ "$(date +%s)" -lt "$end" ] || { echo ${`no account: ${namespace}`}; exit 1; }
  sleep 1
done
namespace=${namespace}
${withSecrets(access, sh`printf '%s\n' ${secret}`)} || exit 1
has=$(printf '%s' ${JSON.stringify(anyPod)} | ${kubectl(access, sh`create -n ${namespace} --dry-run=server -f - -o ${"jsonpath={.spec.imagePullSecrets[*].name}"}`)} 2>&1)
case " $has " in *${` ${secret} `}*) ;; *) printf 'no login: %s\n' "$(printf '%s' "$has" | tail -n 1 | cut -c 1-300)"; exit 1 ;; esac`;
  return {
    summary: `let pods of ${namespace} pull with the logins`,
    actions: [
      {
        kind: "run",
        sh: run,
        timeoutMs: (patienceSeconds + 60) * 1000,
        failures: [
          {
            pattern: /^no account: (.*)$/m,
            code: "addon/gate-closed",
            message: "the namespace $1 gets no service account",
            remedy: "Look at the log of kube-controller-manager, which makes them. Then run `drover up` again.",
          },
          {
            pattern: /^no login: (.*)$/m,
            code: "addon/gate-closed",
            message: `a pod of ${namespace} would not get the logins: $1`,
            remedy: `Look at what changes pods there: quotas, policies, webhooks. Then run \`drover up\` again.`,
          },
        ],
      },
    ],
  };
}

function unlink(access: KubeAccess, namespace: string): Change {
  const run = unlinkServiceAccounts(access, [namespace]);
  return {
    summary: `let pods of ${namespace} no longer pull with the logins`,
    actions: [{ kind: "run", sh: run, timeoutMs: 60_000 }],
  };
}

/** Takes the Secret from all service accounts that have it: the inventory may no longer name the namespaces of some. */
export function unlinkAll(access: KubeAccess): Sh {
  const each = '{range .items[*]}{.metadata.namespace}{range .imagePullSecrets[*]} {.name}{end}{"\\n"}{end}';
  const accounts = kubectl(
    access,
    sh`get serviceaccounts -A --field-selector metadata.name=default -o jsonpath=${each}`,
  );
  const having = sh`awk -v secret=${secret} '{ for (n = 2; n <= NF; n++) if ($n == secret) { print $1; next } }'`;
  return sh`accounts=$(${accounts}) || exit 1
${unlinkServiceAccounts(access, sh`$(printf '%s\n' "$accounts" | ${having})`)}`;
}

/** Takes the Secret from the accounts of these namespaces, words or shell text that prints them, and leaves others that they have. */
function unlinkServiceAccounts(access: KubeAccess, namespaces: readonly string[] | Sh): Sh {
  return sh`for namespace in ${namespaces}; do
  said=$({ ${withSecrets(access, sh`:`)}; } 2>&1) || case $said in *NotFound*) ;; *) printf '%s\n' "$said"; exit 1 ;; esac
done`;
}

/**
 * Gives the account of $namespace the secrets that it has, without Drover's, and those whose names `more` prints. The API takes
 * this list as a whole (listType=atomic, core/v1 ServiceAccount): a strategic patch would replace what others put there.
 */
function withSecrets(access: KubeAccess, more: Sh): Sh {
  const names = '{range .imagePullSecrets[*]}{.name}{"\\n"}{end}';
  const get = kubectl(access, sh`get serviceaccount default -n "$namespace" -o jsonpath=${names}`);
  const patch = kubectl(
    access,
    sh`patch serviceaccount default -n "$namespace" --type merge -p "{\"imagePullSecrets\":[$list]}"`,
  );
  return sh`names=$(${get}) && list=$({ printf '%s\n' "$names" | grep -vxF ${secret}; ${more}; } | awk 'NF { printf "%s{\"name\":\"%s\"}", comma, $1; comma = "," }') && ${patch}`;
}
