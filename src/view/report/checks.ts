import type { CheckLine } from "../check-report.ts";
import { html } from "./html.ts";
import { badge, dataTable, folded, type Section } from "./parts.ts";
import type { ReportData } from "./report-data.ts";

/** Every check, by area, with what came of it. */
export function checksSection({ live }: ReportData): Section | undefined {
  if (live === undefined) return undefined;
  const areas = Map.groupBy(live.checks, ({ check }) => check.split("/")[0] ?? "");
  const body = [...areas].map(([area, lines]) => {
    const well = lines.every(({ verdict }) => verdict === "ok");
    const rows = lines.map((line) => [
      html`<code>${line.check}</code>`,
      result(line),
      line.hosts.join(", "),
      line.title,
    ]);
    const table = dataTable(`Checks: ${area}`, ["Check", "Result", "Hosts", "What is true where all is well"], rows);
    return folded(html`${area} ${badge(well ? "good" : "warn", well ? "all well" : "findings")}`, table);
  });
  return { id: "checks", title: "All checks", body: html`${body}` };
}

function result({ verdict, severity, fixedByUp, evidence }: CheckLine) {
  if (verdict === "ok") return badge("good", "ok");
  if (verdict === "unknown") return badge("none", "not known");
  if (fixedByUp !== undefined) return html`${badge("none", "up will do it")} ${evidence}`;
  return html`${badge(severity === "blocking" ? "bad" : "warn", severity)} ${evidence}`;
}
