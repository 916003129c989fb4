import type { Cluster, Host } from "../core/cluster.ts";
import { type NeededPort, portsBetween } from "./flows.ts";
import type { PairReport, TcpOutcome } from "./report.ts";

/** All that was found between the hosts. */
export interface MeshSeen {
  readonly hosts: readonly Host[];
  /** By host: the ports (`tcp:6443`) that our listener could take there; undefined if it did not start. */
  readonly listening: ReadonlyMap<string, ReadonlySet<string> | undefined>;
  /** By host: what it found on its way to the others; undefined if it could not try. */
  readonly reports: ReadonlyMap<string, readonly PairReport[] | undefined>;
}

/** What came of one needed port between two hosts. */
export type PortOutcome = TcpOutcome | "untried";

/** One direction between two hosts. */
export interface Pair {
  readonly from: Host;
  readonly to: Host;
  readonly report: PairReport;
  readonly ports: readonly (NeededPort & { readonly outcome: PortOutcome })[];
  /** Nothing at all got through, not even to sshd: this is no matter of single ports. */
  readonly cutOff: TcpOutcome | "unnamed" | undefined;
}

/** Every direction that was tried, in the order of the hosts. */
export function pairsOf(seen: MeshSeen, cluster: Cluster): readonly Pair[] {
  return seen.hosts.flatMap((from) =>
    (seen.reports.get(from.name) ?? []).flatMap((report) => {
      const to = seen.hosts.find(({ name }) => name === report.to);
      return to === undefined ? [] : [pairOf(from, to, report, seen, cluster)];
    }),
  );
}

function pairOf(from: Host, to: Host, report: PairReport, seen: MeshSeen, cluster: Cluster): Pair {
  const listening = seen.listening.get(to.name);
  const ports = portsBetween(from, to, cluster).map((port) => ({
    ...port,
    outcome: outcomeOf(port, report, listening),
  }));
  return { from, to, report, ports, cutOff: cutOff(report) };
}

function outcomeOf(
  { protocol, port }: NeededPort,
  report: PairReport,
  listening: ReadonlySet<string> | undefined,
): PortOutcome {
  const ours = listening?.has(`${protocol}:${port}`) ?? false;
  if (protocol === "udp") {
    const found = report.udp.find((one) => one.port === port);
    if (found !== undefined && found.answered > 0) return "open";
    // What listens there already does not answer us.
    return ours && found !== undefined ? "silent" : "untried";
  }
  const outcome = report.tcp.find((one) => one.port === port)?.outcome;
  if (outcome === undefined) return "untried";
  // Where nothing listens, a reset is the host's own honest answer.
  return outcome === "refused" && !ours ? "untried" : outcome;
}

function cutOff({ route, tcp, udp }: PairReport): Pair["cutOff"] {
  if (route === undefined) return "unnamed";
  const [first] = tcp;
  const alike = tcp.every(({ outcome }) => outcome === first?.outcome);
  if (first === undefined || !alike || first.outcome === "open" || first.outcome === "refused") return undefined;
  return udp.some(({ answered }) => answered > 0) ? undefined : first.outcome;
}
