import type { CheckResult } from "../checks/results.ts";
import type { Pair } from "../mesh/seen.ts";
import { type CheckLine, renderChecks } from "../view/check-report.ts";
import { type MeshCell, meshMatrix } from "../view/mesh-matrix.ts";
import { paint } from "../view/paint.ts";
import { type Context, shapeOf } from "./context.ts";
import { type Checked, notReached } from "./run-checks.ts";

/** A result as the views take it. */
export function checkLine({ commands, ...one }: CheckResult): CheckLine {
  return { ...one, commands: commands.map(({ text }) => text) };
}

/** The report for people: what needs attention, then the mesh. */
export function checkText(checked: Checked, context: Context, verbose: boolean): string {
  const { color, width } = shapeOf(context);
  const hosts = { count: checked.hosts.length, notReached: notReached(checked) };
  const report = renderChecks(checked.results.map(checkLine), hosts, { color, width, verbose });
  const matrix = meshMatrix(checked.pairs.map(cellOf), { paint: paint(color), width });
  return matrix.length === 0 ? report : `${report}${matrix.join("\n")}\n`;
}

/** One direction in a word: the round trip where all is well, else the first thing that is not. */
export function cellOf({ from, to, ports, cutOff, report }: Pair): MeshCell {
  const place = { from: from.name, to: to.name };
  if (cutOff !== undefined) return { ...place, text: "no way", good: false };
  const closed = ports.filter(({ outcome }) => outcome !== "open" && outcome !== "untried").map(({ port }) => port);
  if (closed.length > 0) return { ...place, text: `no ${closed.join(",")}`, good: false };
  const { size, udp } = report;
  if (size !== undefined && size.passes < size.card) return { ...place, text: `${size.passes} bytes`, good: false };
  const lost = udp.find(({ sent, answered }) => answered > 0 && answered < sent);
  if (lost !== undefined) return { ...place, text: `${lost.sent - lost.answered}/${lost.sent} lost`, good: false };
  const median =
    udp.find(({ answered }) => answered > 0)?.median ?? report.tcp.find(({ outcome }) => outcome === "open")?.ms;
  return { ...place, text: median === undefined ? "untried" : `${median.toFixed(1)} ms`, good: median !== undefined };
}
