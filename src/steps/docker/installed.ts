import type { DockerSettings } from "../../core/cluster.ts";
import { inOneLine } from "../../core/printable.ts";
import { type Probe, succeeds } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import type { AnyStep, Decision } from "../../core/step.ts";
import { defineStep, ok } from "../../core/step.ts";
import { packageStates } from "../apt/package-states.ts";
import { noSenseAbout } from "../blocked.ts";
import { fileProbe } from "../files/file-probe.ts";
import { osRelease } from "../os/os-release.ts";
import { dockersOwn } from "./docker-ce-scripts.ts";
import { type DockerDaemon, dockerDaemon } from "./docker-service.ts";
import { isTooOld, upstream } from "./docker-version.ts";
import { candidate, fromDistribution } from "./from-distribution.ts";
import { fromDockerCe } from "./from-docker-ce.ts";
import { nodeRuns } from "./node-runs.ts";
import { sourceFiles, sourcesPath } from "./other-sources.ts";
import { rivals } from "./rivals.ts";

function asItIs(there: boolean, daemon: DockerDaemon | undefined): Decision {
  const old = daemon !== undefined && isTooOld(daemon.version) ? upstream(daemon.version) : undefined;
  if (there && old === undefined) return ok;
  const found = old === undefined ? "not installed" : `${inOneLine(old)}, too old for RKE`;
  return {
    kind: "blocked",
    because: `Docker is ${found}, and the inventory says docker.source: none`,
    remedy: "Install Docker 25 to 28 on the host, or set docker.source to distribution or docker-ce.",
  };
}

/** As it is answered where it is of no use: a start of apt-cache takes as long as ten other questions. */
function neverAsked<T>(probe: Probe<T>): Probe<T> {
  return { ...probe, onlyIf: { sh: packageStates.sh, isNeeded: () => false } };
}

/** Docker itself, from where the inventory says. */
export function installed(settings: DockerSettings): AnyStep {
  const { source, version: prefix, repository = dockersOwn } = settings;
  return defineStep({
    id: "docker/installed",
    title: "Install Docker",
    probes: (host) => ({
      packages: packageStates,
      candidate: source === "distribution" ? candidate : neverAsked(candidate),
      os: osRelease,
      sources: fileProbe(sourcesPath),
      known: sourceFiles(repository.url),
      snap: succeeds(sh`[ -e /snap/bin/docker ]`),
      client: succeeds(sh`command -v docker`),
      program: succeeds(sh`command -v dockerd || [ -x /usr/sbin/dockerd ]`),
      daemon: dockerDaemon(host),
      isNode: nodeRuns,
    }),
    decide: ({ packages, candidate: version, os, sources, known, snap, client, program, daemon, isNode }) => {
      if (packages === undefined || os === undefined) return noSenseAbout("its packages");
      if (source === "none") return asItIs(program && client, daemon);
      const blocked = rivals(packages, snap, source);
      if (blocked !== undefined) return blocked;
      const wanted =
        source === "distribution"
          ? fromDistribution({ packages, candidate: version, client })
          : fromDockerCe({ packages, version: prefix, repository, os, sources, known, isNode });
      return wanted ?? ok;
    },
  });
}
