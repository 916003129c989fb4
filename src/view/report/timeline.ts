import { duration } from "../duration.ts";
import type { ChangeRecord, RunRecord } from "../run-record.ts";
import { count } from "../wrap.ts";
import { type Html, html } from "./html.ts";

/** The timeline's width in its own units: it is drawn as wide as there is room. */
const wide = 1000;
const tall = 16;
/** So many stages have a colour of their own; the style sheet knows them as `s0` and so on. */
const colours = 8;

/** When each host was changed, and by which stage: one line per host, one bar per change. All of it stands in the table too. */
export function timeline({ changes, tookMs, id }: RunRecord): Html | undefined {
  if (changes.length === 0 || tookMs <= 0) return undefined;
  const hosts = [...new Set(changes.map(({ host }) => host))];
  const stages = [...new Set(changes.map(({ stage }) => stage))];
  const rows = hosts.map((host) =>
    row(
      host,
      changes.filter((one) => one.host === host),
      { stages, tookMs },
    ),
  );
  const legend = stages.map(
    (stage, index) => html`<li><span class="swatch s${index % colours}"></span> ${stage || "change"}</li>`,
  );
  return html`<div class="timeline" role="group" aria-label="Timeline of run ${id}, ${duration(tookMs)}">
${rows}<ul class="legend" aria-label="Stages">${legend}</ul></div>
`;
}

function row(
  host: string,
  changes: readonly ChangeRecord[],
  all: { readonly stages: readonly string[]; readonly tookMs: number },
): Html {
  const busy = changes.reduce((sum, { tookMs }) => sum + (tookMs ?? 0), 0);
  const bars = changes.map((change) => bar(change, all));
  return html`<div class="row"><span class="who">${host}</span><svg viewBox="0 0 ${wide} ${tall}" preserveAspectRatio="none" role="img" aria-label="${host}: ${count(changes.length, "change")}, ${duration(busy)}">${bars}</svg></div>
`;
}

/** A change that never ended is drawn to the end of the run. Every bar is wide enough to be seen. */
function bar(
  { from, tookMs, step, summary, stage }: ChangeRecord,
  all: { readonly stages: readonly string[]; readonly tookMs: number },
): Html {
  const scale = (ms: number): number => Math.round((Math.min(Math.max(ms, 0), all.tookMs) / all.tookMs) * wide);
  const x = scale(from);
  const width = Math.max(3, scale(from + (tookMs ?? all.tookMs)) - x);
  const colour = all.stages.indexOf(stage) % colours;
  const took = tookMs === undefined ? "not finished" : duration(tookMs);
  return html`<rect class="s${colour}" x="${x}" y="1" width="${width}" height="${tall - 2}"><title>${step}: ${summary} (${took})</title></rect>`;
}
