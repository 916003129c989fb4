import type { Probe } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import { kubectlAsNobody } from "../../kube/kubectl.ts";
import { urlHost } from "../../kube/url-host.ts";
import { stateProbe } from "./rke-state.ts";
import type { RkeSetup } from "./setup.ts";
import { unusable } from "./state-copies.ts";

/**
 * The first controlplane host on which an API server listens already, whoever made it; undefined if none does. It is asked
 * without a kubeconfig and with a token of nobody (else kubectl asks for a name), so that it answers "Unauthorized", or nothing. Asked only where there is no state: then an `rke up`
 * would give a running cluster a new authority, and break it.
 */
export function apiAnswers(setup: RkeSetup): Probe<string | undefined> {
  const servers = setup.cluster.hosts.flatMap(({ roles, address }) =>
    roles.includes("controlplane") ? [address] : [],
  );
  const ask = kubectlAsNobody(setup, sh`"https://$server:6443"`, "/version");
  return {
    sh: sh`for server in ${servers.map(urlHost)}; do
  said=$(${ask} 2>&1 </dev/null) && { echo "$server"; break; }
  case $said in *Unauthorized* | *"must be logged in"* | *orbidden* | *"provide credentials"*) echo "$server"; break ;; esac
done`,
    parse: ({ stdout }) => {
      const found = stdout.trim();
      return servers.find((one) => found === urlHost(one));
    },
    onlyIf: { sh: stateProbe(setup.paths.state).sh, isNeeded: unusable },
  };
}
