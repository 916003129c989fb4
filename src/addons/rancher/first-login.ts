import type { Cluster } from "../../core/cluster.ts";
import type { Result } from "../../core/probe.ts";
import { type Sh, sh } from "../../core/shell.ts";
import { type KubeAccess, kubectl } from "../../kube/kubectl.ts";

const namespace = "cattle-system";

/** What a person needs for the first login. */
export interface FirstLogin {
  readonly hostname: string;
  /** Rancher made it itself when it started, and keeps it in a Secret until it is used. */
  readonly password: string;
  /** Whether the name leads anywhere from this machine. */
  readonly resolves: boolean;
}

/** Asks for the password, unless it was shown already. Its answer is a secret: it goes to a terminal and nowhere else. */
export function askFirstLogin(access: KubeAccess, hostname: string): Sh {
  const shown = kubectl(
    access,
    sh`get configmap drover -n ${namespace} --ignore-not-found -o jsonpath='{.data.firstLogin}'`,
  );
  const secret = kubectl(
    access,
    sh`get secret bootstrap-secret -n ${namespace} -o jsonpath='{.data.bootstrapPassword}'`,
  );
  return sh`[ "$(${shown})" != shown ] || exit 0
${secret} | base64 -d || exit 1
echo
getent hosts ${hostname} >/dev/null 2>&1 && echo resolves
exit 0`;
}

/** What was answered; undefined if it was shown before, or if Rancher has not made it yet. */
export function readFirstLogin({ code, stdout }: Result, hostname: string): FirstLogin | undefined {
  const [password = "", resolves] = stdout.split("\n");
  return code !== 0 || password === "" ? undefined : { hostname, password, resolves: resolves === "resolves" };
}

/** Remembers in the cluster that it was shown. */
export function rememberShown(access: KubeAccess): Sh {
  const data = JSON.stringify({ data: { firstLogin: "shown" } });
  return sh`${kubectl(access, sh`create configmap drover -n ${namespace}`)} >/dev/null 2>&1
${kubectl(access, sh`patch configmap drover -n ${namespace} --type merge -p ${data}`)}`;
}

/** Where to go, for a person at a terminal: with the password, which is said this once. */
export function firstLoginText({ hostname, password, resolves }: FirstLogin, cluster: Cluster): string {
  return [
    `Rancher is ready. The first login, which is shown this once:`,
    `  https://${hostname}/dashboard/?setup=${encodeURIComponent(password)}`,
    ...(resolves ? [] : nameHint(hostname, cluster)),
    "",
  ].join("\n");
}

/** The same where nobody looks at a terminal: a log is no place for a password. */
export function firstLoginHint({ hostname, resolves }: FirstLogin, cluster: Cluster): string {
  return [
    `Rancher is ready: https://${hostname}/dashboard/. Its first password is in the cluster:`,
    `  kubectl get secret -n ${namespace} bootstrap-secret -o go-template='{{.data.bootstrapPassword|base64decode}}'`,
    ...(resolves ? [] : nameHint(hostname, cluster)),
    "",
  ].join("\n");
}

function nameHint(hostname: string, { hosts }: Cluster): readonly string[] {
  const workers = hosts.filter(({ roles }) => roles.includes("worker")).map(({ address }) => address);
  return [
    `${hostname} does not resolve on this machine yet. Have your DNS lead it to ${workers.join(", ")}; to try at once:`,
    "  drover addons names --write",
  ];
}
