import type { Cluster, DockerSettings, GpuSettings, Host } from "../../src/core/cluster.ts";
import type { ProxySettings } from "../../src/core/proxy.ts";
import type { AnyStep } from "../../src/core/step.ts";
import { aptProxy } from "../../src/steps/apt/proxy.ts";
import { type ConfiguredSettings, configured } from "../../src/steps/docker/configured.ts";
import { dataRoot } from "../../src/steps/docker/data-root.ts";
import { group } from "../../src/steps/docker/group.ts";
import { installed } from "../../src/steps/docker/installed.ts";
import { containerRuns } from "../../src/steps/docker/proven.ts";
import { dockerProxy } from "../../src/steps/docker/proxy.ts";
import { registryTrust } from "../../src/steps/docker/registry-trust.ts";
import { driverInstalled } from "../../src/steps/nvidia/driver.ts";
import { fabricManager } from "../../src/steps/nvidia/fabric-manager.ts";
import { driverLoaded } from "../../src/steps/nvidia/loaded.ts";
import { nouveauOff } from "../../src/steps/nvidia/nouveau.ts";
import { persistence } from "../../src/steps/nvidia/persistence.ts";
import { gpusProven } from "../../src/steps/nvidia/proven.ts";
import { gpusSupported } from "../../src/steps/nvidia/supported.ts";
import { containerToolkit } from "../../src/steps/nvidia/toolkit.ts";
import { dns } from "../../src/steps/os/dns.ts";
import { firewall } from "../../src/steps/os/firewall.ts";
import { kernelModules } from "../../src/steps/os/kernel-modules.ts";
import { kubeflowLimits, limits } from "../../src/steps/os/limits.ts";
import { type Names, names } from "../../src/steps/os/names.ts";
import { packages } from "../../src/steps/os/packages.ts";
import { supported } from "../../src/steps/os/supported.ts";
import { swapOff } from "../../src/steps/os/swap-off.ts";
import { sysctl } from "../../src/steps/os/sysctl.ts";
import { time } from "../../src/steps/os/time.ts";
import { unattended } from "../../src/steps/os/unattended.ts";
import { authorizedKey } from "../../src/steps/ssh/authorized-key.ts";
import { forwarding } from "../../src/steps/ssh/forwarding.ts";
import { undoFiles } from "../../src/steps/undo/files.ts";
import { undoPackages } from "../../src/steps/undo/packages.ts";
import { undoSettings } from "../../src/steps/undo/settings.ts";

/** The settings come from a case's JSON: whoever writes the case answers for their shape. */
export const stepsById: Readonly<Record<string, (settings: unknown) => AnyStep>> = {
  "os/supported": supported,
  "os/packages": packages,
  "os/apt-proxy": (settings) => aptProxy(settings as ProxySettings),
  "os/swap-off": swapOff,
  "os/kernel-modules": (settings) => kernelModules(settings as readonly string[]),
  "os/sysctl": (settings) => sysctl(settings as Readonly<Record<string, string>>),
  "os/limits": (settings) => {
    const { kubeflow, ...inventory } = settings as Readonly<Record<string, string>>;
    return limits(inventory, kubeflow === undefined ? {} : kubeflowLimits);
  },
  "os/firewall": (settings) => firewall(settings as Parameters<typeof firewall>[0]),
  "os/time": (settings) => time(settings as Cluster["time"]),
  "os/unattended": (settings) => unattended(settings as Parameters<typeof unattended>[0]),
  "os/dns": (settings) => dns(settings as Cluster["dns"]),
  "os/names": (settings) => names(settings as Names),
  "ssh/forwarding": forwarding,
  "ssh/key": authorizedKey,
  "docker/proxy": (settings) => dockerProxy(settings as Readonly<Record<string, string>>),
  "docker/registry-trust": (settings) => registryTrust(settings as Parameters<typeof registryTrust>[0]),
  "docker/data-root": (settings) => dataRoot(settings as Parameters<typeof dataRoot>[0]),
  "docker/installed": (settings) => installed(settings as DockerSettings),
  "docker/configured": (settings) => configured(settings as ConfiguredSettings),
  "docker/group": group,
  "docker/proven": containerRuns,
  "nvidia/supported": (settings) => gpusSupported(settings as GpuSettings),
  "nvidia/nouveau": nouveauOff,
  "nvidia/driver": (settings) => driverInstalled(settings as GpuSettings),
  "nvidia/loaded": () => driverLoaded(),
  "nvidia/container-toolkit": (settings) => containerToolkit(settings as GpuSettings),
  "nvidia/fabric-manager": (settings) => fabricManager(settings as GpuSettings),
  "nvidia/persistence": persistence,
  "nvidia/proven": () => gpusProven("print('a double of the program')"),
  "undo/files": undoFiles,
  "undo/settings": undoSettings,
  "undo/packages": undoPackages,
};

/** The host that the cases speak of. */
export const caseHost: Host = {
  name: "h1",
  address: "10.77.0.11",
  internalAddress: undefined,
  port: 22,
  user: "drover",
  keyPath: undefined,
  hostKey: undefined,
  roles: ["controlplane", "etcd"],
  gpu: false,
  labels: {},
  taints: [],
};
