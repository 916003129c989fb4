import type { KubeflowSettings } from "../../core/addons.ts";
import { atExit, type Sh, sh } from "../../core/shell.ts";
import type { AnyStep } from "../../core/step.ts";
import { type KubeAccess, patientKubectl } from "../../kube/kubectl.ts";
import { triedProofStep } from "../proof-step.ts";
import type { Release } from "../release.ts";
import { tellTrouble } from "../trouble.ts";

const seconds = 300;

/**
 * The user logs in through Kubeflow's own gateway, as a browser does, and is shown the dashboard of the platform. It is proven
 * anew for each revision of the gateway, which another password brings forth.
 */
export function loginProof(
  access: KubeAccess,
  { gateway: release, platform }: Readonly<Record<"gateway" | "platform", Release>>,
  { email, password }: KubeflowSettings,
): AnyStep {
  const proof = {
    id: "kubeflow/login",
    title: "The user logs in and sees the dashboard",
    release,
    summary: `log in to Kubeflow as ${email}, as a proof`,
    seconds,
    stdin: password,
    remedy:
      "Look at the pods of auth, oauth2-proxy, istio-system and kubeflow: `kubectl get pods -A`. Then run `drover up` again.",
  } as const;
  return { ...triedProofStep(access, proof, loginScript(access, email)), needs: [platform.id, release.id] };
}

/**
 * Through a port of this machine alone, for the time of the proof. The password comes on stdin, and curl has it from there.
 * oauth2-proxy leads to Dex's form, Dex back to oauth2-proxy, and that to the dashboard.
 */
function loginScript(access: KubeAccess, email: string): Sh {
  const forward = patientKubectl(
    access,
    sh`port-forward -n istio-system service/istio-ingressgateway :80 --address 127.0.0.1`,
  );
  return sh`password=$(cat)
umask 077
work=$(mktemp -d) || exit 1
${atExit(sh`kill "$forward" 2>/dev/null; rm -rf "$work"`)}
forwarded() {
  kill -0 "$forward" 2>/dev/null || { ${forward} >"$work/forward" 2>&1 & forward=$!; sleep 1; }
  port=$(sed -n 's/^Forwarding from 127\.0\.0\.1:\([0-9]*\) .*/\1/p' "$work/forward" | head -n 1)
}
browse() { curl -sSL --noproxy '*' --max-time 30 --max-redirs 10 -b "$work/cookies" -c "$work/cookies" -o "$work/page" "$@" 2>"$work/said"; }
login() {
  said=$(tail -n 1 "$work/forward" 2>/dev/null)
  forwarded
  [ -n "$port" ] || return 1
  rm -f "$work/cookies" "$work/page"
  form=$(browse -w '%{url_effective}' "http://127.0.0.1:$port/oauth2/start?rd=%2F") || { said=$(cat "$work/said"); return 1; }
  said="what should be the page to log in is: $(seen)"
  grep -q 'name="password"' "$work/page" || return 1
  printf '%s' "$password" | browse --data-urlencode ${`login=${email}`} --data-urlencode password@- "$form" || { said=$(cat "$work/said"); return 1; }
  said="what should be the dashboard is: $(seen)"
  grep -qi '<title>Kubeflow Central Dashboard' "$work/page"
}
seen() { tr -d '\r' <"$work/page" | sed 's/<[^>]*>/ /g' | tr -s ' \n' ' ' | cut -c 1-200; }
end=$(($(date +%s) + ${seconds}))
until login; do
  if [ "$(date +%s)" -ge "$end" ]; then
    ${tellTrouble(access, "istio-system")}
    echo "not so: $(printf '%s' "$said" | tail -n 1 | tr -cd '[:print:]' | cut -c 1-300)"
    exit 1
  fi
  sleep 3
done
kill "$forward" 2>/dev/null`;
}
