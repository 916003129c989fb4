import type { Cluster } from "../core/cluster.ts";
import { type MeshSeen, type Pair, pairsOf } from "../mesh/seen.ts";
import type { CheckId, ClusterFinding, Described, Situation } from "./check.ts";
import { blockedPorts, cutOffFinding, oneFinding, worst } from "./mesh-findings.ts";

/** One question about the ways between the hosts. */
export interface MeshCheck extends Described {
  readonly scope: "mesh";
  decide(pairs: readonly Pair[], seen: MeshSeen, situation: Situation): readonly ClusterFinding[];
}

/** Milliseconds of a round trip that a pair may take: etcd's members wait for each other at every change. */
function mostMs({ from, to }: Pair): number {
  return from.roles.includes("etcd") && to.roles.includes("etcd") ? 20 : 100;
}

/** How far clocks may be apart in ms, where they can be compared this well. */
const clockMs = 500;

/** Where Drover may open ports it tries that first; a firewall on the way stays to be found by the next check. */
function openedBy({ firewall }: Cluster, finding: ClusterFinding): ClusterFinding {
  return firewall.manage ? { ...finding, fixedByUp: "os/firewall" } : finding;
}

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
    decide: (pairs, _, { cluster }) => blockedPorts(pairs, "tcp").map((found) => openedBy(cluster, found)),
  },
  {
    scope: "mesh",
    id: "mesh/udp",
    title: "Pod traffic gets through between the hosts",
    severity: "blocking",
    why: "Nobody else tries this: the install succeeds, and pods on different hosts never reach each other.",
    decide: (pairs, _, { cluster }) => blockedPorts(pairs, "udp").map((found) => openedBy(cluster, found)),
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
    decide: (pairs, seen, { built }) => {
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
        ...(built || untried.length === 0
          ? []
          : [
              {
                hosts: [],
                evidence: `taken already, so not tried: ${[...new Set(untried)].join(", ")}`,
                fix: "See the checks of ports: whoever listens there is named. If nobody is, another Drover tried at the same moment: run this again.",
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
