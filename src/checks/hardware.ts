import { defaultRoutes } from "../facts/network.ts";
import { type AnyCheck, hostCheck } from "./check.ts";

/** The size and the health of the machine. */
export const hardwareChecks: readonly AnyCheck[] = [
  hostCheck({
    id: "hardware/cpus",
    title: "There are at least two CPUs",
    severity: "warning",
    why: "With one CPU, etcd and the API server starve each other and lose their leader elections.",
    needs: ["machine"],
    decide: ({ machine: { cpus } }) =>
      cpus >= 2 ? undefined : { evidence: `${cpus} CPU`, fix: "Give the machine at least two CPUs." },
  }),
  hostCheck({
    id: "hardware/memory-least",
    title: "There is memory for Kubernetes at all",
    severity: "blocking",
    why: "Below a gibibyte the kernel kills etcd, the kubelet or Docker within minutes.",
    needs: ["machine"],
    decide: ({ machine: { memoryMiB } }) =>
      memoryMiB >= 950 ? undefined : { evidence: `${memoryMiB} MiB`, fix: "Give the machine at least 4 GiB." },
  }),
  hostCheck({
    id: "hardware/memory",
    title: "There is enough memory for its roles",
    severity: "warning",
    why: "A control plane with etcd takes about 2 GiB and Rancher another 2; a worker about 1 before the first pod.",
    needs: ["machine"],
    decide: ({ machine: { memoryMiB } }, host) => {
      const wanted = host.roles.some((role) => role !== "worker") ? 3800 : 1900;
      if (memoryMiB >= wanted || memoryMiB < 950) return undefined;
      return {
        evidence: `${memoryMiB} MiB for ${host.roles.join(", ")}`,
        fix: `Give the machine at least ${wanted === 3800 ? 4 : 2} GiB.`,
      };
    },
  }),
  hostCheck({
    id: "hardware/memory-errors",
    title: "The memory has no errors",
    severity: "blocking",
    why: "Errors that the hardware could not correct corrupt etcd's data and the results of GPU jobs.",
    needs: ["machine"],
    decide: ({ machine: { memoryErrors } }) => {
      if (memoryErrors === undefined || memoryErrors === 0) return undefined;
      return {
        evidence: `${memoryErrors} uncorrected memory errors since boot (EDAC)`,
        fix: "Find the module with `ras-mc-ctl --error-count` or in the machine's event log, and replace it.",
      };
    },
  }),
  hostCheck({
    id: "hardware/link-speed",
    title: "The network card runs at a gigabit at least",
    severity: "warning",
    why: "A card that negotiated 10 or 100 Mbit/s has a bad cable or switch port; images and pod traffic crawl.",
    needs: ["network"],
    decide: ({ network }) => {
      const dev = defaultRoutes(network)[0]?.dev;
      const nic = network.nics.find(({ name }) => name === dev);
      if (nic?.speedMbit === undefined || nic.speedMbit >= 1000) return undefined;
      return {
        evidence: `${nic.name} runs at ${nic.speedMbit} Mbit/s`,
        fix: "Try another cable and another port of the switch.",
      };
    },
  }),
];
