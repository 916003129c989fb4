import type { Host } from "../../core/cluster.ts";
import type { KnownFailure } from "../../core/step.ts";

/** The daemon's words before `not pulled: image` or `not logged in: registry`, which the script says last. */
function because(words: string, what: string): RegExp {
  return new RegExp(`^(?:Error response from daemon: )?(.*(?:${words}).*)\\n(?:.*\\n)*?${what}: (\\S+)$`, "im");
}

/** Ways in which pulling fails on a host, the most telling first; the last one is any. */
export function pullFailures(host: Host): readonly KnownFailure[] {
  const login = (words: string, remedy: string): KnownFailure => ({
    pattern: because(words, "not logged in"),
    code: "cluster/image-not-pullable",
    message: `${host.name} cannot log in to $2: $1`,
    remedy,
  });
  const pull = (words: string, remedy: string): KnownFailure => ({
    pattern: because(words, "not pulled"),
    code: "cluster/image-not-pullable",
    message: `$2 cannot be pulled on ${host.name}: $1`,
    remedy,
  });
  const certificate =
    "Set `insecure: true` on the registry in the inventory, or give its certificate to Docker on the hosts (/etc/docker/certs.d).";
  const way =
    "The host does not reach the registry. Check its DNS, routes and proxy (`drover plan` shows what Drover would set).";
  return [
    login(
      "unauthorized|denied|incorrect|authentication",
      "Check `user` and `password` of the registry in the inventory.",
    ),
    login("server gave HTTP response to HTTPS client|x509:|certificate", certificate),
    login("dial tcp|lookup|no route|timeout|i/o|connection refused|EOF", way),
    login("", "Try `docker login` there by hand; the daemon's words are above."),
    pull(
      "toomanyrequests|rate limit",
      "Wait, or give a registry with `registries` and a user, then run `drover up` again.",
    ),
    pull(
      "unauthorized|denied|authentication required",
      "Check `user` and `password` of the registry in the inventory; the name of the image may be wrong too.",
    ),
    pull("server gave HTTP response to HTTPS client|x509:", certificate),
    pull(
      "not found|manifest unknown",
      "The registry does not have this image. Put it there, or choose another kubernetesVersion.",
    ),
    pull("no matching manifest", "The registry has this image for another kind of processor only."),
    pull("dial tcp|lookup|no route|timeout|i/o|connection refused|EOF", way),
    pull("", "Try `docker pull` of it on the host by hand; the daemon's words are above."),
  ];
}
