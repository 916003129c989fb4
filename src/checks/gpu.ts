import type { GpuRemark } from "../core/gpu-report.ts";
import { sh } from "../core/shell.ts";
import type { Gpu } from "../facts/gpus.ts";
import { driverNeeds, generationOf } from "../steps/nvidia/gpu-generations.ts";
import { needsFabricManager } from "../steps/nvidia/nvswitch.ts";
import { type AnyCheck, type Finding, hostCheck } from "./check.ts";

function onlyGpus(devices: readonly Gpu[]): readonly Gpu[] {
  return devices.filter(({ kind }) => kind === "gpu");
}

/** GPUs, and what stands between them and the pods. */
export const gpuChecks: readonly AnyCheck[] = [
  hostCheck({
    id: "gpu/present",
    title: "A host with gpu: true has an NVIDIA GPU",
    severity: "blocking",
    why: "The driver and the device plugin would be installed for nothing, and fail.",
    needs: ["gpus"],
    appliesTo: (host) => host.gpu,
    decide: ({ gpus }) =>
      onlyGpus(gpus).length > 0
        ? undefined
        : {
            evidence: "no display controller of NVIDIA's is on the PCI bus",
            fix: "Take gpu: true out of the inventory, seat the card, or pass it on to the virtual machine.",
          },
  }),
  hostCheck({
    id: "gpu/unused",
    title: "All GPUs are given to the cluster",
    severity: "note",
    why: "The inventory does not say gpu: true, so pods will not see them.",
    needs: ["gpus"],
    appliesTo: (host) => !host.gpu,
    decide: ({ gpus }) => {
      const found = onlyGpus(gpus);
      if (found.length === 0) return undefined;
      return {
        evidence: `${found.length} x ${found[0]?.model}`,
        fix: "Set gpu: true for this host in the inventory, if pods shall use them.",
      };
    },
  }),
  hostCheck({
    id: "gpu/lost",
    title: "Every GPU answers on the bus",
    severity: "blocking",
    why: "A GPU that has fallen off the bus is counted by nobody, and hangs the driver of the others.",
    needs: ["gpus"],
    decide: ({ gpus }) => {
      const lost = gpus.filter((gpu) => gpu.lost);
      if (lost.length === 0) return undefined;
      return {
        evidence: lost.map(({ pciAddress, model }) => `${pciAddress} (${model}) reads as all ones`).join(", "),
        fix: "Power the machine off and on; if it stays so, reseat or replace the card.",
      };
    },
  }),
  hostCheck({
    id: "gpu/lanes",
    title: "Every GPU has all of its PCIe lanes",
    severity: "warning",
    why: "A card in the wrong slot, or badly seated, moves data at a fraction of its speed, and nothing else tells.",
    needs: ["gpus", "gpuDriver"],
    decide: ({ gpus, gpuDriver }) => {
      // The driver tells more of it: gpu/condition.
      if (gpuDriver.loaded !== undefined) return undefined;
      const narrow = onlyGpus(gpus).filter(
        ({ lanes, maxLanes }) => lanes !== undefined && maxLanes !== undefined && lanes > 0 && lanes < maxLanes,
      );
      if (narrow.length === 0) return undefined;
      return {
        evidence: narrow.map(({ pciAddress, lanes, maxLanes }) => `${pciAddress}: ${lanes} of ${maxLanes}`).join(", "),
        fix: "Use a slot with all lanes (the board's manual tells), and reseat the card.",
      };
    },
  }),
  hostCheck({
    id: "gpu/nouveau",
    title: "nouveau does not hold the GPU",
    severity: "blocking",
    why: "The open driver nouveau and NVIDIA's cannot have the same card.",
    needs: ["gpuDriver"],
    fixedByUp: "nvidia/nouveau",
    appliesTo: (host) => host.gpu,
    decide: ({ gpuDriver: { nouveau, nouveauBlocked } }) => {
      if (!nouveau) return undefined;
      return {
        evidence: `nouveau is loaded${nouveauBlocked ? ", and kept off from the next boot on" : ""}`,
        fix: nouveauBlocked ? "Reboot." : "Keep it off and reboot.",
        commands: [
          ...(nouveauBlocked
            ? []
            : [
                sh`printf 'blacklist nouveau\noptions nouveau modeset=0\n' >/etc/modprobe.d/blacklist-nouveau.conf && update-initramfs -u`,
              ]),
          sh`systemctl reboot`,
        ],
      };
    },
  }),
  hostCheck({
    id: "gpu/secure-boot",
    title: "The firmware lets NVIDIA's kernel module run",
    severity: "warning",
    why: "With Secure Boot on, a module that was built on the host is refused after minutes of building, unless somebody enrols its key at the machine's own screen.",
    needs: ["gpuDriver"],
    appliesTo: (host) => host.gpu,
    decide: ({ gpuDriver: { secureBoot, loaded } }) => {
      if (secureBoot !== true || loaded !== undefined) return undefined;
      return {
        evidence: "Secure Boot is on, and no NVIDIA module is loaded",
        fix: "Use Ubuntu's signed modules (linux-modules-nvidia-*), enrol your key with mokutil, or turn Secure Boot off in the firmware.",
      };
    },
  }),
  hostCheck({
    id: "gpu/mismatch",
    title: "The driver's kernel module and its libraries are of one version",
    severity: "blocking",
    why: "After an upgrade without a reboot every GPU program fails with `Driver/library version mismatch`.",
    needs: ["gpuDriver"],
    decide: ({ gpuDriver: { loaded, library } }) => {
      if (loaded === undefined || library === undefined || loaded === library) return undefined;
      return {
        evidence: `the kernel runs ${loaded}, the libraries are ${library}`,
        fix: "Reboot, so that the new module is loaded.",
        commands: [sh`systemctl reboot`],
      };
    },
  }),
  hostCheck({
    id: "gpu/headers",
    title: "The running kernel's headers are there",
    severity: "warning",
    why: "DKMS builds NVIDIA's module against them; without, the driver is installed and no module comes of it.",
    needs: ["gpuDriver", "os"],
    fixedByUp: "nvidia/driver",
    appliesTo: (host) => host.gpu,
    decide: ({ gpuDriver: { headers, loaded, packages }, os }) => {
      const dkms = packages.some((name) => /dkms/.test(name));
      if (headers || loaded !== undefined || !dkms) return undefined;
      return {
        evidence: `no headers of ${os.kernel}, and the driver is built with DKMS`,
        fix: "Install them.",
        commands: [sh`apt-get install -y "linux-headers-$(uname -r)"`],
      };
    },
  }),
  hostCheck({
    id: "gpu/fabric-manager",
    title: "Fabric Manager is of the driver's version, and runs",
    severity: "blocking",
    why: "On machines with NVSwitches no CUDA program starts without it; it refuses any other driver's version.",
    needs: ["gpus", "gpuDriver"],
    decide: ({ gpus, gpuDriver: { loaded, fabricManager } }) => {
      if (loaded === undefined || !needsFabricManager(gpus.map(({ deviceId }) => deviceId))) return undefined;
      if (fabricManager.active && fabricManager.version === loaded) return undefined;
      const { version, active } = fabricManager;
      return {
        evidence: `driver ${loaded}, Fabric Manager ${version ?? "not installed"}${active ? "" : ", not running"}`,
        fix: "Install Fabric Manager in exactly the driver's version, and start it.",
        ...(version === loaded ? { commands: [sh`systemctl enable --now nvidia-fabricmanager`] } : {}),
      };
    },
  }),
  hostCheck({
    id: "gpu/flavour",
    title: "The loaded kernel module is of the kind that the GPUs need",
    severity: "blocking",
    why: "NVIDIA's open module needs Turing or later, Blackwell needs the open one: with the other, the driver finds no GPU.",
    needs: ["gpus", "gpuDriver"],
    decide: ({ gpus, gpuDriver: { flavour } }) => {
      const wrong = onlyGpus(gpus).flatMap(({ model, deviceId }) => {
        const generation = generationOf(deviceId);
        const works = generation === undefined ? undefined : driverNeeds[generation].flavours;
        return flavour === undefined || works === undefined || works.some((one) => one === flavour) ? [] : [model];
      });
      if (wrong.length === 0) return undefined;
      const other = flavour === "open" ? "proprietary" : "open";
      return {
        evidence: `the ${flavour} module is loaded, ${[...new Set(wrong)].join(", ")} works with the ${other} one only`,
        fix: `Install the driver's packages of the ${other} kind (${other === "open" ? "nvidia-driver-570-server-open" : "nvidia-driver-570-server"}).`,
      };
    },
  }),
  hostCheck({
    id: "gpu/errors",
    title: "No GPU is broken",
    severity: "blocking",
    why: "Work on it fails, or its results are not to be trusted; the scheduler goes on giving it pods.",
    needs: ["gpuHealth"],
    decide: ({ gpuHealth }) => told(gpuHealth, "error"),
  }),
  hostCheck({
    id: "gpu/condition",
    title: "No GPU is slower than it could be, or about to fail",
    severity: "warning",
    why: "The driver knows of heat, narrow links, worn memory and a next kernel without its module long before a job does.",
    needs: ["gpuHealth"],
    decide: ({ gpuHealth }) => told(gpuHealth, "warning"),
  }),
];

function told(findings: readonly GpuRemark[], severity: GpuRemark["severity"]): Finding | undefined {
  const mine = findings.filter((one) => one.severity === severity);
  if (mine.length === 0) return undefined;
  return {
    evidence: mine.map(({ address, what }) => (address === undefined ? what : `${address}: ${what}`)).join("; "),
    fix: [...new Set(mine.map(({ fix }) => fix))].join(" "),
  };
}
