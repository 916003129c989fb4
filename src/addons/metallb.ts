import type { MetallbSettings } from "../core/addons.ts";
import type { StepId } from "../core/step.ts";
import type { EngineInput } from "../engines/engine.ts";
import type { MakeAddon } from "./addon.ts";
import { chartRelease } from "./chart-addon.ts";
import { helmRelease } from "./helm-release.ts";
import { lanAddressesStage } from "./lan-addresses.ts";
import { privileged } from "./namespace.ts";
import { objectsStep } from "./objects-step.ts";

const namespace = "metallb-system";

/** MetalLB in layer 2 mode with the inventory's ranges. */
export const metallb: MakeAddon = (input) => {
  const settings = input.cluster.addons.metallb;
  if (settings === undefined) return undefined;
  const chart = chartRelease(input, settings, { name: "metallb", called: "MetalLB", namespace });
  // The speaker answers ARP for others: it needs the host's network (metallb.io/installation).
  const release = { ...chart, namespaceLabels: privileged };
  return {
    key: "metallb",
    release,
    alsoGone: "Services of type LoadBalancer lose their addresses.\n",
    before: rangesInLan(input, settings),
    steps: [helmRelease(input, release), rangesStep(input, settings, release.id)],
  };
};

function rangesInLan({ cluster }: EngineInput, { addresses }: MetallbSettings) {
  return lanAddressesStage(cluster.hosts, {
    stage: { id: "load-balancer", title: "The load balancer's addresses" },
    step: { id: "metallb/lan", title: "The load balancer's addresses are in the LAN and free" },
    role: "worker",
    addresses,
    namespace,
    remedy:
      "Set addons.metallb.addresses to free addresses of the workers' own LAN, outside of what its DHCP gives out.",
  });
}

/** The ranges, and that they are announced on the LAN. */
function rangesStep(input: EngineInput, { addresses }: MetallbSettings, release: StepId) {
  const apiVersion = "metallb.io/v1beta1";
  const metadata = { name: "drover" };
  return objectsStep(input, {
    id: "metallb/ranges",
    title: "Services get addresses of the LAN",
    addon: "metallb",
    namespace,
    needs: [release],
    objects: [
      { apiVersion, kind: "IPAddressPool", metadata, spec: { addresses } },
      { apiVersion, kind: "L2Advertisement", metadata, spec: { ipAddressPools: ["drover"] } },
    ],
  });
}
