import type { Cluster, Host } from "../../core/cluster.ts";
import { lines, type Probe } from "../../core/probe.ts";
import { joinSh, type Sh, sh } from "../../core/shell.ts";
import { type AnyStep, type Change, defineStep, type KnownFailure, type Progress } from "../../core/step.ts";
import type { Mapping } from "../../templates/yaml.ts";
import { imagesFor } from "./images.ts";

/** Pulling many gigabytes over a slow line is no failure yet. */
const pullTimeoutMs = 60 * 60_000;

/** The images that a host has, by tag and by digest, or undefined if its Docker does not answer. One process for all. */
const presentImages: Probe<ReadonlySet<string> | undefined> = {
  sh: sh`docker image ls --digests --format '{{.Repository}}:{{.Tag}} {{.Repository}}@{{.Digest}}'`,
  parse: ({ code, stdout }) => (code === 0 ? new Set(lines(stdout).flatMap((line) => line.split(" "))) : undefined),
};

/** As `docker image ls` calls it, which leaves the name of Docker's own registry out. */
function listedAs(image: string): string {
  return image.replace(/^docker\.io\//, "");
}

/**
 * The images of the cluster lie on the host before `rke up` starts. A missing image would otherwise show only as a timeout
 * of some add-on, many minutes later, and RKE throws away the daemon's reason.
 */
export function imagesStep(cluster: Cluster, document: Mapping): AnyStep {
  return defineStep({
    id: "rke/images",
    title: "Have the cluster's images on the host",
    appliesTo: (host) => imagesFor(document, host).length > 0,
    probes: () => ({ present: presentImages }),
    decide: ({ present }, host) => {
      if (present === undefined)
        return { kind: "later", after: "docker/installed", because: "Docker does not answer yet" };
      const missing = imagesFor(document, host).filter((image) => !present.has(listedAs(image)));
      return missing.length === 0 ? { kind: "ok" } : { kind: "change", changes: [pull(cluster, host, missing)] };
    },
  });
}

function pull(cluster: Cluster, host: Host, missing: readonly string[]): Change {
  const registry = cluster.registries.find((candidate) => candidate.default && candidate.password !== undefined);
  const login = registry === undefined ? undefined : { url: registry.url, user: registry.user ?? "" };
  return {
    summary: `pull ${missing.length} image${missing.length === 1 ? "" : "s"}`,
    after: `${missing.join("\n")}\n`,
    actions: [
      {
        kind: "run",
        sh: pullScript(missing, login),
        ...(registry?.password === undefined ? {} : { stdin: registry.password }),
        timeoutMs: pullTimeoutMs,
        progress: pullProgress,
        failures: pullFailures(host),
      },
    ],
  };
}

/** Logs in with a configuration of its own, which is gone afterwards: no password stays on the host. */
function pullScript(images: readonly string[], login: { readonly url: string; readonly user: string } | undefined): Sh {
  const pulls = images.map(
    (image, index) => sh`echo "pulling ${index + 1} of ${images.length}: "${image}
docker pull --quiet ${image} || { echo "not pulled: "${image} >&2; exit 1; }`,
  );
  if (login === undefined) return joinSh(pulls);
  const setup = sh`set -eu
DOCKER_CONFIG=$(mktemp -d); export DOCKER_CONFIG
trap 'rm -rf "$DOCKER_CONFIG"' EXIT
docker login -u ${login.user} --password-stdin ${login.url}`;
  return joinSh([setup, ...pulls]);
}

/** `pulling 3 of 8: image` as progress. */
export function pullProgress(line: string): Progress | undefined {
  const match = /^pulling (\d+) of (\d+): (\S+)$/.exec(line);
  if (match === null) return undefined;
  return { phase: `pulling ${match[3]}`, fraction: (Number(match[1]) - 1) / Number(match[2]) };
}

function pullFailures(host: Host): readonly KnownFailure[] {
  const say = (pattern: RegExp, remedy: string): KnownFailure => ({
    pattern,
    code: "cluster/image-not-pullable",
    message: `$2 cannot be pulled on ${host.name}: $1`,
    remedy,
  });
  const because = (words: string) =>
    new RegExp(`^(?:Error response from daemon: )?(.*(?:${words}).*)\\n(?:.*\\n)*?not pulled: (\\S+)$`, "im");
  return [
    say(
      because("toomanyrequests|rate limit"),
      "Wait, or give a registry with `registries` and a user, then run `drover up` again.",
    ),
    say(
      because("unauthorized|denied|authentication required"),
      "Check `user` and `password` of the registry in the inventory; the name of the image may be wrong too.",
    ),
    say(
      because("server gave HTTP response to HTTPS client|x509:"),
      "Set `insecure: true` on the registry in the inventory, or give its certificate to Docker on the hosts.",
    ),
    say(
      because("not found|manifest unknown"),
      "The registry does not have this image. Put it there, or choose another kubernetesVersion.",
    ),
    say(
      because("dial tcp|lookup|no route|timeout|i/o|connection refused|EOF"),
      "The host does not reach the registry. Check its DNS, routes and proxy (`drover plan` shows what Drover would set).",
    ),
    say(
      /^(?:Error response from daemon: )?(.*)\n(?:.*\n)*?not pulled: (\S+)$/im,
      "Try `docker pull` of it on the host by hand; the daemon's words are above.",
    ),
  ];
}
