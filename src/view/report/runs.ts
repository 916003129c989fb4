import { duration } from "../duration.ts";
import type { RunRecord } from "../run-record.ts";
import { count } from "../wrap.ts";
import { type Html, html } from "./html.ts";
import { badge, dataTable, folded, type Mood, moment, type Section } from "./parts.ts";
import type { ReportData } from "./report-data.ts";
import { timeline } from "./timeline.ts";

const moods: Readonly<Record<RunRecord["outcome"], Mood>> = {
  "nothing-to-do": "good",
  done: "good",
  changed: "good",
  pending: "none",
  failed: "bad",
  cancelled: "warn",
  interrupted: "bad",
};

/** What each run changed, newest first; those that changed nothing and failed nowhere are lines only. */
export function runsSection({ runs }: ReportData): Section {
  const told = runs.filter(({ changes, failures }) => changes.length + failures.length > 0);
  const rows = runs.map(({ id, command, at, tookMs, outcome, changes }) => [
    id,
    command,
    moment(at),
    duration(tookMs),
    badge(moods[outcome], outcome.replaceAll("-", " ")),
    String(changes.length),
  ]);
  const body =
    runs.length === 0
      ? html`<p>There are no journals yet.</p>`
      : html`${told.map(runDetails)}${dataTable("All runs", ["Run", "Command", "Began", "Took", "Outcome", "Changes"], rows)}`;
  return { id: "runs", title: "Runs", body };
}

function runDetails(run: RunRecord): Html {
  const { command, at, tookMs, outcome, changes, failures } = run;
  const title = html`<span class="run">${command}</span> ${moment(at)}, ${duration(tookMs)}, ${count(changes.length, "change")} ${badge(moods[outcome], outcome.replaceAll("-", " "))}`;
  const rows = changes.map(({ host, stage, step, summary, tookMs: took }) => [
    host,
    stage,
    html`<code>${step}</code>`,
    summary,
    took === undefined ? "not finished" : duration(took),
  ]);
  const table =
    rows.length === 0
      ? undefined
      : dataTable(`Changes of ${run.id}`, ["Host", "Stage", "Step", "Change", "Took"], rows);
  return folded(title, html`${failures.map(failure)}${timeline(run)}${table}`);
}

function failure({ code, message, host, step, remedy, details }: RunRecord["failures"][number]): Html {
  const where = [host, step].filter((part) => part !== undefined).join(", ");
  const lines = details.length === 0 ? undefined : html`<pre tabindex="0">${details.join("\n")}</pre>`;
  return html`<article class="finding"><h3>${badge("bad", code)} ${where}</h3><p>${message}</p><p><strong>What to do:</strong> ${remedy}</p>${lines}</article>
`;
}
