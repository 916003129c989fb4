import type { GpuRemark } from "../core/gpu-report.ts";
import type { Probe } from "../core/probe.ts";
import { sh } from "../core/shell.ts";
import { gpuRemarks } from "../steps/nvidia/gpu-health.ts";
import { kernels } from "../steps/nvidia/kernels.ts";
import { nvidiaSmi } from "../steps/nvidia/nvidia-smi.ts";
import { nvidiaPciDevices } from "../steps/nvidia/pci-devices.ts";
import { xids } from "../steps/nvidia/xid.ts";
import { askParts, readParts } from "./parts.ts";

const names = ["pci", "smi", "smiCode", "xids", "kernels"] as const;

/** What the driver, the bus, the kernel's log and the next kernel say against the GPUs. Asked where the driver is loaded. */
export const gpuHealthFact: Probe<readonly GpuRemark[] | undefined> = {
  sh: askParts({
    pci: sh`[ ! -d /sys/module/nvidia ] || { ${nvidiaPciDevices.sh}
}`,
    // In a shell of its own: it ends with nvidia-smi's exit code.
    smi: sh`if [ -d /sys/module/nvidia ]; then ( ${nvidiaSmi.sh}
); else false; fi
code=$?`,
    smiCode: sh`echo "$code"`,
    xids: sh`[ ! -d /sys/module/nvidia ] || { ${xids.sh}
}`,
    kernels: sh`[ ! -d /sys/module/nvidia ] || { ${kernels.sh}
}`,
  }),
  parse: (answer) => {
    const parts = readParts(answer, names);
    if (parts === undefined) return undefined;
    const said = (stdout: string) => ({ code: 0, stdout, stderr: "" });
    const pci = nvidiaPciDevices.parse(said(parts.pci));
    if (parts.pci.trim() === "" || pci === undefined) return [];
    const code = Number.parseInt(parts.smiCode, 10);
    return gpuRemarks({
      pci,
      smi: nvidiaSmi.parse({ code: Number.isNaN(code) ? 1 : code, stdout: parts.smi, stderr: "" }),
      xids: xids.parse(said(parts.xids)),
      kernels: kernels.parse(said(parts.kernels)),
    });
  },
};
