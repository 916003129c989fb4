import type { Probe } from "../core/probe.ts";
import { lines } from "../core/probe.ts";
import { sh } from "../core/shell.ts";
import { nouveauBanned } from "../steps/nvidia/kernels.ts";
import { shimPasses } from "../steps/nvidia/secure-boot.ts";
import { askParts, readParts } from "./parts.ts";

/** What drives the GPUs of a host, and what stands in the way of that. */
export interface GpuDriverFact {
  /** Version of the kernel module in use; undefined while none is loaded. */
  readonly loaded: string | undefined;
  /** Which of NVIDIA's kernel modules is loaded, by its licence. */
  readonly flavour: "open" | "proprietary" | undefined;
  /** Version of the libraries (libnvidia-ml) that programs load. */
  readonly library: string | undefined;
  readonly nouveau: boolean;
  /** nouveau is kept from being loaded (modprobe.d). */
  readonly nouveauBlocked: boolean;
  /** The firmware runs signed modules only; undefined where it does not tell. */
  readonly secureBoot: boolean | undefined;
  /** Headers of the running kernel are there, so that modules can be built. */
  readonly headers: boolean;
  readonly fabricManager: { readonly version: string | undefined; readonly active: boolean };
  /** Installed packages that belong to the driver: `nvidia-driver-570-server`. */
  readonly packages: readonly string[];
}

const names = [
  "loaded",
  "licence",
  "library",
  "nouveau",
  "blocked",
  "secure",
  "headers",
  "fm",
  "fmActive",
  "packages",
] as const;

/** Asks sysfs, modinfo, the dynamic linker, dpkg. */
export const gpuDriverFact: Probe<GpuDriverFact | undefined> = {
  sh: askParts({
    loaded: sh`cat /sys/module/nvidia/version`,
    licence: sh`[ ! -e /proc/driver/nvidia/version ] || head -n 1 /proc/driver/nvidia/version`,
    library: sh`ls -1 /usr/lib/*/libnvidia-ml.so.*.* /usr/lib64/libnvidia-ml.so.*.* | tail -n 1`,
    nouveau: sh`[ ! -d /sys/module/nouveau ] || echo yes`,
    blocked: sh`${nouveauBanned} && echo yes`,
    secure: sh`f=$(ls /sys/firmware/efi/efivars/SecureBoot-* | head -n 1)
if [ -e ${shimPasses} ]; then echo 0; elif [ -n "$f" ]; then od -An -tu1 -j4 -N1 "$f"; elif [ ! -d /sys/firmware/efi ]; then echo 0; fi`,
    headers: sh`[ ! -e "/lib/modules/$(uname -r)/build/Makefile" ] || echo yes`,
    fm: sh`dpkg-query -W -f ${"$" + "{db:Status-Abbrev} $" + "{Version}\n"} 'nvidia-fabricmanager*' | sed -n 's/^[ih]i *//p' | head -n 1`,
    fmActive: sh`systemctl is-active nvidia-fabricmanager`,
    packages: sh`dpkg-query -W -f ${"$" + "{db:Status-Abbrev} $" + "{Package}\n"} 'nvidia-*' 'libnvidia-*' 'linux-modules-nvidia-*' 'cuda-drivers*' | sed -n 's/^[ih]i *//p' | head -n 100`,
  }),
  parse: (answer) => {
    const parts = readParts(answer, names);
    if (parts === undefined) return undefined;
    const secure = parts.secure.trim();
    const loaded = version(parts.loaded);
    return {
      loaded,
      flavour: loaded === undefined ? undefined : /Open Kernel Module/i.test(parts.licence) ? "open" : "proprietary",
      library: /libnvidia-ml\.so\.(\d[\d.]*)$/.exec(parts.library.trim())?.[1],
      nouveau: parts.nouveau.trim() === "yes",
      nouveauBlocked: parts.blocked.trim() !== "",
      secureBoot: secure === "1" ? true : secure === "0" ? false : undefined,
      headers: parts.headers.trim() === "yes",
      fabricManager: { version: version(parts.fm.replace(/-.*/, "")), active: parts.fmActive.trim() === "active" },
      packages: lines(parts.packages),
    };
  },
};

function version(text: string): string | undefined {
  return /^\d+(\.\d+)+$/.exec(text.trim())?.[0];
}
