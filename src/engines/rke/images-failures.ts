import type { Host } from "../../core/cluster.ts";
import type { KnownFailure } from "../../core/step.ts";

/** The daemon's words before `not pulled: image` or `not logged in: registry`, which the script says last. */
function because(words: string, what: string): RegExp {
  return new RegExp(`^(?:Error response from daemon: )?(.*(?:${words}).*)\\n(?:.*\\n)*?${what}: (\\S+)$`, "im");
}

/** What Go says of a registry's certificate (crypto/x509, verify.go), the most telling first. */
const certificates = [
  {
    words: "server gave HTTP response to HTTPS client",
    remedy:
      "It speaks plain http: set `insecure: true` on the registry in the inventory, or the port that speaks https.",
  },
  {
    words: "x509: certificate has expired or is not yet valid",
    remedy: "Renew the registry's certificate, or put the host's clock right (`date` there).",
  },
  {
    words: "x509: certificate is (?:valid for|not valid for)|x509: cannot validate certificate for|legacy Common Name",
    remedy:
      "Name the registry in the inventory as its certificate does, or have one made with that name in subjectAltName.",
  },
  {
    words: "x509: certificate signed by unknown authority",
    remedy: "Give the authority that signed its certificate with `ca` at the registry in the inventory.",
  },
  {
    words: "x509:|tls: ",
    remedy:
      "Give the authority that signed its certificate with `ca` at the registry in the inventory, or `insecure: true`.",
  },
] as const;

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
  const way =
    "The host does not reach the registry. Check its DNS, routes and proxy (`drover plan` shows what Drover would set).";
  return [
    login(
      "unauthorized|denied|incorrect|authentication",
      "Check `user` and `password` of the registry in the inventory.",
    ),
    ...certificates.map(({ words, remedy }) => login(words, remedy)),
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
    ...certificates.map(({ words, remedy }) => pull(words, remedy)),
    pull(
      "not found|manifest unknown",
      "The registry does not have this image. Put it there, or choose another kubernetesVersion.",
    ),
    pull("no matching manifest", "The registry has this image for another kind of processor only."),
    pull("dial tcp|lookup|no route|timeout|i/o|connection refused|EOF", way),
    pull("", "Try `docker pull` of it on the host by hand; the daemon's words are above."),
  ];
}
