import type { GpuSettings } from "../../core/cluster.ts";
import { inOneLine } from "../../core/printable.ts";
import type { AnyStep, Decision } from "../../core/step.ts";
import { defineStep, ok } from "../../core/step.ts";
import { noSenseAbout } from "../blocked.ts";
import { type OsRelease, osRelease } from "../os/os-release.ts";
import { fitFor } from "./fit-for.ts";
import { loadedModule, type ModuleOnDisk, moduleOnDisk } from "./kernel-module.ts";
import { nvidiaPciDevices } from "./pci-devices.ts";
import { ownKeyPaths, type SecureBoot, secureBoot } from "./secure-boot.ts";

function refusedByFirmware(because: string, remedy: string): Decision {
  return { kind: "blocked", code: "gpu/secure-boot", because, remedy };
}

const enrol = `Enrol the host's own key: mokutil --import ${ownKeyPaths[0]}, reboot, and confirm it at the console; or turn Secure Boot off in the firmware.`;

/** Whether the kernel will load the module that is there, or the one that would be installed. */
function signing(boot: SecureBoot, disk: ModuleOnDisk | "none", os: OsRelease, source: string): Decision {
  if (!boot.on) return ok;
  if (disk !== "none") {
    if (disk.signer !== undefined && (/Canonical/.test(disk.signer) || boot.ownKeyEnrolled)) return ok;
    const who = disk.signer === undefined ? "nobody" : `"${inOneLine(disk.signer)}", whose key is not enrolled`;
    return refusedByFirmware(
      `Secure Boot is on, and the NVIDIA module is signed by ${who}: the kernel refuses it`,
      enrol,
    );
  }
  const signed = source === "distribution" && os.id === "ubuntu";
  if (signed || boot.ownKeyEnrolled || source === "none") return ok;
  const built = source === "nvidia" ? "NVIDIA's own packages" : "Debian's packages";
  const other = os.id === "ubuntu" ? "Set gpu.driver.source: distribution, whose modules Ubuntu signs; or: " : "";
  return refusedByFirmware(
    `Secure Boot is on, and ${built} build the module on the host, signed with a key that the firmware does not know`,
    `${other}${enrol}`,
  );
}

/** Looks before anything is installed: whether the GPUs are there, known, and can have a driver that this host loads. */
export function gpusSupported({ driver }: GpuSettings): AnyStep {
  return defineStep({
    id: "nvidia/supported",
    title: "Know the GPUs, and a driver that fits them all",
    appliesTo: (host) => host.gpu,
    probes: () => ({
      pci: nvidiaPciDevices,
      loaded: loadedModule,
      disk: moduleOnDisk,
      boot: secureBoot,
      os: osRelease,
    }),
    decide: ({ pci, loaded, disk, boot, os }) => {
      if (os === undefined) return noSenseAbout("its operating system");
      const found = fitFor(pci, driver.source === "none");
      if ("decision" in found) return found.decision;
      if (loaded !== "none" && loaded !== undefined) return ok;
      return boot === undefined ? noSenseAbout("Secure Boot") : signing(boot, disk, os, driver.source);
    },
  });
}
