import { count } from "../wrap.ts";
import { attention } from "./attention.ts";
import { checksSection } from "./checks.ts";
import { certificatesSection, proofsSection, releasesSection } from "./cluster.ts";
import { hostsSection } from "./hosts.ts";
import { html, htmlText, trusted } from "./html.ts";
import { meshSection } from "./mesh.ts";
import { overview } from "./overview.ts";
import { moment, section } from "./parts.ts";
import type { ReportData } from "./report-data.ts";
import { runsSection } from "./runs.ts";

/** How a report is known as ours before it is written over. */
export const reportMark = '<meta name="generator" content="drover report">';

/**
 * The report as one HTML page: no script, no font, no picture from elsewhere, so that it can be sent, printed and kept.
 * `style` is templates/report.css. Pure.
 */
export function renderReport(data: ReportData, style: string): string {
  const sections = [
    overview(data),
    attention(data),
    hostsSection(data),
    meshSection(data),
    releasesSection(data),
    proofsSection(data),
    certificatesSection(data),
    runsSection(data),
    checksSection(data),
  ].filter((one) => one !== undefined);
  const contents = sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>\n`);
  const asked = data.live === undefined ? html`<p>From journals only: no host was asked.</p>` : undefined;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
${trusted(reportMark)}
<title>${data.cluster}: cluster report</title>
<style>
${trusted(style)}</style>
</head>
<body>
<a class="skip" href="#main">To the report</a>
<header>
<h1>Cluster ${data.cluster}</h1>
<p>Kubernetes ${data.kubernetes}, ${count(data.hosts.length, "host")}. Written ${moment(data.at)} by Drover ${data.version}.</p>
${asked}</header>
<nav aria-label="Contents"><ul>
${contents}</ul></nav>
<main id="main">
${sections.map(section)}</main>
</body>
</html>
`;
  return htmlText(page);
}
