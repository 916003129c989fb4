import type { Cluster, Host } from "../../core/cluster.ts";
import type { Around, Stage } from "../../core/step.ts";
import { driverInstalled } from "./driver.ts";
import { fabricManager } from "./fabric-manager.ts";
import { driverLoaded } from "./loaded.ts";
import { nouveauOff } from "./nouveau.ts";
import { persistence } from "./persistence.ts";
import { gpusProven } from "./proven.ts";
import { gpusSupported } from "./supported.ts";
import { containerToolkit } from "./toolkit.ts";

/** What the stages need besides the cluster. */
export interface GpuTools {
  /** The program that proves GPUs (python). */
  readonly program: string;
  /** Drains a host's node before its reboot. */
  readonly around?: (host: Host) => Around;
}

/**
 * What makes GPU hosts ready for containers. It is installed on all at once; the stage that may reboot a host goes from one
 * to the next, so that a cluster loses one at a time.
 */
export function gpuStages({ hosts, gpu }: Cluster, { program, around }: GpuTools): readonly Stage[] {
  if (!hosts.some((host) => host.gpu)) return [];
  return [
    {
      id: "nvidia",
      title: "Install NVIDIA's driver and container toolkit",
      on: "hosts",
      steps: [gpusSupported(gpu), nouveauOff(), driverInstalled(gpu), containerToolkit(gpu)],
    },
    {
      id: "nvidia-load",
      title: "Run NVIDIA's driver, one host after the other",
      on: "hosts",
      steps: [driverLoaded(around)],
      atOnce: 1,
    },
    {
      id: "nvidia-ready",
      title: "Make the GPUs ready",
      on: "hosts",
      steps: [fabricManager(gpu), persistence(), gpusProven(program)],
    },
  ];
}
