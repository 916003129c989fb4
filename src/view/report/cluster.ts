import { html } from "./html.ts";
import { badge, dataTable, moment, type Section } from "./parts.ts";
import type { ReportData } from "./report-data.ts";

const dayMs = 24 * 60 * 60 * 1000;

/** What Helm installed. */
export function releasesSection({ live }: ReportData): Section | undefined {
  const releases = live?.status.releases ?? [];
  if (releases.length === 0) return undefined;
  const rows = releases.map(({ name, namespace, chart, status }) => [
    name,
    namespace,
    chart,
    badge(status === "deployed" ? "good" : "bad", status),
  ]);
  return {
    id: "releases",
    title: "Releases",
    body: dataTable("Releases", ["Release", "Namespace", "Chart", "State"], rows),
  };
}

/** What was tried out last, and what came of it. */
export function proofsSection({ proofs }: ReportData): Section | undefined {
  if (proofs === undefined) return undefined;
  const rows = proofs.lines.map(({ name, about, result, detail }) => [
    name,
    badge(result === "ok" ? "good" : result === "failed" ? "bad" : "none", result),
    about,
    detail,
  ]);
  const body = html`<p>Made ${moment(proofs.at)}.</p>${dataTable("Proofs", ["Proof", "Result", "What", "Found"], rows)}`;
  return { id: "proofs", title: "Proofs", body };
}

/** The cluster's certificates, the one that ends first at the top. */
export function certificatesSection({ certificates, at }: ReportData): Section | undefined {
  if (certificates.length === 0) return undefined;
  const rows = certificates
    .toSorted((a, b) => a.notAfter - b.notAfter)
    .map(({ name, subject, notAfter }) => {
      const days = Math.floor((notAfter - at) / dayMs);
      return [name, subject, moment(notAfter), badge(days < 0 ? "bad" : days < 30 ? "warn" : "good", `${days}`)];
    });
  return {
    id: "certificates",
    title: "Certificates",
    body: dataTable("Certificates", ["Certificate", "Subject", "Valid until", "Days left"], rows),
  };
}
