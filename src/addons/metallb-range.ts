import type { MetallbSettings } from "../core/addons.ts";
import { lines, type Probe } from "../core/probe.ts";
import { sh } from "../core/shell.ts";
import { type Decision, defineStep, ok, type Stage } from "../core/step.ts";
import { firstAddresses, formatRange, parseRange, type Range } from "../inventory/cidr.ts";

/** So many addresses of the ranges are tried: more would take longer than a probe may. */
const triedAtMost = 64;

/** The ranges are part of a LAN of the workers, and nobody there uses them yet. */
export function rangeStage({ addresses }: MetallbSettings): Stage {
  const ranges = addresses.map(parseRange).filter((range) => range !== undefined);
  const step = defineStep({
    id: "metallb/lan",
    title: "The load balancer's addresses are in the LAN and free",
    appliesTo: ({ roles }) => roles.includes("worker"),
    probes: () => ({ networks: networksProbe, taken: takenProbe(ranges) }),
    decide: ({ networks, taken }) => judge(ranges, networks, taken),
  });
  return { id: "load-balancer", title: "The load balancer's addresses", on: "hosts", steps: [step] };
}

/** The IPv4 networks that a host is on, without those of containers. */
const networksProbe: Probe<readonly Range[]> = {
  sh: sh`ip -o -4 addr show scope global | awk '$2 !~ /^(docker|br-|cni|flannel|cali|veth|virbr)/ { print $4 }'`,
  parse: ({ stdout }) => lines(stdout).flatMap((line) => parseRange(line) ?? []),
};

/**
 * The addresses that answer, of a MetalLB that does not run yet: afterwards they are its own. All are asked at once, for a
 * second; what answers no ping may still answer ARP, so the neighbours are looked up after.
 */
function takenProbe(ranges: readonly Range[]): Probe<readonly string[]> {
  const tried = firstAddresses(ranges, triedAtMost);
  return {
    sh: sh`[ -z "$(docker ps -q --filter label=io.kubernetes.pod.namespace=metallb-system 2>/dev/null)" ] || exit 0
for address in ${tried}; do ping -c 1 -W 1 "$address" >/dev/null 2>&1 & done
wait
for address in ${tried}; do
  case $(ip -4 neigh show "$address") in *lladdr*) echo "$address" ;; esac
done`,
    parse: ({ stdout }) => lines(stdout).filter((line) => tried.includes(line)),
  };
}

function judge(ranges: readonly Range[], networks: readonly Range[], taken: readonly string[]): Decision {
  const stranger = ranges.find((range) => !networks.some((lan) => lan.first <= range.first && range.last <= lan.last));
  const remedy =
    "Set addons.metallb.addresses to free addresses of the workers' own LAN, outside of what its DHCP gives out.";
  if (stranger !== undefined && networks.length > 0) {
    const because = `${formatRange(stranger)} is not part of a network of this host: nobody would find addresses of it`;
    return { kind: "blocked", code: "addon/range-unusable", because, remedy };
  }
  if (taken.length === 0) return ok;
  return { kind: "blocked", code: "addon/range-unusable", because: `${taken.join(", ")} is in use already`, remedy };
}
