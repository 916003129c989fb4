import type { RegistryLogin } from "../../core/addons.ts";
import { atExit, joinSh, type Sh, sh } from "../../core/shell.ts";
import { type AnyStep, defineStep, type KnownFailure, ok } from "../../core/step.ts";
import type { KubeAccess } from "../../kube/kubectl.ts";
import { recordsQuestion } from "../../kube/remembered.ts";
import { deployedFrom } from "../installed.ts";
import type { Release } from "../release.ts";
import { fingerprint } from "../values.ts";

/** A login, and whether its registry is one without TLS that can be verified. */
export type Tried = RegistryLogin & { readonly insecure: boolean };

/**
 * Each registry takes its login, tried on this machine before the cluster gets it. A registry that cannot be reached from here
 * is said and let through: it is the hosts that pull.
 */
export function loginsStep(access: KubeAccess, release: Release, logins: readonly Tried[]): AnyStep {
  const wanted = fingerprint(release);
  return defineStep({
    id: "registry-credentials/logins",
    title: "The registries take their logins",
    probes: () => ({
      madeFrom: {
        sh: recordsQuestion(access),
        parse: (answer) => deployedFrom(answer, release.name, release.namespace),
      },
    }),
    decide: ({ madeFrom }) => {
      if (madeFrom === wanted) return ok;
      const summary = `log in to ${logins.map(({ registry, user }) => `${registry} as ${user}`).join(", ")}, as a proof`;
      const action = {
        kind: "run",
        sh: tryScript(access, logins),
        stdin: logins.map(({ password }) => `${Buffer.from(password).toString("base64")}\n`).join(""),
        timeoutMs: (logins.length + 1) * 90_000,
        failures: [refused],
      } as const;
      return { kind: "change", changes: [{ summary, actions: [action] }] };
    },
  });
}

const refused: KnownFailure = {
  pattern: /^refused: (.*)$/m,
  code: "cluster/image-not-pullable",
  message: "a registry refuses its login: $1",
  remedy: "Put right user or password under addons.registryCredentials.logins. Then run `drover up` again.",
};

/** The passwords come on stdin, one a line in base64. helm's own file of logins is one for the moment. */
function tryScript({ cluster }: KubeAccess, logins: readonly Tried[]): Sh {
  return joinSh([
    sh`umask 077
work=$(mktemp -d) || exit 1
${atExit(sh`rm -rf "$work"`)}
try() { printf '%s' "$password" | base64 -d | timeout 60 ${cluster.tools.helm} registry login "$@" --password-stdin --registry-config "$work/config.json"; }
judge() {
  case $said in
  *" 401"* | *" 403"* | *nauthorized* | *denied* | *"incorrect username or password"*) refused=1; echo "refused: $1: $(printf '%s' "$said" | tail -n 1 | cut -c 1-300)" ;;
  *) echo "not tried: $1 cannot be reached from here: $(printf '%s' "$said" | tail -n 1 | cut -c 1-300)" ;;
  esac
}`,
    ...logins.map(tryOne),
    sh`[ -z "$refused" ]`,
  ]);
}

function tryOne({ registry, user, insecure }: Tried): Sh {
  const login = sh`said=$(try ${registry} -u ${user} 2>&1)`;
  const plain = sh`said=$(try ${registry} -u ${user} --plain-http 2>&1)`;
  const unverified = sh`said=$(try ${registry} -u ${user} --insecure 2>&1)`;
  const tries = insecure ? sh`${plain} || ${unverified}` : login;
  return sh`IFS= read -r password
if ${tries}; then echo ${`${registry} takes ${user}`}; else judge ${`${registry} as ${user}`}; fi`;
}
