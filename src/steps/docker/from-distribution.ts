import { inOneLine } from "../../core/printable.ts";
import type { Probe } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import type { Decision, KnownFailure } from "../../core/step.ts";
import { aptAction } from "../apt/apt-install.ts";
import { installed, type Package } from "../apt/package-states.ts";
import { isTooOld, majorVersions, upstream } from "./docker-version.ts";
import { holdStart, letStart } from "./first-start.ts";

/**
 * The version of docker.io that apt would install, as far as its lists tell. Asked only where the package is missing, whose
 * sums dpkg keeps for as long as it is installed: apt-cache takes ten times as long as all else.
 */
export const candidate: Probe<string | undefined> = {
  sh: sh`[ -e /var/lib/dpkg/info/docker.io.md5sums ] || apt-cache policy docker.io`,
  parse: (answer) => /^ {2}Candidate: (\d\S*)$/m.exec(answer.stdout)?.[1],
};

const remedy = "Set docker.source: docker-ce in the inventory.";

function tooOld(version: string): Decision {
  return {
    kind: "blocked",
    because: `the distribution's docker.io is ${inOneLine(upstream(version))}, RKE needs Docker ${majorVersions.oldest} or newer`,
    remedy,
  };
}

/** A host that never fetched apt's lists, such as an image of a cloud, does not know before what it would install. */
const tooOldAfterAll: KnownFailure = {
  pattern: /docker-io-too-old ([\d.]+)/,
  code: "step/action-failed",
  message: `The distribution's docker.io is $1, RKE needs Docker ${majorVersions.oldest} or newer: nothing was installed`,
  remedy,
};

/**
 * Its installation, or its refusal. Named one by one, without apt's recommendations: these are what we need of them, and a run that was
 * cut would not get the others later. Since Debian 13 the command `docker` is a package of its own. Uses `update` and `install` of
 * aptFunctions.
 */
export const installDockerIo = sh`candidates() {
  apt-cache policy docker.io docker-cli | awk '/^[^ ]/ { name = $1 } $1 == "Candidate:" && $2 ~ /^[0-9]/ { print name, $2 }'
}
known=$(candidates)
case $known in *docker-cli:*) ;; *) update; known=$(candidates) ;; esac
case $known in *docker-cli:*) more=docker-cli ;; *) more= ;; esac
old=$(printf '%s\n' "$known" | awk '$1 == "docker.io:" { sub(/^[0-9]+:/, "", $2)
  if ($2 + 0 < ${majorVersions.oldest}) { sub(/[^0-9.].*/, "", $2); print "docker-io-too-old " $2 } }')
[ -z "$old" ] || { echo "$old" >&2; exit 1; }
${holdStart}
install --no-install-recommends docker.io apparmor $more; c=$?
${letStart}
exit $c`;

/** What decides about the distribution's Docker on a host. */
export interface DistributionSeen {
  readonly packages: readonly Package[];
  readonly candidate: string | undefined;
  /** The command `docker` is there. */
  readonly client: boolean;
}

/** Docker from Debian's or Ubuntu's own package; undefined where it is as it should be. */
export function fromDistribution({ packages, candidate: version, client }: DistributionSeen): Decision | undefined {
  const present = installed(packages, "docker.io");
  const known = present?.version ?? version;
  if (known !== undefined && isTooOld(known)) return tooOld(known);
  if (present !== undefined && client) return undefined;
  const what = present === undefined ? "Docker" : "The command docker of Docker";
  const named = known === undefined ? "" : ` ${inOneLine(upstream(known))}`;
  return {
    kind: "change",
    changes: [
      {
        summary: `${what}${named} is installed from the distribution (docker.io)`,
        actions: [aptAction(installDockerIo, [tooOldAfterAll])],
      },
    ],
  };
}
