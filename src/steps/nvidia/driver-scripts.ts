import { type Sh, sh } from "../../core/shell.ts";
import type { KnownFailure } from "../../core/step.ts";
import { fetchKey, keyMismatch } from "../apt/signed-key.ts";
import { heldNow, rememberUnheld } from "../undo/remember.ts";
import { branchOf, type Flavour } from "./kernel-module.ts";
import { dpkgFormat } from "./nvidia-packages.ts";

/** What is to be installed. */
export interface WantedDriver {
  readonly flavour: Flavour;
  /** The beginning of its version; undefined takes what the distribution has (Debian has one). */
  readonly version: string | undefined;
}

/**
 * Shell functions: `pick` prints a package's newest version that begins as wanted, `newer_kernels` the running kernel and later ones,
 * `hold_driver` holds what was installed. Which packages are held before is looked at here.
 */
function helpers(prefix: string | undefined): Sh {
  return sh`pick() {
  apt-cache madison "$1" | awk -F'|' -v want=${prefix ?? ""} '{
    gsub(/ /, "", $2); u = $2; sub(/^[0-9]+:/, "", u); sub(/[-+~].*/, "", u)
    if (want == "" || index(u ".", want ".") == 1) { print $2; exit }
  }'
}
newer_kernels() {
  for k in /lib/modules/*/modules.dep; do basename "$(dirname "$k")"; done | sort -V | awk -v r="$(uname -r)" '$0 == r { p = 1 } p'
}
headers() { for k in $(newer_kernels); do echo "linux-headers-$k"; done; }
${heldNow}
hold_driver() {
  set -- $(dpkg-query -W -f ${dpkgFormat} | sed -n 's/^[a-z]i.*|\(.*\)|.*/\1/p' | grep -E ${heldNames})
  ${rememberUnheld(sh`"$@"`)}
  apt-mark hold "$@" >/dev/null
}
change="--allow-downgrades --allow-change-held-packages --no-install-recommends"`;
}

/** Packages that a hold keeps as they are: module, libraries, tools. Kernel-specific modules go with their kernel. */
const heldNames =
  "^(libcuda1|cuda-drivers.*|nvidia-open.*|libnvidia-[a-z0-9-]+|nvidia-(utils|smi|headless|dkms|kernel|compute|firmware|persistenced|fabricmanager)[a-z0-9.-]*)(:[a-z0-9]+)?$";

/**
 * Ubuntu's server drivers: the modules that Ubuntu built and signed for these kernels, and only where there are none for one
 * of them, DKMS. (Ubuntu Server documentation, "NVIDIA drivers installation".)
 */
function ubuntu({ flavour, version }: WantedDriver): Sh {
  const branch = String(branchOf(version ?? ""));
  const suffix = flavour === "open" ? "-open" : "";
  return sh`${helpers(version)}
apt update || exit 1
b=${`${branch}-server`}
[ -n "$(pick "nvidia-utils-$b")" ] || b=${branch}
v=$(pick "nvidia-utils-$b")
[ -n "$v" ] || { echo no-driver-version >&2; exit 1; }
built=; all=yes
for k in $(newer_kernels); do
  p="linux-modules-nvidia-$b"${suffix}"-$k"
  if apt-cache show "$p" >/dev/null 2>&1; then built="$built $p"; else all=no; fi
done
meta="linux-modules-nvidia-$b"${suffix}"-$(uname -r | sed 's/^[0-9.]*-[0-9]*-//')"
apt-cache show "$meta" >/dev/null 2>&1 || meta=
if [ "$all" = yes ] && install $change "nvidia-headless-no-dkms-$b"${suffix}"=$v" "nvidia-utils-$b=$v" $built $meta; then :
else
  case $(mokutil --sb-state 2>/dev/null) in *disabled*) ;; *enabled*) echo no-signed-module >&2; exit 1 ;; esac
  install $change "nvidia-headless-$b"${suffix}"=$v" "nvidia-utils-$b=$v" $(headers) || exit 1
fi
hold_driver`;
}

/** Debian's driver from non-free: modules built here by DKMS, no desktop. */
function debian({ flavour, version }: WantedDriver): Sh {
  const module = flavour === "open" ? "nvidia-open-kernel-dkms" : "nvidia-kernel-dkms";
  return sh`${helpers(version)}
apt update || exit 1
m=$(pick ${module}); v=$(pick nvidia-smi)
[ -n "$m" ] && [ -n "$v" ] || { echo no-driver-version >&2; exit 1; }
install $change $(headers) ${module}"=$m" "nvidia-smi=$v" "libcuda1=$v" libnvidia-ptxjitcompiler1 nvidia-persistenced || exit 1
hold_driver`;
}

const cudaKeys = ["EB693B3035CD5710E231E123A4B469963BF863CC", "02182E60104FCDC26EAE1B8597A5D4CB8793F200"];

/** Where apt finds the key of NVIDIA's repository. */
export const cudaKeyPath = "/etc/apt/keyrings/nvidia-cuda.asc";

/** NVIDIA's own packages of the branch that the pin (a file of ours) holds apt to. `repository` is null where apt knows one. */
function nvidia({ flavour, version }: WantedDriver, repository: string | undefined): Sh {
  const metapackage = flavour === "open" ? "nvidia-open" : "cuda-drivers";
  const urls = repository === undefined ? [] : ["3bf863cc.pub", "8793F200.pub"].map((name) => `${repository}${name}`);
  const key = repository === undefined ? sh`:` : fetchKey({ urls, path: cudaKeyPath, fingerprints: cudaKeys });
  return sh`${helpers(version)}
${key}
apt update || exit 1
v=$(pick ${metapackage})
[ -n "$v" ] || { echo no-driver-version >&2; exit 1; }
install $change $(headers) ${metapackage}"=$v" || exit 1
hold_driver`;
}

/** The installation from one of the three sources. Uses `apt` and `install` of aptFunctions. */
export const driverScripts = { ubuntu, debian, nvidia } as const;

/** How it can fail by itself. */
export const driverFailures: readonly KnownFailure[] = [
  {
    pattern: new RegExp(`${keyMismatch}: ?([0-9A-F\\s]*)`),
    code: "step/action-failed",
    message: "The key that was fetched is not NVIDIA's (fingerprint $1)",
    remedy: "Something between the host and NVIDIA's server changes what is fetched, such as a proxy. Look there.",
  },
  {
    pattern: /no-driver-version/,
    code: "step/action-failed",
    message: "The host's package sources have no NVIDIA driver of the wanted version",
    remedy:
      "Look at gpu.driver.version in the inventory. On Ubuntu the sources need `restricted`, on Debian `contrib non-free non-free-firmware`; or set gpu.driver.source: nvidia.",
  },
  {
    pattern: /no-signed-module/,
    code: "gpu/secure-boot",
    message: "Secure Boot is on, and Ubuntu has no signed NVIDIA module for this kernel",
    remedy:
      "Upgrade the host's kernel to the newest of its series, reboot, and run this again; or turn Secure Boot off.",
  },
  {
    pattern: /Bad return status for module build on kernel: (\S+)/,
    code: "step/action-failed",
    message: "The NVIDIA module could not be built for the kernel $1",
    remedy: "Read /var/lib/dkms/nvidia/*/build/make.log on the host: mostly the driver is too old for the kernel.",
  },
  {
    pattern: /Unable to locate package (linux-headers-\S+)/,
    code: "step/action-failed",
    message: "There is no package $1: the running kernel is gone from the package sources",
    remedy: "Upgrade the kernel on the host, reboot into it, and run this again.",
  },
];
