import type { Cluster, DockerSettings, GpuSettings, Host } from "../../src/core/cluster.ts";
import type { AnyStep } from "../../src/core/step.ts";
import { type ConfiguredSettings, configured } from "../../src/steps/docker/configured.ts";
import { group } from "../../src/steps/docker/group.ts";
import { installed } from "../../src/steps/docker/installed.ts";
import { driverInstalled } from "../../src/steps/nvidia/driver.ts";
import { fabricManager } from "../../src/steps/nvidia/fabric-manager.ts";
import { driverLoaded } from "../../src/steps/nvidia/loaded.ts";
import { nouveauOff } from "../../src/steps/nvidia/nouveau.ts";
import { persistence } from "../../src/steps/nvidia/persistence.ts";
import { gpusSupported } from "../../src/steps/nvidia/supported.ts";
import { containerToolkit } from "../../src/steps/nvidia/toolkit.ts";
import { dns } from "../../src/steps/os/dns.ts";
import { kernelModules } from "../../src/steps/os/kernel-modules.ts";
import { type Names, names } from "../../src/steps/os/names.ts";
import { supported } from "../../src/steps/os/supported.ts";
import { swapOff } from "../../src/steps/os/swap-off.ts";
import { sysctl } from "../../src/steps/os/sysctl.ts";
import { forwarding } from "../../src/steps/ssh/forwarding.ts";

/** The settings come from a case's JSON: whoever writes the case answers for their shape. */
export const stepsById: Readonly<Record<string, (settings: unknown) => AnyStep>> = {
  "os/supported": supported,
  "os/swap-off": swapOff,
  "os/kernel-modules": (settings) => kernelModules(settings as readonly string[]),
  "os/sysctl": (settings) => sysctl(settings as Readonly<Record<string, string>>),
  "os/dns": (settings) => dns(settings as Cluster["dns"]),
  "os/names": (settings) => names(settings as Names),
  "ssh/forwarding": forwarding,
  "docker/installed": (settings) => installed(settings as DockerSettings),
  "docker/configured": (settings) => configured(settings as ConfiguredSettings),
  "docker/group": group,
  "nvidia/supported": (settings) => gpusSupported(settings as GpuSettings),
  "nvidia/nouveau": nouveauOff,
  "nvidia/driver": (settings) => driverInstalled(settings as GpuSettings),
  "nvidia/loaded": () => driverLoaded(),
  "nvidia/container-toolkit": (settings) => containerToolkit(settings as GpuSettings),
  "nvidia/fabric-manager": (settings) => fabricManager(settings as GpuSettings),
  "nvidia/persistence": persistence,
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
