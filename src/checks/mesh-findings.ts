import type { Pair, PortOutcome } from "../mesh/seen.ts";
import type { ClusterFinding } from "./check.ts";

const because: Readonly<Record<Exclude<PortOutcome, "open" | "untried">, string>> = {
  silent: "dropped without an answer",
  refused: "rejected with a reset",
  unreachable: "rejected with an ICMP error",
  unrouted: "without a route",
  forbidden: "stopped by a rule of the sender itself",
};

/** The directions in which a port does not get through, one finding for each host that cannot be reached on it. */
export function blockedPorts(pairs: readonly Pair[], protocol: "tcp" | "udp"): readonly ClusterFinding[] {
  const failed = pairs
    .filter(({ cutOff }) => cutOff === undefined)
    .flatMap((pair) =>
      pair.ports.flatMap((port) =>
        port.protocol !== protocol || port.outcome === "open" || port.outcome === "untried"
          ? []
          : [
              {
                pair,
                port,
                why: protocol === "udp" ? "not answered" : because[port.outcome],
                key: `${pair.to.name} ${port.port} ${port.outcome}`,
              },
            ],
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

/** A host that reaches nothing of another one, and the way that its kernel takes. */
export function cutOffFinding({ from, to, cutOff, report }: Pair): ClusterFinding {
  const { address = to.address, dev = "no card", via } = report.route ?? {};
  const way = `${from.name} sends to ${address} through ${dev}${via === undefined ? "" : ` by ${via}`}`;
  const hosts = [from.name];
  if (cutOff === "unnamed") {
    const fix = "Use addresses in the inventory, or give all hosts a nameserver that knows it (dns.nameservers).";
    return { hosts, evidence: `${from.name} finds no address for ${to.internalAddress ?? to.address}`, fix };
  }
  // A route that says `unreachable` leads through no card.
  if (cutOff === "unrouted" || report.route?.dev === undefined) {
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

/** The directions of which something is told. */
export function worst(
  pairs: readonly Pair[],
  tell: (pair: Pair) => string | undefined,
): readonly { readonly pair: Pair; readonly text: string }[] {
  return pairs.flatMap((pair) => {
    const text = tell(pair);
    return text === undefined ? [] : [{ pair, text: `${pair.from.name} to ${pair.to.name}: ${text}` }];
  });
}

/** All of them as one finding, six of them by name. */
export function oneFinding(
  found: readonly { readonly pair: Pair; readonly text: string }[],
  fix: string,
): readonly ClusterFinding[] {
  if (found.length === 0) return [];
  const hosts = [...new Set(found.flatMap(({ pair }) => [pair.from.name, pair.to.name]))].sort();
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
