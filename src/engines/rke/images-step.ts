import type { Cluster, Host } from "../../core/cluster.ts";
import type { Mapping } from "../../core/mapping.ts";
import { lines, type Probe } from "../../core/probe.ts";
import { atExit, joinSh, type Sh, sh } from "../../core/shell.ts";
import { type AnyStep, type Change, defineStep, type Progress } from "../../core/step.ts";
import { imagesFor } from "./images.ts";
import { pullFailures } from "./images-failures.ts";

/** Pulling many gigabytes over a slow line is no failure yet. */
const pullTimeoutMs = 60 * 60_000;

/** The images that a host has, by tag and by digest, or undefined if its Docker does not answer. One process for all. */
const presentImages: Probe<ReadonlySet<string> | undefined> = {
  sh: sh`docker image ls --digests --format '{{.Repository}}:{{.Tag}} {{.Repository}}@{{.Digest}}'`,
  parse: ({ code, stdout }) => (code === 0 ? new Set(lines(stdout).flatMap((line) => line.split(" "))) : undefined),
};

/**
 * As `docker image ls` calls it (github.com/distribution/reference, normalize.go): without the names of Docker's own registry and
 * of its library, and by its digest alone where it has one.
 */
function listedAs(image: string): string {
  return image.replace(/^(?:index\.)?docker\.io\/(?:library\/(?=[^/]+$))?/, "").replace(/:[^:/@]+(?=@)/, "");
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
  const logins = cluster.registries.flatMap(({ url, user = "", password }) =>
    password === undefined ? [] : [{ url, user, password }],
  );
  return {
    summary: `pull ${missing.length} image${missing.length === 1 ? "" : "s"}`,
    after: `${missing.join("\n")}\n`,
    actions: [
      {
        kind: "run",
        sh: pullScript(missing, logins),
        ...(logins.length === 0 ? {} : { stdin: `${logins.map(({ password }) => password).join("\n")}\n` }),
        timeoutMs: pullTimeoutMs,
        progress: pullProgress,
        failures: pullFailures(host),
      },
    ],
  };
}

/** So many at a time: Docker itself takes three layers at a time, and waits for the registry between them. */
const atOnce = 3;

/**
 * Pulls several images at a time, and stops at the first that cannot be pulled: each says its daemon's words and its name in
 * one piece. Logs in to every registry that wants it, also those that pods pull from later, with a configuration of its own,
 * which is gone afterwards: no password stays on the host. The passwords come on stdin, one a line.
 */
function pullScript(images: readonly string[], logins: readonly { readonly url: string; readonly user: string }[]): Sh {
  const setup = sh`work=$(mktemp -d) && ${atExit(sh`rm -rf "$work"`)} || exit 1`;
  const enter =
    logins.length === 0
      ? []
      : [
          sh`DOCKER_CONFIG=$work; export DOCKER_CONFIG`,
          ...logins.map(
            ({ url, user }) => sh`IFS= read -r word && printf %s "$word" |
  docker login -u ${user} --password-stdin ${url} >/dev/null || { echo "not logged in: "${url} >&2; exit 1; }`,
          ),
        ];
  const pull = sh`export work
printf '%s\n' ${images} | xargs -n 1 -P ${atOnce} sh -c '
  [ ! -e "$work/failed" ] || exit 0
  said=$(docker pull --quiet "$1" 2>&1) && { echo "$1"; exit 0; }
  : >"$work/failed"; printf "%s\nnot pulled: %s\n" "$said" "$1" >&2' sh |
  { count=0; while read -r image; do count=$((count + 1)); echo "pulled $count of ${images.length}: $image"; done; }
[ ! -e "$work/failed" ]`;
  return joinSh([setup, ...enter, pull]);
}

/** `pulled 3 of 8: image` as progress. */
export function pullProgress(line: string): Progress | undefined {
  const match = /^pulled (\d+) of (\d+): (\S+)$/.exec(line);
  if (match === null) return undefined;
  return { phase: `pulled ${match[3]}`, fraction: Number(match[1]) / Number(match[2]) };
}
