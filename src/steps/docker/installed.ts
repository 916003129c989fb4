import type { DockerSettings } from "../../core/cluster.ts";
import { succeeds } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import type { AnyStep, Decision } from "../../core/step.ts";
import { defineStep, ok } from "../../core/step.ts";
import { installed as find, type Package, packageStates } from "../apt/package-states.ts";
import { noSenseAbout } from "../blocked.ts";
import { fileProbe } from "../files/file-probe.ts";
import { osRelease } from "../os/os-release.ts";
import { candidate, fromDistribution } from "./from-distribution.ts";
import { fromDockerCe, sourcesPath } from "./from-docker-ce.ts";

function conflict(packages: readonly Package[], snap: boolean): Decision | undefined {
  const what = snap ? "the snap docker" : find(packages, "podman-docker") ? "podman-docker" : undefined;
  if (what === undefined) return undefined;
  return {
    kind: "blocked",
    because: `${what} is installed and stands in the way of Docker`,
    remedy: `Remove it on the host: ${snap ? "snap remove docker" : "apt-get remove podman-docker"}.`,
  };
}

function notThere(): Decision {
  return {
    kind: "blocked",
    because: "Docker is not installed, and the inventory says docker.source: none",
    remedy: "Install Docker 25 to 28 on the host, or set docker.source to distribution or docker-ce.",
  };
}

/** Docker itself, from where the inventory says. */
export function installed(settings: DockerSettings): AnyStep {
  return defineStep({
    id: "docker/installed",
    title: "Install Docker",
    probes: () => ({
      packages: packageStates,
      candidate,
      os: osRelease,
      sources: fileProbe(sourcesPath),
      snap: succeeds(sh`[ -e /snap/bin/docker ]`),
      client: succeeds(sh`command -v docker`),
      daemon: succeeds(sh`command -v dockerd || [ -x /usr/sbin/dockerd ]`),
    }),
    decide: ({ packages, candidate: version, os, sources, snap, client, daemon }) => {
      if (packages === undefined || os === undefined) return noSenseAbout("its packages");
      if (settings.source === "none") return daemon && client ? ok : notThere();
      const blocked = conflict(packages, snap);
      if (blocked !== undefined) return blocked;
      const wanted =
        settings.source === "distribution"
          ? fromDistribution({ packages, candidate: version, client })
          : fromDockerCe({ packages, version: settings.version, os, sources });
      return wanted ?? ok;
    },
  });
}
