import type { Host } from "../../core/cluster.ts";
import { sh } from "../../core/shell.ts";
import type { AnyStep, Around, Change, Decision, KnownFailure } from "../../core/step.ts";
import { changesOrOk, defineStep, ok } from "../../core/step.ts";
import { noSenseAbout } from "../blocked.ts";
import { quickly } from "../run-quickly.ts";
import { type LoadedModule, loadedModule, type ModuleOnDisk, moduleOnDisk } from "./kernel-module.ts";
import { kernels } from "./kernels.ts";
import { libraryVersion, nvidiaPackages } from "./nvidia-packages.ts";
import { nvidiaSmi, type SmiAnswer } from "./nvidia-smi.ts";

const failures: readonly KnownFailure[] = [
  {
    pattern: /Key was rejected by service|Required key not available/,
    code: "gpu/secure-boot",
    message: "The kernel refuses the NVIDIA module: Secure Boot is on, and its signature is not known",
    remedy:
      "Enrol the key that signed it (mokutil --import), reboot and confirm at the console; or turn Secure Boot off.",
  },
  {
    pattern: /could not insert 'nvidia\w*': No such device/,
    code: "gpu/driver-unfit",
    message: "The NVIDIA module does not know these GPUs",
    remedy: "Look at what `dmesg | grep NVRM` says on the host, and at gpu.driver in the inventory.",
  },
];

function load(): Change {
  return {
    summary: "NVIDIA's driver is loaded",
    actions: [
      quickly(sh`PATH=$PATH:/usr/sbin:/sbin; modprobe nvidia && modprobe nvidia-uvm && nvidia-smi -L`, failures),
    ],
  };
}

function reboot(because: string, around: Around | undefined): Change {
  return {
    summary: `The host is rebooted: ${because}`,
    actions: [{ kind: "reboot", because, ...(around === undefined ? {} : { around }) }],
    disrupts: "node",
  };
}

function stillWrong(smi: Exclude<SmiAnswer, { kind: "answers" | "mismatch" }>): Decision {
  const said = "said" in smi ? smi.said : "the command is missing";
  return {
    kind: "blocked",
    code: "gpu/driver-unfit",
    because: `NVIDIA's driver is loaded, but nvidia-smi does not answer: ${said}`,
    remedy:
      "Look at what `dmesg | grep -e NVRM -e Xid` says on the host. A GPU that fell off the bus needs a power cycle.",
  };
}

interface Seen {
  readonly loaded: LoadedModule;
  readonly disk: ModuleOnDisk | "none";
  readonly library: string | undefined;
  readonly smi: SmiAnswer;
  readonly around: Around | undefined;
}

/** The libraries were upgraded, and no module of their version is there: a reboot would load the old one again. */
function halfUpgraded(loaded: LoadedModule, library: string | undefined): Decision {
  return {
    kind: "blocked",
    code: "gpu/driver-unfit",
    because: `NVIDIA's libraries are ${library ?? "of another version"}, its module is ${loaded.version}, loaded and on disk`,
    remedy:
      "Finish the upgrade on the host: `dpkg --configure -a`, then `dkms autoinstall` or linux-modules-nvidia of that version.",
  };
}

/** After an upgrade the old module goes on running, and new programs find no GPU: "Driver/library version mismatch". */
function runningOne({ loaded, disk, library, smi, around }: Seen): Decision {
  const next = disk === "none" ? library : disk.version;
  if (next !== undefined && next !== loaded.version) {
    return changesOrOk([reboot(`NVIDIA's driver ${loaded.version} runs, installed is ${next}`, around)]);
  }
  if (smi.kind === "mismatch") return halfUpgraded(loaded, smi.library ?? library);
  return smi.kind === "answers" ? ok : stillWrong(smi);
}

/**
 * The installed driver runs, and no other: without a reboot where that can be, else with one. `around` tells what is done on
 * the control machine around a reboot: draining the node.
 */
export function driverLoaded(around?: (host: Host) => Around): AnyStep {
  return defineStep({
    id: "nvidia/loaded",
    title: "Run the installed NVIDIA driver",
    appliesTo: (host) => host.gpu,
    probes: () => ({ loaded: loadedModule, disk: moduleOnDisk, packages: nvidiaPackages, kernels, smi: nvidiaSmi }),
    decide: ({ loaded, disk, packages, kernels: seen, smi }, host) => {
      if (loaded === undefined || packages === undefined || seen === undefined)
        return noSenseAbout("the NVIDIA driver");
      if (loaded !== "none")
        return runningOne({ loaded, disk, library: libraryVersion(packages), smi, around: around?.(host) });
      if (disk === "none") return { kind: "later", after: "nvidia/driver", because: "the driver is not installed yet" };
      if (seen.nouveau) return changesOrOk([reboot("nouveau holds the GPUs", around?.(host))]);
      return changesOrOk([load()]);
    },
  });
}
