import type { GpuSettings } from "../../core/cluster.ts";
import { type Sh, sh } from "../../core/shell.ts";
import type { AnyStep, Change, Decision, KnownFailure } from "../../core/step.ts";
import { changesOrOk, defineStep, ok } from "../../core/step.ts";
import { aptAction } from "../apt/apt-install.ts";
import { noSenseAbout } from "../blocked.ts";
import { quickly } from "../run-quickly.ts";
import { rememberHolds } from "../undo/remember.ts";
import { branchOf, loadedModule, moduleOnDisk } from "./kernel-module.ts";
import { driverVersionOf, type NvidiaPackage, nvidiaPackages } from "./nvidia-packages.ts";
import { needsFabricManager } from "./nvswitch.ts";
import { nvidiaPciDevices } from "./pci-devices.ts";
import { service } from "./services.ts";

const unit = "nvidia-fabricmanager";

const failures: readonly KnownFailure[] = [
  {
    pattern: /no-fabric-manager/,
    code: "step/action-failed",
    message: "The host's package sources have no Fabric Manager of the driver's very version",
    remedy:
      "On Ubuntu the sources need `multiverse`. Else set gpu.driver.source: nvidia: NVIDIA's repository has each version.",
  },
];

/** Its version must be the driver's, to the last digit, or it refuses to start. From 590 on NVIDIA's package tells no branch. */
function installScript(version: string): Sh {
  const names = [`nvidia-fabricmanager-${branchOf(version)}`, "nvidia-fabricmanager"];
  return sh`apt update || exit 1
for p in ${names}; do
  v=$(apt-cache madison "$p" | awk -F'|' -v want=${version} '{ gsub(/ /, "", $2); u = $2; sub(/^[0-9]+:/, "", u); sub(/[-+~].*/, "", u); if (u == want) { print $2; exit } }')
  [ -n "$v" ] && break
done
[ -n "$v" ] || { echo no-fabric-manager >&2; exit 1; }
n=$p
${rememberHolds(names)}
install --allow-downgrades --allow-change-held-packages "$n=$v" && apt-mark hold "$n" >/dev/null`;
}

const start = quickly(sh`systemctl reset-failed ${unit} 2>/dev/null
systemctl enable ${unit} && systemctl restart ${unit} && exit 0
journalctl -u ${unit} -n 20 --no-pager -o cat >&2; exit 1`);

function installed(packages: readonly NvidiaPackage[]): string | undefined {
  const found = packages.find(({ name }) => /^nvidia-fabricmanager(-\d{3})?$/.test(name));
  return found === undefined ? undefined : driverVersionOf(found.version);
}

function install(version: string, there: string | undefined, settings: GpuSettings["driver"]): Change | Decision {
  if (settings.source === "none") {
    return {
      kind: "blocked",
      because: `Fabric Manager ${there ?? "is missing"}${there === undefined ? "" : " is installed"}, the NVSwitches need ${version}`,
      remedy: `Install nvidia-fabricmanager ${version} on the host, or set gpu.driver.source in the inventory.`,
    };
  }
  return {
    summary: `Fabric Manager ${version}, the driver's version, is installed and held`,
    actions: [aptAction(installScript(version), failures)],
  };
}

/** Fabric Manager, of exactly the driver's version, on hosts with NVLink switches: without it no CUDA program starts there. */
export function fabricManager({ driver: settings }: GpuSettings): AnyStep {
  return defineStep({
    id: "nvidia/fabric-manager",
    title: "Run Fabric Manager for the NVLink switches",
    appliesTo: (host) => host.gpu,
    probes: () => ({
      pci: nvidiaPciDevices,
      loaded: loadedModule,
      disk: moduleOnDisk,
      packages: nvidiaPackages,
      service: service(unit),
    }),
    decide: ({ pci, loaded, disk, packages, service: seen }) => {
      if (pci === undefined || packages === undefined) return noSenseAbout("its NVLink switches");
      if (!needsFabricManager(pci.filter((one) => one.kind !== "other").map((one) => one.deviceId))) return ok;
      if (seen === undefined || loaded === undefined) return noSenseAbout("Fabric Manager");
      const driver = disk === "none" ? loaded : disk;
      if (driver === "none") return { kind: "later", after: "nvidia/driver", because: "its version is the driver's" };
      const there = installed(packages);
      const change = there === driver.version ? undefined : install(driver.version, there, settings);
      if (change !== undefined && "kind" in change) return change;
      if (change !== undefined)
        return changesOrOk([change, { summary: "Fabric Manager runs, now and after a reboot", actions: [start] }]);
      if (seen.active && seen.enabled) return ok;
      return changesOrOk([{ summary: "Fabric Manager runs, now and after a reboot", actions: [start] }]);
    },
  });
}
