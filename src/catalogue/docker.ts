import { entriesOf } from "./entry.ts";

/** Docker's client and daemon. */
export const dockerCatalogue = entriesOf("docker", [
  {
    id: "daemon-silent",
    pattern: /Cannot connect to the Docker daemon at (\S+?)\.? Is the docker daemon running\?/,
    message: "Docker does not run: nothing answers at $1",
    remedy: "Look at `systemctl status docker` and `journalctl -u docker -n 50` on the host, then run this again.",
    source: "https://github.com/moby/moby/blob/master/client/errors.go",
    example: "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
  },
  {
    id: "socket-forbidden",
    // The daemon's words until Docker 28, the API's from 29 on, which ends there.
    pattern:
      /permission denied while trying to connect to the (?:Docker daemon socket|docker API) at (\S+?):?(?:\s|$)/i,
    message: "the login user may not use Docker ($1)",
    remedy: "`drover up` puts the user into the group docker; the group counts from the next login on.",
    source: "https://github.com/moby/moby/blob/master/client/request.go",
    example:
      'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get "http://%2Fvar%2Frun%2Fdocker.sock/v1.47/containers/json": dial unix /var/run/docker.sock: connect: permission denied',
  },
  {
    id: "rate-limit",
    pattern: /toomanyrequests: ([^\n]+)/,
    code: "cluster/image-not-pullable",
    message: "the registry gives no more images for now: $1",
    remedy: "Wait, or give a registry of your own or a user under `registries` in the inventory.",
    source: "https://github.com/distribution/distribution/blob/main/registry/api/errcode/register.go",
    example: "Error response from daemon: toomanyrequests: You have reached your pull rate limit.",
  },
  {
    id: "no-image-for-machine",
    pattern: /no matching manifest for (\S+) in the manifest list entries/,
    code: "cluster/image-not-pullable",
    message: "the image is not made for this host's kind of processor ($1)",
    remedy: "Use an image that is, or take the host out of what asks for it.",
    source: "https://github.com/moby/moby/blob/master/daemon/internal/distribution/pull_v2.go",
    example: "no matching manifest for linux/arm64/v8 in the manifest list entries",
  },
  {
    id: "pull-denied",
    // The second form is containerd's, which keeps the images of new installations from Docker 29 on.
    pattern:
      /(?:pull access denied for ([^\s,]+)|reference "([^"\n]+)": pull access denied), repository does not exist or may require/,
    code: "cluster/image-not-pullable",
    message: "the registry does not have the image $1$2, or wants a login for it",
    remedy: "Check its name. If it needs a login, give user and password of its registry under `registries`.",
    source: "https://github.com/moby/moby/blob/master/daemon/internal/distribution/errors.go",
    example:
      "Error response from daemon: pull access denied for team/app, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
  },
  {
    id: "manifest-unknown",
    pattern: /manifest (?:for (\S+) not found: manifest )?unknown|reference "([^"\n]+)": \S+: not found/,
    code: "cluster/image-not-pullable",
    message: "the registry does not have the image $1$2",
    remedy: "Check its name and tag; a mirror or private registry must have it too.",
    source: "https://github.com/distribution/distribution/blob/main/registry/api/errcode/register.go",
    example:
      "Error response from daemon: manifest for rancher/hyperkube:v9 not found: manifest unknown: manifest unknown",
  },
  {
    id: "certificate-untrusted",
    pattern: /Get "https:\/\/([^/"]+)[^"]*": (?:tls: failed to verify certificate: )?x509: ([^\n]+)/,
    code: "cluster/image-not-pullable",
    message: "the host does not trust the certificate of $1: $2",
    remedy:
      "Give the authority that signed it with `ca` at this registry in the inventory, or set `insecure: true` there.",
    source: "https://docs.docker.com/engine/security/certificates/",
    example:
      'Error response from daemon: Get "https://registry.lan:5000/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority',
  },
  {
    id: "port-taken",
    pattern: /(?:Bind for (\S+) failed: port is already allocated|listen tcp4? (\S+): bind: address already in use)/,
    message: "a port that a container wants is taken: $1$2",
    remedy: "Find who listens (`ss -ltnp`) and stop it, then run this again.",
    source: "https://github.com/moby/moby/blob/master/daemon/libnetwork/portallocator/portallocator.go",
    example:
      "docker: Error response from daemon: failed to set up container networking: Bind for 0.0.0.0:6443 failed: port is already allocated",
  },
]);
