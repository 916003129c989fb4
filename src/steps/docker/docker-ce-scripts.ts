import type { DockerRepository } from "../../core/cluster.ts";
import { type Sh, sh } from "../../core/shell.ts";
import type { KnownFailure } from "../../core/step.ts";
import { fetchKey, keyMismatch } from "../apt/signed-key.ts";
import { quickly } from "../run-quickly.ts";
import { rememberHolds } from "../undo/remember.ts";
import { majorVersions } from "./docker-version.ts";
import { holdStart, letStart } from "./first-start.ts";

/** Docker's own repository, and the key that signs it, as docs.docker.com gives it. */
export const dockersOwn = {
  url: "https://download.docker.com/linux",
  fingerprint: "9DC858229FC7DD38854AE2D88D81803C0EBFCD85",
} as const satisfies DockerRepository;

const keyPath = "/etc/apt/keyrings/docker.asc";

const names = ["docker-ce", "docker-ce-cli", "containerd.io"];

const remember = rememberHolds(names);

/** Keeps upgrades from moving Docker. */
export const holdDockerCe = quickly(sh`${remember}
apt-mark hold ${names}`);

// The newest of those that fit. Without a wish that is the newest that lets RKE's old clients in by itself, and where the
// repository has none (Ubuntu 26.04 begins with 29), the newest of all.
const choose = sh`'{
  gsub(/ /, "", $2); u = $2; sub(/^[0-9]+:/, "", u); sub(/-.*/, "", u); split(u, n, ".")
  if (n[1] < ${majorVersions.oldest} || (want != "" && index(u ".", want ".") != 1)) next
  if (want != "" || n[1] <= ${majorVersions.newest}) { best = $2; exit }
  if (newer == "") newer = $2
}
END { print best == "" ? newer : best }'`;

/**
 * Fetches and believes the repository's key, or ends without a change of what apt is told: a source whose key is not there makes
 * apt refuse every list.
 */
export function fetchDockerKey(osId: string, { url, fingerprint }: DockerRepository): Sh {
  const fingerprints = [fingerprint ?? dockersOwn.fingerprint];
  return fetchKey({ urls: [`${url}/${osId}/gpg`], path: keyPath, fingerprints });
}

/** Lists, the newest version that fits, and the hold. Uses `update` and `install` of aptFunctions. */
export function installDockerCe(prefix: string | undefined): Sh {
  return sh`update || exit 1
v=$(apt-cache madison docker-ce | awk -F'|' -v want=${prefix ?? ""} ${choose})
[ -n "$v" ] || { echo "no-docker-ce-version" >&2; exit 1; }
${remember}
${holdStart}
install --allow-downgrades --allow-change-held-packages "docker-ce=$v" "docker-ce-cli=$v" containerd.io && apt-mark hold ${names}; c=$?
${letStart}
exit $c`;
}

/** How those can fail by themselves, with the repository at this address. */
export function dockerCeFailures(url: string): readonly KnownFailure[] {
  const { host } = new URL(url);
  return [
    {
      pattern: new RegExp(`${keyMismatch}: ?([0-9A-F\\s]*)`),
      code: "step/action-failed",
      message: "The key that was fetched is not the one that signs Docker's packages (fingerprint $1)",
      remedy:
        url === dockersOwn.url
          ? `Something between the host and ${host} changes what is fetched, such as a proxy. Look there.`
          : `Compare docker.repository.fingerprint with the key of the mirror ${host}: gpg --show-keys`,
    },
    {
      pattern: /^curl: \(\d+\) ([^\n]+)/m,
      code: "step/action-failed",
      message: "The key of Docker's repository could not be fetched: $1",
      remedy: `Check the host's way to ${host}, on which apt's proxy is used; or name a mirror in docker.repository.`,
    },
    {
      pattern: /no-docker-ce-version/,
      code: "step/action-failed",
      message: "Docker's repository has no version for this host that the inventory and RKE (25 and newer) both accept",
      remedy: "Set docker.version to one that `apt-cache madison docker-ce` lists, or docker.source: distribution.",
    },
    {
      pattern: new RegExp(
        `Conflicting values set for option Signed-By regarding source https?://${host.replaceAll(".", "\\.")}/`,
      ),
      code: "step/action-failed",
      message: "apt is told Docker's repository twice, with different keys",
      remedy: `On the host: grep -rl ${host} /etc/apt, and take it out of all files but docker.sources.`,
    },
  ];
}
