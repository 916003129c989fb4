import type { KubeVipSettings } from "../core/addons.ts";
import { sh } from "../core/shell.ts";
import type { EngineInput } from "../engines/engine.ts";
import { kubectl } from "../kube/kubectl.ts";
import { templateText } from "../templates/load.ts";
import { clusterStep, type MakeAddon } from "./addon.ts";
import { gateStep } from "./gate.ts";
import { helmRelease } from "./helm-release.ts";
import { lanAddressesStage } from "./lan-addresses.ts";
import { privileged } from "./namespace.ts";
import type { Release } from "./release.ts";

const name = "kube-vip";

/** kube-vip in ARP mode for the API alone, and that the API answers at its address under its own certificate. */
export const kubeVip: MakeAddon = (input) => {
  const settings = input.cluster.addons.kubeVip;
  if (settings === undefined) return undefined;
  const { address, version, image } = settings;
  const release: Release = {
    id: `${name}/release`,
    title: "kube-vip is installed",
    name,
    namespace: name,
    namespaceLabels: privileged,
    chart: { kind: "own", template: templateText(input.templates, `${name}.yaml.tpl`) },
    version,
    values: { address, image: `${image}:${version}`, interface: settings.interface ?? "" },
    sensitiveValues: {},
    adopt: false,
    needs: [clusterStep(input)],
    timeoutMinutes: 5,
  };
  const answers = gateStep(input, {
    id: `${name}/answers`,
    title: `The API answers at ${address}`,
    release,
    needs: [release.id],
    check: sh`${kubectl(input, sh`${`--server=https://${address}:6443`} get --raw /readyz`)} 2>&1`,
    seconds: 120,
    remedy: `Look at \`kubectl -n ${name} logs daemonset/${name}\`: which card it took, and who is the leader. Where its certificate is refused, run \`drover up\` with all stages.`,
  });
  return {
    key: "kubeVip",
    release,
    alsoGone: `Nobody answers at ${address} any more: whoever has a kubeconfig with it needs another one.\n`,
    before: addressInLan(input, settings),
    steps: [helmRelease(input, release), answers],
  };
};

function addressInLan({ cluster }: EngineInput, { address }: KubeVipSettings) {
  return lanAddressesStage(cluster.hosts, {
    stage: { id: "virtual-address", title: "The API's virtual address" },
    step: { id: "kube-vip/lan", title: "The API's virtual address is in the LAN and free" },
    role: "controlplane",
    addresses: [`${address}-${address}`],
    namespace: name,
    remedy:
      "Set addons.kubeVip.address to a free address of the controlplane hosts' own LAN, outside of what its DHCP gives out.",
  });
}
