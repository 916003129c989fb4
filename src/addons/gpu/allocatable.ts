import type { DevicePluginSettings } from "../../core/addons.ts";
import type { Host } from "../../core/cluster.ts";
import { joinSh, sh } from "../../core/shell.ts";
import { type Decision, defineStep, ok, type RunAction, type Stage } from "../../core/step.ts";
import { nodeName } from "../../kube/node-name.ts";
import { waitingFor } from "../gate.ts";
import type { Release } from "../release.ts";
import { copiesOf, gpusProbe, listGpus, type Offer, offeredDevices, offerProbe } from "./devices.ts";

const seconds = 180;

/** A gate on every host with GPUs: its kubelet offers each GPU that the driver knows, as often as its pool says. */
export function allocatableStage(settings: DevicePluginSettings, release: Pick<Release, "id">): Stage {
  const step = defineStep({
    id: "nvidia-device-plugin/allocatable",
    title: "Every GPU is offered to pods",
    appliesTo: ({ gpu }) => gpu,
    probes: (host) => ({ gpus: gpusProbe(host, settings), offer: offerProbe }),
    decide: ({ gpus, offer }, host): Decision => {
      if (gpus.length === 0)
        return offer === undefined
          ? { kind: "later", after: release.id, because: "no device plugin is here yet" }
          : noGpus(host);
      // A plugin whose pod runs is not there yet: it finds its GPUs first, and where they are shared by MPS looks for its daemon.
      const lacks = gpus.filter(({ uuid }) => countOf(uuid, offer ?? []) !== copiesOf(host, settings));
      if (lacks.length === 0) return ok;
      const summary = `wait for the GPUs ${lacks.map(({ pci, uuid }) => `${pci} (${uuid})`).join(", ")}`;
      return { kind: "change", changes: [{ summary, actions: [waitAction(host, settings)], onlyWaits: true }] };
    },
  });
  return { id: "gpus", title: "The GPUs in the cluster", on: "hosts", steps: [step] };
}

/** Shared GPUs are offered as `GPU-...::0`, `GPU-...::1` and so on. */
function countOf(uuid: string, offer: Offer): number {
  return offer.filter((device) => device === uuid || device.startsWith(`${uuid}::`)).length;
}

function noGpus({ name }: Host): Decision {
  return {
    kind: "blocked",
    code: "addon/gate-closed",
    because: `${name} says \`gpu: true\`, but its NVIDIA driver knows no GPU`,
    remedy: `Look at \`nvidia-smi\` on ${name}; or take \`gpu: true\` from it in the inventory.`,
  };
}

/** The same judgement as the probe's, made where the waiting is done. */
function waitAction(host: Host, settings: DevicePluginSettings): RunAction {
  return {
    kind: "run",
    sh: joinSh([
      sh`gpus() { ${listGpus(host, settings)}
}`,
      sh`end=$(($(date +%s) + ${seconds}))
while :; do
  offered=$(${offeredDevices} | tr ',' '\n')
  now=$(gpus | while read -r pci uuid; do
    [ "$(printf '%s\n' "$offered" | grep -c -F "$uuid")" = ${copiesOf(host, settings)} ] || printf '%s (%s) ' "$pci" "$uuid"
  done)
  [ -n "$now" ] || exit 0
  [ "$now" = "$before" ] || echo "waiting: $now"
  before=$now
  [ "$(date +%s)" -lt "$end" ] || break
  sleep 2
done
echo "not offered: $now"
exit 1`,
    ]),
    timeoutMs: (seconds + 60) * 1000,
    progress: waitingFor,
    failures: [
      {
        pattern: /^not offered: (.*)$/m,
        code: "addon/gate-closed",
        message: "GPUs of this host are not offered to pods as they should be: $1",
        remedy: `A GPU with an Xid error is taken from the offer: \`dmesg | grep Xid\`, and the log of the device plugin's pod on this host. The plugin looks for GPUs only when it begins: once they are well, begin it anew with \`kubectl delete pods -n nvidia-device-plugin --field-selector spec.nodeName=${nodeName(host)}\`.`,
      },
    ],
  };
}
