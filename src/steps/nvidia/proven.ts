import { text } from "../../core/probe.ts";
import { atExit, type Sh, sh } from "../../core/shell.ts";
import type { AnyStep, KnownFailure, RunAction } from "../../core/step.ts";
import { changesOrOk, defineStep, ok } from "../../core/step.ts";
import { aptAction } from "../apt/apt-install.ts";
import { noSenseAbout } from "../blocked.ts";
import { type DriverGpu, nvidiaSmi } from "./nvidia-smi.ts";
import { nvidiaPciDevices } from "./pci-devices.ts";
import { isWhole, proofWords } from "./proof.ts";

/** What was proven last: the driver's version, then the GPUs. A new driver or another GPU is proven again. */
const record = "/var/lib/drover/gpu-proof";

const failures: readonly KnownFailure[] = [
  {
    pattern: /^gpu (\S+) failed: ([^\n]+)/m,
    code: "gpu/proof-failed",
    message: "The GPU $1 failed its proof: $2",
    remedy: "`drover gpu test` shows all GPUs of all hosts, and what else is known of this one.",
  },
];

/** The record of these GPUs with this driver, in an order of its own. */
function recordOf(driverVersion: string, gpus: readonly DriverGpu[]): string {
  const uuids = gpus.filter(isWhole).map((gpu) => gpu.uuid);
  return `${[driverVersion, ...uuids.sort()].join("\n")}\n`;
}

/** Runs the program on a host: `seconds` of load on each GPU. The program comes on stdin. */
export function proofScript(words: readonly string[], seconds: number): Sh {
  return sh`t=$(mktemp) && ${atExit(sh`rm -f "$t"`)} && cat >"$t" || exit 1
python3 "$t" --seconds ${seconds} ${words}`;
}

const python = aptAction(sh`command -v python3 >/dev/null || install --no-install-recommends python3`);

function prove(words: readonly string[], proven: string, program: string): RunAction {
  return {
    kind: "run",
    sh: sh`${proofScript(words, 3)} || exit 1
mkdir -p -m 0755 /var/lib/drover && printf %s ${proven} >${`${record}.new`} && mv -f ${`${record}.new`} ${record}`,
    stdin: program,
    timeoutMs: 5 * 60_000,
    failures,
  };
}

/** A CUDA kernel ran on each GPU, pinned by its UUID, and found what it should, as fast as its model does. */
export function gpusProven(program: string): AnyStep {
  return defineStep({
    id: "nvidia/proven",
    title: "Prove each GPU with a CUDA kernel",
    appliesTo: (host) => host.gpu,
    probes: () => ({ pci: nvidiaPciDevices, smi: nvidiaSmi, proven: text(sh`cat ${record}`) }),
    decide: ({ pci, smi, proven }) => {
      if (pci === undefined) return noSenseAbout("its PCI devices");
      if (smi.kind !== "answers")
        return { kind: "later", after: "nvidia/loaded", because: "the driver does not answer yet" };
      const wanted = recordOf(smi.driverVersion, smi.gpus);
      const words = proofWords(smi.gpus, pci);
      if (words.length === 0 || proven === wanted) return ok;
      const many = words.length === 1 ? "The GPU has" : `Each of the ${words.length} GPUs has`;
      const summary = `${many} run a CUDA kernel, with right results and as fast as its model`;
      return changesOrOk([{ summary, actions: [python, prove(words, wanted, program)] }]);
    },
  });
}
