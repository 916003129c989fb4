import type { ClusterHealth } from "../core/cluster-health.ts";
import { cordoned, type NodeStatus } from "../core/node-status.ts";
import { printable } from "../core/printable.ts";
import { type Paint, paint } from "./paint.ts";
import { megabytes } from "./snapshots.ts";
import { table } from "./table.ts";
import { count, wrap } from "./wrap.ts";

/** One Helm release. */
export interface ReleaseStatus {
  readonly name: string;
  readonly namespace: string;
  /** Name and version, `cert-manager-v1.18.2`. */
  readonly chart: string;
  /** Helm's word: `deployed`, `failed`, `pending-upgrade`... */
  readonly status: string;
}

/** What a host is like beside what the inventory says of it. */
export interface HostDrift {
  readonly name: string;
  readonly state: "as wanted" | "DIFFERS" | "UNREACHABLE";
  /** What `up` would change there, or why nobody knows. */
  readonly differences: readonly string[];
}

/** What `drover status` tells. */
export interface ClusterStatus {
  readonly cluster: string;
  readonly nodes: readonly NodeStatus[];
  readonly hosts: readonly HostDrift[];
  readonly releases: readonly ReleaseStatus[];
  /** False where there is no cluster yet: nothing of it is here or on any host. */
  readonly made: boolean;
  /** Absent where no host could be asked, or there is no cluster yet. */
  readonly health?: ClusterHealth | undefined;
  /** What somebody wanted to be so and may have forgotten, one sentence each. */
  readonly notes: readonly string[];
  /** What is not as it should be, one sentence each. */
  readonly problems: readonly string[];
}

/** The cluster's state as tables; where they do not fit into `width`, as one fact a line. Ends with a newline. Pure. */
export function renderStatus(
  status: ClusterStatus,
  options: { readonly color: boolean; readonly width: number },
): string {
  const color = paint(options.color);
  const lines = [
    color.bold(`Cluster ${printable(status.cluster)}: ${nodesInShort(status)}`),
    ...(status.health === undefined ? [] : healthLines(status.health, options.width)),
    ...section(nodeRows(status.nodes), options.width, color),
    ...section(hostRows(status.hosts), options.width, color),
    ...section(releaseRows(status.releases), options.width, color),
    ...titled("Problems:", status.problems, options.width, color),
    ...titled("Notes:", status.notes, options.width, color),
  ];
  return `${lines.join("\n")}\n`;
}

function nodesInShort({ made, nodes }: ClusterStatus): string {
  if (!made) return "there is none yet";
  const ready = nodes.filter((node) => node.ready).length;
  return nodes.length === 0 ? "no node is known" : `${ready} of ${nodes.length} nodes ready`;
}

function healthLines({ components, etcd, lastSnapshot, certificate }: ClusterHealth, width: number): readonly string[] {
  const running = components.filter(({ state }) => state === "running").length;
  const healthy = etcd.filter((member) => member.healthy).length;
  const size = Math.max(0, ...etcd.map(({ bytes = 0 }) => bytes));
  const snapshot =
    lastSnapshot === undefined
      ? "none"
      : `${lastSnapshot.name} of ${new Date(lastSnapshot.takenAt).toISOString().slice(0, 16)}Z`;
  const facts = [
    `Components: ${running} of ${components.length} running`,
    `etcd: ${healthy} of ${etcd.length} members healthy${size === 0 ? "" : `, ${megabytes(size)}`}; last snapshot: ${snapshot}`,
    ...(certificate === undefined
      ? []
      : [`Certificates: ${certificate.name} on ${certificate.host} ${endOf(certificate)}`]),
  ];
  return facts.flatMap((fact) => wrap(printable(fact), { width, first: "" }));
}

function endOf({ daysLeft, endsAt }: NonNullable<ClusterHealth["certificate"]>): string {
  if (daysLeft < 0) return `has ended, on ${new Date(endsAt).toISOString().slice(0, 10)}`;
  return `ends first, in ${count(daysLeft, "day")}`;
}

function nodeRows(nodes: readonly NodeStatus[]): readonly (readonly string[])[] {
  const rows = nodes.map(({ name, ready, limits, roles, version, internalIP }) => [
    name,
    [ready ? "ready" : "NOT READY", ...limits].join(", "),
    roles.join(","),
    version,
    internalIP,
  ]);
  return [["NODE", "STATE", "ROLES", "VERSION", "ADDRESS"], ...rows];
}

function hostRows(hosts: readonly HostDrift[]): readonly (readonly string[])[] {
  const rows = hosts.map(({ name, state, differences }) => {
    const steps = differences.map((one) => /^[a-z-]+\/[a-z-]+(?=: )/.exec(one)?.[0] ?? one);
    return [name, state, [...new Set(steps)].join(", ")];
  });
  return [["HOST", "STATE", "DIFFERS IN"], ...rows.map((row) => row.map(shortened))];
}

/** So that one long difference does not break the table; all stand whole among the problems. */
function shortened(cell: string): string {
  return cell.length > 60 ? `${cell.slice(0, 59)}…` : cell;
}

function releaseRows(releases: readonly ReleaseStatus[]): readonly (readonly string[])[] {
  const rows = releases.map(({ name, namespace, chart, status }) => [name, status, namespace, chart]);
  return [["RELEASE", "STATE", "NAMESPACE", "CHART"], ...rows];
}

function section(rows: readonly (readonly string[])[], width: number, color: Paint): readonly string[] {
  return table(rows, { width, head: color.dim, row: (line, cells) => colourState(line, cells, color) });
}

const well: ReadonlySet<string | undefined> = new Set(["ready", `ready, ${cordoned}`, "deployed", "as wanted"]);

function colourState(line: string, [, state]: readonly string[], color: Paint): string {
  return well.has(state) ? line : color.red(line);
}

function titled(title: string, sentences: readonly string[], width: number, color: Paint): readonly string[] {
  if (sentences.length === 0) return [];
  const lines = sentences.flatMap((sentence) => wrap(printable(sentence), { width, first: "- " }));
  return ["", color.yellow(title), ...lines];
}
