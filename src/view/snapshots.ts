import { printable } from "../core/printable.ts";
import { duration } from "./duration.ts";
import { paint } from "./paint.ts";
import { table } from "./table.ts";
import { count } from "./wrap.ts";

/** A snapshot, as the list shows it. */
export interface SnapshotLine {
  readonly name: string;
  readonly bytes: number;
  /** ms since the epoch. */
  readonly takenAt: number;
  /** Hosts that have it. */
  readonly hosts: readonly string[];
}

/** The snapshots as a table; `silent` are hosts that did not answer, with the reason. Ends with a newline. Pure. */
export function renderSnapshots(
  snapshots: readonly SnapshotLine[],
  silent: Readonly<Record<string, string>>,
  options: { readonly color: boolean; readonly width: number; readonly now: number },
): string {
  const color = paint(options.color);
  const rows = snapshots.map(({ name, bytes, takenAt, hosts }) => [
    name,
    new Date(takenAt).toISOString().replace(".000Z", "Z"),
    `${duration(Math.max(0, options.now - takenAt))} ago`,
    megabytes(bytes),
    hosts.join(", "),
  ]);
  const shape = { width: options.width, head: color.dim, row: (line: string) => line };
  const lines = [
    color.bold(snapshots.length === 0 ? "No snapshots" : count(snapshots.length, "snapshot")),
    ...table([["NAME", "TAKEN", "AGE", "SIZE", "ON"], ...rows], shape),
    ...Object.entries(silent).map(([host, why]) => color.red(printable(`${host} did not answer: ${why}`))),
  ];
  return `${lines.join("\n")}\n`;
}

/** Bytes as megabytes, with one decimal below ten. */
export function megabytes(bytes: number): string {
  const size = bytes / 1_000_000;
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} MB`;
}
