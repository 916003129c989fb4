import type { CheckLine } from "../check-report.ts";
import { type Html, html } from "./html.ts";
import { badge, type Mood, type Section } from "./parts.ts";
import type { ReportData } from "./report-data.ts";

const moods: Readonly<Record<CheckLine["severity"], Mood>> = { blocking: "bad", warning: "warn", note: "none" };

/** What somebody must do something about: what is wrong with the cluster, then findings of the checks, worst first. */
export function attention({ live }: ReportData): Section | undefined {
  if (live === undefined) return undefined;
  const open = together(live.checks.filter(({ verdict, fixedByUp }) => verdict === "found" && fixedByUp === undefined));
  const sorted = (["blocking", "warning", "note"] as const).flatMap((severity) =>
    open.filter((one) => one.severity === severity),
  );
  const { problems } = live.status;
  const nothing = problems.length + sorted.length === 0 ? html`<p>${badge("good", "Nothing.")}</p>` : undefined;
  const body = html`${nothing}${problems.length === 0 ? undefined : problemList(problems)}${sorted.map(finding)}`;
  return { id: "attention", title: "What needs attention", body };
}

/** What is the same on several hosts is said once, with all of their names. */
function together(findings: readonly CheckLine[]): readonly CheckLine[] {
  const same = Map.groupBy(findings, ({ check, evidence, fix, commands }) =>
    JSON.stringify([check, evidence, fix, commands]),
  );
  return [...same.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [{ ...first, hosts: [...first.hosts, ...others.flatMap(({ hosts }) => hosts)] }],
  );
}

function problemList(problems: readonly string[]): Html {
  return html`<h3>The cluster</h3>
<ul>${problems.map((problem) => html`<li>${problem}</li>\n`)}</ul>
`;
}

/** One finding; what to do stands beside what is wrong. */
function finding({ check, severity, title, hosts, evidence, why, fix, commands }: CheckLine): Html {
  const where = hosts.length === 0 ? "the cluster" : hosts.join(", ");
  const shell = commands.length === 0 ? undefined : html`<pre tabindex="0">${commands.join("\n")}</pre>`;
  return html`<article class="finding">
<h3>${badge(moods[severity], severity)} ${where}: ${evidence}</h3>
<p><code>${check}</code>: ${title}. ${why}</p>
<p><strong>What to do:</strong> ${fix}</p>
${shell}</article>
`;
}
