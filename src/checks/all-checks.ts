import { accessChecks } from "./access.ts";
import type { AnyCheck } from "./check.ts";
import { clockChecks } from "./clock.ts";
import { clusterChecks } from "./cluster.ts";
import { diskChecks } from "./disk.ts";
import { dockerChecks } from "./docker.ts";
import { firewallChecks } from "./firewall.ts";
import { gpuChecks } from "./gpu.ts";
import { hardwareChecks } from "./hardware.ts";
import { kernelChecks } from "./kernel.ts";
import { kubeflowChecks } from "./kubeflow.ts";
import { leftoverChecks } from "./leftovers.ts";
import { nameChecks } from "./names.ts";
import { networkChecks } from "./network.ts";
import { osChecks } from "./os.ts";
import { portChecks } from "./ports.ts";
import { registryChecks } from "./registries.ts";
import { upkeepChecks } from "./upkeep.ts";

/** Every check that is decided on facts, in the order in which they are shown. */
export const factChecks: readonly AnyCheck[] = [
  ...accessChecks,
  ...osChecks,
  ...upkeepChecks,
  ...hardwareChecks,
  ...diskChecks,
  ...kernelChecks,
  ...networkChecks,
  ...nameChecks,
  ...clockChecks,
  ...dockerChecks,
  ...leftoverChecks,
  ...portChecks,
  ...firewallChecks,
  ...registryChecks,
  ...gpuChecks,
  ...clusterChecks,
  ...kubeflowChecks,
];
