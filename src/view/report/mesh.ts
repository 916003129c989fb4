import { html } from "./html.ts";
import { badge, dataTable, type Section } from "./parts.ts";
import type { ReportData } from "./report-data.ts";

/** Who reaches whom: rows reach columns. */
export function meshSection({ live }: ReportData): Section | undefined {
  const cells = live?.mesh ?? [];
  if (cells.length === 0) return undefined;
  const names = [...new Set(cells.flatMap(({ from, to }) => [from, to]))];
  const ways = new Map(cells.map((cell) => [JSON.stringify([cell.from, cell.to]), cell]));
  const rows = names.map((from) => [
    from,
    ...names.map((to) => {
      const cell = ways.get(JSON.stringify([from, to]));
      return cell === undefined ? html`<span class="quiet">–</span>` : badge(cell.good ? "good" : "bad", cell.text);
    }),
  ]);
  const about = html`<p>Every pair of hosts, tried on the ports of their roles: the round trip, or what does not get through. Rows reach columns.</p>`;
  return {
    id: "mesh",
    title: "Between the hosts",
    body: html`${about}${dataTable("Who reaches whom", ["From", ...names], rows)}`,
  };
}
