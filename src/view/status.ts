import type { ClusterHealth } from "../core/cluster-health.ts";
import type { NodeStatus } from "../core/node-status.ts";
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
  /** Absent where no host could be asked. */
  readonly health?: ClusterHealth | undefined;
  /** Whatever a person should know, one sentence each. */
  readonly problems: readonly string[];
}

/** The cluster's state as tables; where they do not fit into `width`, as one fact a line. Ends with a newline. Pure. */
export function renderStatus(
  status: ClusterStatus,
  options: { readonly color: boolean; readonly width: number },
): string {
  const color = paint(options.color);
  const ready = status.nodes.filter((node) => node.ready).length;
  const lines = [
    color.bold(
      `Cluster ${printable(status.cluster)}: ${status.nodes.length === 0 ? "no node is known" : `${ready} of ${status.nodes.length} nodes ready`}`,
    ),
    ...(status.health === undefined ? [] : healthLines(status.health, options.width)),
    ...section(nodeRows(status.nodes), options.width, color),
    ...section(hostRows(status.hosts), options.width, color),
    ...section(releaseRows(status.releases), options.width, color),
    ...problemLines(status.problems, options.width, color),
  ];
  return `${lines.join("\n")}\n`;
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

function colourState(line: string, [, state]: readonly string[], color: Paint): string {
  return state === "ready" || state === "deployed" || state === "as wanted" ? line : color.red(line);
}

function problemLines(problems: readonly string[], width: number, color: Paint): readonly string[] {
  if (problems.length === 0) return [];
  const lines = problems.flatMap((problem) => wrap(printable(problem), { width, first: "- " }));
  return ["", color.yellow("Problems:"), ...lines];
}
