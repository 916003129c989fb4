import { type MeshSeen, type Pair, type PortOutcome, pairsOf } from "../mesh/seen.ts";
import type { CheckId, ClusterFinding, Described, Situation } from "./check.ts";

/** One question about the ways between the hosts. */
export interface MeshCheck extends Described {
  readonly scope: "mesh";
  decide(pairs: readonly Pair[], seen: MeshSeen, situation: Situation): readonly ClusterFinding[];
}

const because: Readonly<Record<Exclude<PortOutcome, "open" | "untried">, string>> = {
  silent: "dropped without an answer",
  refused: "rejected with a reset",
  unreachable: "rejected with an ICMP error",
  unrouted: "without a route",
  forbidden: "stopped by a rule of the sender itself",
};

/** The directions in which a port does not get through, one finding for each host that cannot be reached on it. */
function blockedPorts(pairs: readonly Pair[], protocol: "tcp" | "udp"): readonly ClusterFinding[] {
  const failed = pairs
    .filter(({ cutOff }) => cutOff === undefined)
    .flatMap((pair) =>
      pair.ports.flatMap((port) =>
        port.protocol !== protocol || port.outcome === "open" || port.outcome === "untried"
          ? []
          : [{ pair, port, why: because[port.outcome], key: `${pair.to.name} ${port.port} ${port.outcome}` }],
      ),
    );
  return [...Map.groupBy(failed, ({ key }) => key).values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const { pair, port, why } = first;
    const others = pairs.filter(
      ({ to, ports }) => to === pair.to && ports.some((one) => one.port === port.port && one.outcome === "open"),
    );
    const but = others.length === 0 ? "" : `; from ${others.map(({ from }) => from.name).join(", ")} it gets through`;
    return [
      {
        hosts: [pair.to.name],
        evidence: `${port.port}/${protocol} (${port.use}) from ${same.map((one) => one.pair.from.name).join(", ")} is ${why}, although the host itself answers${but}`,
        fix: `Let a firewall on ${pair.to.name}, or between the hosts, accept ${port.port}/${protocol} from ${same.map((one) => (one.pair.report.route === undefined ? one.pair.from.name : (one.pair.from.internalAddress ?? one.pair.from.address))).join(", ")}.`,
      },
    ];
  });
}

function cutOffFinding({ from, to, cutOff, report }: Pair): ClusterFinding {
  const { address = to.address, dev = "no card", via } = report.route ?? {};
  const way = `${from.name} sends to ${address} through ${dev}${via === undefined ? "" : ` by ${via}`}`;
  const hosts = [from.name];
  if (cutOff === "unnamed") {
    const fix = "Use addresses in the inventory, or give all hosts a nameserver that knows it (dns.nameservers).";
    return { hosts, evidence: `${from.name} finds no address for ${to.internalAddress ?? to.address}`, fix };
  }
  if (cutOff === "unrouted") {
    return {
      hosts,
      evidence: `${from.name} has no route to ${to.name} (${address})`,
      fix: "Add a route, or name an address in a network that the hosts share as internalAddress.",
    };
  }
  if (cutOff === "unreachable") {
    const evidence = `nobody answers for ${to.name}: ${way}, and that address is not there`;
    return {
      hosts,
      evidence,
      fix: "Check the network masks and VLANs of both; name an address in a network that they share as internalAddress.",
    };
  }
  const evidence = `nothing from ${from.name} reaches ${to.name}, ssh not either: ${way}`;
  return {
    hosts,
    evidence,
    fix: `Look for a firewall that drops all from ${from.name}, and for the way back: ${to.name} may answer through another card.`,
  };
}

function worst(
  pairs: readonly Pair[],
  tell: (pair: Pair) => string | undefined,
): readonly { readonly pair: Pair; readonly text: string }[] {
  return pairs.flatMap((pair) => {
    const text = tell(pair);
    return text === undefined ? [] : [{ pair, text: `${pair.from.name} to ${pair.to.name}: ${text}` }];
  });
}

function oneFinding(
  found: readonly { readonly pair: Pair; readonly text: string }[],
  fix: string,
): readonly ClusterFinding[] {
  if (found.length === 0) return [];
  const hosts = [...new Set(found.flatMap(({ pair }) => [pair.from.name, pair.to.name]))];
  const more = found.length > 6 ? `; and ${found.length - 6} more` : "";
  return [
    {
      hosts,
      evidence:
        found
          .slice(0, 6)
          .map(({ text }) => text)
          .join("; ") + more,
      fix,
    },
  ];
}

/** Milliseconds of a round trip that a pair may take: etcd's members wait for each other at every change. */
function mostMs({ from, to }: Pair): number {
  return from.roles.includes("etcd") && to.roles.includes("etcd") ? 20 : 100;
}

/** How far clocks may be apart in ms, where they can be compared this well. */
const clockMs = 500;

/** What is decided on the mesh. */
export const meshChecks: readonly MeshCheck[] = [
  {
    scope: "mesh",
    id: "mesh/route",
    title: "Every host has a way to those that it must talk to",
    severity: "blocking",
    why: "Nodes without a way to each other join, and then their pods do not find each other.",
    decide: (pairs) => pairs.filter(({ cutOff }) => cutOff !== undefined).map(cutOffFinding),
  },
  {
    scope: "mesh",
    id: "mesh/tcp",
    title: "The roles' TCP ports get through between the hosts",
    severity: "blocking",
    why: "etcd, the API and the kubelets talk through them; RKE tries a few of them, after Docker is there.",
    decide: (pairs) => blockedPorts(pairs, "tcp"),
  },
  {
    scope: "mesh",
    id: "mesh/udp",
    title: "Pod traffic gets through between the hosts",
    severity: "blocking",
    why: "Nobody else tries this: the install succeeds, and pods on different hosts never reach each other.",
    decide: (pairs) => blockedPorts(pairs, "udp"),
  },
  {
    scope: "mesh",
    id: "mesh/packet-size",
    title: "Packets as large as the cards send arrive whole",
    severity: "blocking",
    why: "Pods size their packets by the card: larger ones than the way takes are lost, so that small requests work and large answers hang.",
    decide: (pairs) =>
      oneFinding(
        worst(pairs, ({ report: { size } }) =>
          size === undefined || size.passes >= size.card ? undefined : `${size.passes} of ${size.card} bytes pass`,
        ),
        "Set the cards' MTU to what passes (netplan: mtu), or raise it on the switches and tunnels between.",
      ),
  },
  {
    scope: "mesh",
    id: "mesh/loss",
    title: "No packets are lost between the hosts",
    severity: "warning",
    why: "A few in a hundred make every transfer slow and etcd lose its leader.",
    decide: (pairs) =>
      oneFinding(
        worst(pairs, ({ report: { udp } }) => {
          const [found] = udp.filter(({ sent, answered }) => answered > 0 && answered < sent);
          return found === undefined ? undefined : `${found.sent - found.answered} of ${found.sent} lost`;
        }),
        "Check cables, duplex and error counters of the cards (ip -s link, ethtool -S).",
      ),
  },
  {
    scope: "mesh",
    id: "mesh/latency",
    title: "The hosts are close to each other",
    severity: "warning",
    why: "etcd waits for the slower half of its members at each change; Kubernetes is made for one data centre.",
    decide: (pairs) =>
      oneFinding(
        worst(pairs, (pair) => {
          const [found] = pair.report.udp.filter(({ answered, median }) => answered > 0 && median > mostMs(pair));
          return found === undefined
            ? undefined
            : `${found.median.toFixed(1)} ms there and back (at most ${found.most.toFixed(1)})`;
        }),
        "Find what is slow (a full link, a VPN, Wi-Fi), or keep etcd's hosts on one network.",
      ),
  },
  {
    scope: "mesh",
    id: "mesh/clock",
    title: "The hosts' clocks agree to half a second",
    severity: "warning",
    why: "Leases and certificates compare times of different hosts.",
    decide: (pairs) =>
      oneFinding(
        worst(pairs, ({ from, to, report: { udp } }) => {
          const [found] = udp.filter(
            ({ answered, least, clockAhead }) => answered > 0 && Math.abs(clockAhead) > clockMs + least / 2,
          );
          if (found === undefined || from.name > to.name) return undefined;
          return `${(found.clockAhead / 1000).toFixed(2)} s ahead, right to ${(found.least / 2).toFixed(1)} ms`;
        }),
        "Let their time services set the clocks (systemctl restart systemd-timesyncd, chronyc makestep).",
      ),
  },
  {
    scope: "mesh",
    id: "mesh/tried",
    title: "Every host could try its way to the others",
    severity: "warning",
    why: "What was not tried is not known.",
    decide: (pairs, seen) => {
      const mute = seen.hosts.filter(
        ({ name }) => seen.listening.get(name) === undefined || seen.reports.get(name) === undefined,
      );
      const untried = pairs
        .filter(({ cutOff }) => cutOff === undefined)
        .flatMap(({ to, ports }) =>
          ports
            .filter(({ outcome }) => outcome === "untried")
            .map(({ port, protocol }) => `${port}/${protocol} on ${to.name}`),
        );
      return [
        ...(mute.length === 0 || seen.hosts.length < 2
          ? []
          : [
              {
                hosts: mute.map(({ name }) => name),
                evidence: "the listener or the trial did not run there",
                fix: "Both need perl; see that /usr/bin/perl -v answers.",
              },
            ]),
        ...(untried.length === 0
          ? []
          : [
              {
                hosts: [],
                evidence: `taken already, so not tried: ${[...new Set(untried)].join(", ")}`,
                fix: "See the checks of ports: whoever listens there is named.",
              },
            ]),
      ];
    },
  },
];

/** The findings of every mesh check. */
export function meshFindings(seen: MeshSeen, situation: Situation): ReadonlyMap<CheckId, readonly ClusterFinding[]> {
  const pairs = pairsOf(seen, situation.cluster);
  return new Map(meshChecks.map((check) => [check.id, check.decide(pairs, seen, situation)]));
}
