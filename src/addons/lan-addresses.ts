import { isIPv4 } from "node:net";
import type { Host, Role } from "../core/cluster.ts";
import { lines, type Probe } from "../core/probe.ts";
import { sh } from "../core/shell.ts";
import { type Decision, defineStep, ok, type Stage, type StepId } from "../core/step.ts";
import { firstAddresses, formatRange, parseRange, type Range } from "../inventory/cidr.ts";

/** Addresses that an addon is to answer to in the name of hosts of one role. */
export interface LanAddresses {
  readonly stage: { readonly id: string; readonly title: string };
  readonly step: { readonly id: StepId; readonly title: string };
  readonly role: Role;
  /** Ranges `from-to` or CIDRs. */
  readonly addresses: readonly string[];
  /** The addon's own namespace: where its pods run, the addresses are its own already. */
  readonly namespace: string;
  readonly remedy: string;
}

/** So many addresses of the ranges are tried: more would take longer than a probe may. */
const triedAtMost = 64;

/** The addresses are part of a LAN of these hosts, and nobody there uses them but hosts of the cluster itself. */
export function lanAddressesStage(hosts: readonly Host[], wanted: LanAddresses): Stage {
  const { stage, step, role, addresses, namespace } = wanted;
  const ranges = addresses.map(parseRange).filter((range) => range !== undefined);
  const probes = { networks: networksProbe, taken: takenProbe(ranges, namespace, hosts) };
  const checked = defineStep({
    ...step,
    appliesTo: ({ roles }) => roles.includes(role),
    probes: () => probes,
    decide: ({ networks, taken }) => judge(ranges, networks, taken, wanted),
  });
  return { ...stage, on: "hosts", steps: [checked] };
}

/** The IPv4 networks that a host is on, without those of containers. */
const networksProbe: Probe<readonly Range[]> = {
  sh: sh`ip -o -4 addr show scope global | awk '$2 !~ /^(docker|br-|cni|flannel|cali|veth|virbr)/ { print $4 }'`,
  parse: ({ stdout }) => lines(stdout).flatMap((line) => parseRange(line) ?? []),
};

/**
 * The addresses that answer, where the addon does not run yet: where it does, they are its own. All are asked at once, for a
 * second; what answers no ping may still answer ARP, so the neighbours are looked up after. What the card of another host of the
 * cluster answers for is the addon's as well: on a host that joins, it runs on the others alone. They are asked only then.
 */
function takenProbe(ranges: readonly Range[], namespace: string, hosts: readonly Host[]): Probe<readonly string[]> {
  const tried = firstAddresses(ranges, triedAtMost);
  const own = hosts.map(({ address, internalAddress }) => internalAddress ?? address).filter((one) => isIPv4(one));
  return {
    sh: sh`[ -z "$(docker ps -q --filter ${`label=io.kubernetes.pod.namespace=${namespace}`} 2>/dev/null)" ] || exit 0
ask() { for address; do ping -c 1 -W 1 "$address" >/dev/null 2>&1 & done; wait; }
cards() {
  for address; do
    ip -4 neigh show "$address" | awk -v of="$address" '{ for (i = 1; i < NF; i++) if ($i == "lladdr") { print of, $(i + 1); exit } }'
  done
}
ask ${tried}
found=$(cards ${tried})
[ -n "$found" ] || exit 0
ask ${own}
{ cards ${own}; echo; printf '%s\n' "$found"; } | awk 'NF == 0 { theirs = 1; next } !theirs { own[$2]; next } !($2 in own) { print $1 }'`,
    parse: ({ stdout }) => lines(stdout).filter((line) => tried.includes(line)),
  };
}

function judge(
  ranges: readonly Range[],
  networks: readonly Range[],
  taken: readonly string[],
  { remedy }: LanAddresses,
): Decision {
  const stranger = ranges.find((range) => !networks.some((lan) => lan.first <= range.first && range.last <= lan.last));
  if (stranger !== undefined && networks.length > 0) {
    const because = `${formatRange(stranger)} is not part of a network of this host: nobody would find it`;
    return { kind: "blocked", code: "addon/range-unusable", because, remedy };
  }
  if (taken.length === 0) return ok;
  return { kind: "blocked", code: "addon/range-unusable", because: `${taken.join(", ")} is in use already`, remedy };
}
