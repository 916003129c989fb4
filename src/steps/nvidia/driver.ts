import type { GpuSettings } from "../../core/cluster.ts";
import { inOneLine } from "../../core/printable.ts";
import type { Probe } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import type { AnyStep, Change, Decision } from "../../core/step.ts";
import { changesOrOk, defineStep, ok } from "../../core/step.ts";
import { noSenseAbout } from "../blocked.ts";
import { fileProbe } from "../files/file-probe.ts";
import { type OsRelease, osRelease } from "../os/os-release.ts";
import { quickly } from "../run-quickly.ts";
import { rememberHolds } from "../undo/remember.ts";
import { repositories, sourceFiles } from "./apt-source.ts";
import { type FittingDriver, isAskedFor, misfit } from "./driver-fit.ts";
import { type InstallSeen, installDriver, pinPath, sourcesPath } from "./driver-install.ts";
import { fitFor } from "./fit-for.ts";
import { branchOf, type LoadedModule, loadedModule, moduleOnDisk } from "./kernel-module.ts";
import { kernels } from "./kernels.ts";
import { driverPackages, driverVersionOf, type NvidiaPackage, nvidiaPackages } from "./nvidia-packages.ts";
import { nvidiaPciDevices } from "./pci-devices.ts";

type Settings = GpuSettings["driver"];

/** The driver that Debian's own packages would bring; asked only where none of them is installed: apt-cache is slow. */
const debianOffers: Probe<string | undefined> = {
  sh: sh`grep -q '^ID=debian' /etc/os-release || exit 0
dpkg-query -W nvidia-smi >/dev/null 2>&1 || apt-cache policy nvidia-smi`,
  parse: (answer) => /^ {2}Candidate: (\d{3}\.[\w.+~-]*)$/m.exec(answer.stdout)?.[1],
};

function unfit(driver: LoadedModule, problem: string, settings: Settings): Decision {
  const none = settings.source === "none";
  return {
    kind: "blocked",
    code: "gpu/driver-unfit",
    because: `the NVIDIA driver ${driver.version} ${problem}`,
    remedy: none
      ? "Install another one on the host, or set gpu.driver.source and gpu.driver.replace: true in the inventory."
      : "Set gpu.driver.replace: true in the inventory to have it replaced. Programs that use the GPUs end, the host is rebooted.",
  };
}

function notOurs(driver: LoadedModule): Decision {
  return {
    kind: "blocked",
    code: "gpu/driver-unfit",
    because: `the NVIDIA driver ${driver.version} shall be replaced, but no package brought it: apt cannot remove it`,
    remedy: "Remove it on the host with what installed it (nvidia-uninstall), reboot, then run this again.",
  };
}

function missing(): Decision {
  return {
    kind: "blocked",
    code: "gpu/driver-missing",
    because: "there is no NVIDIA driver for the running kernel, and the inventory says gpu.driver.source: none",
    remedy: "Install the driver on the host, or set gpu.driver.source to distribution or nvidia.",
  };
}

/** The version that the inventory names would not drive these GPUs: told before it is installed. */
function wrongWish({ version }: Settings, fit: FittingDriver): Decision | undefined {
  const [flavour = "open"] = fit.flavours;
  const problem = version === undefined ? undefined : misfit({ version, flavour }, fit);
  if (problem === undefined) return undefined;
  return {
    kind: "blocked",
    code: "gpu/driver-unfit",
    because: `the NVIDIA driver ${version}, which the inventory asks for, ${problem}`,
    remedy: "Correct gpu.driver.version in the inventory, or leave it out.",
  };
}

/** Debian offers one version only, and what it has may be too old for the GPUs. */
function notOffered(
  os: OsRelease,
  offered: string | undefined,
  fit: FittingDriver,
  settings: Settings,
): Decision | undefined {
  if (os.id !== "debian" || settings.source !== "distribution" || offered === undefined) return undefined;
  const wrong = branchOf(offered) < fit.oldestBranch || !isAskedFor(driverVersionOf(offered), settings.version);
  if (!wrong) return undefined;
  const wish = settings.version === undefined ? `${fit.oldestBranch} or newer` : settings.version;
  return {
    kind: "blocked",
    code: "gpu/no-common-driver",
    because: `Debian offers the NVIDIA driver ${inOneLine(driverVersionOf(offered))}, needed is ${wish}`,
    remedy: "Set gpu.driver.source: nvidia in the inventory: NVIDIA's own repository has newer ones.",
  };
}

function hold(packages: readonly NvidiaPackage[], settings: Settings): Decision {
  const loose = driverPackages(packages).filter((one) => !one.held && !one.name.startsWith("linux-"));
  if (loose.length === 0 || settings.source === "none") return ok;
  const names = loose.map((one) => one.fullName);
  const change: Change = {
    summary: "Upgrades leave the NVIDIA driver as it is",
    actions: [quickly(rememberHolds(names)), quickly(sh`apt-mark hold ${names}`)],
  };
  return changesOrOk([change]);
}

/** NVIDIA's driver: one that works is adopted, and touched with consent only; where there is none, the fitting one. */
export function driverInstalled(gpu: GpuSettings): AnyStep {
  const settings = gpu.driver;
  return defineStep({
    id: "nvidia/driver",
    title: "Install NVIDIA's driver",
    appliesTo: (host) => host.gpu,
    probes: () => ({
      pci: nvidiaPciDevices,
      loaded: loadedModule,
      disk: moduleOnDisk,
      packages: nvidiaPackages,
      kernels,
      os: osRelease,
      offered: debianOffers,
      known: sourceFiles(repositories.driver),
      sources: fileProbe(sourcesPath),
      pin: fileProbe(pinPath),
    }),
    decide: ({ pci, loaded, disk, packages, kernels: seen, os, offered, known, sources, pin }) => {
      if (packages === undefined || os === undefined) return noSenseAbout("its packages");
      if (seen === undefined) return noSenseAbout("its kernels");
      if (loaded === undefined) return noSenseAbout("the NVIDIA module");
      const found = fitFor(pci, settings.source === "none");
      if ("decision" in found) return found.decision;
      const { fit } = found;
      const seenOfApt: InstallSeen = { settings, fit, os, arch: seen.arch, known, sources, pin };
      const install = (replaces: boolean) =>
        wrongWish(settings, fit) ?? notOffered(os, offered, fit, settings) ?? installDriver(seenOfApt, replaces);
      // What is on disk is what the next boot brings; without it, what runs now (NVIDIA's .run file, a live image).
      const driver = disk === "none" ? loaded : disk;
      if (driver === "none") {
        if (settings.source === "none") return missing();
        return install(false);
      }
      const asked = isAskedFor(driver.version, settings.version);
      const problem = misfit(driver, fit) ?? (asked ? undefined : `is not ${settings.version}, as the inventory asks`);
      if (problem === undefined) return hold(packages, settings);
      if (settings.source === "none" || !settings.replace) return unfit(driver, problem, settings);
      if (driverPackages(packages).length === 0) return notOurs(driver);
      return install(true);
    },
  });
}
