import { type Sh, sh } from "../../core/shell.ts";
import type { KnownFailure } from "../../core/step.ts";
import { backUpOnce } from "../files/backup.ts";
import { quickly } from "../run-quickly.ts";
import { rememberHolds } from "../undo/remember.ts";
import { majorVersions } from "./docker-version.ts";

/** Of the key that signs Docker's packages, as docs.docker.com gives it. */
const fingerprint = "9DC858229FC7DD38854AE2D88D81803C0EBFCD85";

const keyPath = "/etc/apt/keyrings/docker.asc";

const names = ["docker-ce", "docker-ce-cli", "containerd.io"];

const remember = rememberHolds(names);

const hold = sh`{ ${remember}
apt-mark hold ${names}; }`;

/** Keeps upgrades from moving Docker. */
export const holdDockerCe = quickly(hold);

// A key is believed for its fingerprint only, and only if it is the one key in the file.
function fetchKey(osId: string): Sh {
  return sh`if [ ! -s ${keyPath} ]; then
  command -v curl >/dev/null && command -v gpg >/dev/null || install ca-certificates curl gpg || exit 1
  t=$(mktemp -d) && trap 'rm -rf "$t"' EXIT || exit 1
  curl -fsSL --retry 3 -o "$t/key" ${`https://download.docker.com/linux/${osId}/gpg`} || exit 1
  found=$(gpg --homedir "$t" --batch --show-keys --with-colons "$t/key" | awk -F: '$1=="pub"{n=1} n&&$1=="fpr"{print $10; n=0}')
  [ "$found" = ${fingerprint} ] || { echo "docker-key-mismatch: $found" >&2; exit 1; }
  ${backUpOnce(keyPath)}
  cp "$t/key" ${`${keyPath}.new`} && chmod 0644 ${`${keyPath}.new`} && mv -f ${`${keyPath}.new`} ${keyPath} || exit 1
fi`;
}

/** Key, lists, the newest version that fits, and the hold. Uses `update` and `install` of aptFunctions. */
export function installDockerCe(osId: string, prefix: string | undefined): Sh {
  return sh`${fetchKey(osId)}
update || exit 1
v=$(apt-cache madison docker-ce | awk -F'|' -v want=${prefix ?? ""} '{
  gsub(/ /, "", $2); u = $2; sub(/^[0-9]+:/, "", u); sub(/-.*/, "", u); split(u, n, ".")
  if (n[1] >= ${majorVersions.oldest} && n[1] <= ${majorVersions.newest} && (want == "" || index(u ".", want ".") == 1)) { print $2; exit }
}')
[ -n "$v" ] || { echo "no-docker-ce-version" >&2; exit 1; }
install --allow-downgrades --allow-change-held-packages "docker-ce=$v" "docker-ce-cli=$v" containerd.io && ${hold}`;
}

/** How that can fail by itself. */
export const dockerCeFailures: readonly KnownFailure[] = [
  {
    pattern: /docker-key-mismatch: ?([0-9A-F\s]*)/,
    code: "step/action-failed",
    message: "The key that was fetched is not Docker's (fingerprint $1)",
    remedy: "Something between the host and download.docker.com changes what is fetched, such as a proxy. Look there.",
  },
  {
    pattern: /no-docker-ce-version/,
    code: "step/action-failed",
    message: "Docker's repository has no version for this host that the inventory and RKE (25 to 28) both accept",
    remedy: "Set docker.version to one that `apt-cache madison docker-ce` lists, or docker.source: distribution.",
  },
];
