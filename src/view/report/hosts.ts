import type { NodeStatus } from "../../core/node-status.ts";
import { type Html, html } from "./html.ts";
import { badge, dataTable, folded, type Section } from "./parts.ts";
import type { ReportData, ReportHost } from "./report-data.ts";

/** Every host: what it is for, what it is, how it differs from what the inventory wants. */
export function hostsSection(data: ReportData): Section {
  const rows = data.hosts.map((host) => [
    host.name,
    host.address,
    host.roles.join(", "),
    gpuText(host),
    ...state(host, data),
  ]);
  const head = ["Host", "Address", "Roles", "GPUs", "Node", "Kubernetes", "Compared with the inventory"];
  const body = html`${dataTable("Hosts", head, rows)}
${data.hosts.filter(({ facts }) => facts.length > 0).map(details)}`;
  return { id: "hosts", title: "Hosts", body };
}

function gpuText({ gpus }: ReportHost): string {
  return gpus.map(({ model, count }) => `${count} × ${model}`).join(", ") || "none known";
}

function state({ name, address }: ReportHost, { live }: ReportData): readonly (Html | string)[] {
  // Engines write a node's name in small letters.
  const node = live?.status.nodes.find((one) => one.name === name.toLowerCase() || one.internalIP === address);
  const drift = live?.status.hosts.find((one) => one.name === name);
  return [
    node === undefined ? badge("none", "no node") : nodeBadge(node),
    node?.version ?? "",
    drift === undefined ? badge("none", "not asked") : driftCell(drift),
  ];
}

function nodeBadge({ ready, limits }: NodeStatus): Html {
  const mood = !ready ? "bad" : limits.length > 0 ? "warn" : "good";
  return badge(mood, [ready ? "ready" : "not ready", ...limits].join(", "));
}

function driftCell({ state: word, differences }: NonNullable<ReportData["live"]>["status"]["hosts"][number]): Html {
  if (word === "as wanted") return badge("good", word);
  return html`${badge("bad", word.toLowerCase())}<ul>${differences.map((one) => html`<li>${one}</li>`)}</ul>`;
}

function details({ name, facts }: ReportHost): Html {
  const rows = facts.map(([label, text]) => html`<dt>${label}</dt><dd>${text}</dd>\n`);
  return folded(`${name} in detail`, html`<dl>${rows}</dl>`);
}
