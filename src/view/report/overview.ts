import { count } from "../wrap.ts";
import { type Html, html } from "./html.ts";
import { badge, type Mood, type Section } from "./parts.ts";
import type { ReportData } from "./report-data.ts";

interface Card {
  readonly label: string;
  readonly value: string;
  readonly mood: Mood;
  /** The section that tells more. */
  readonly to: string;
}

const dayMs = 24 * 60 * 60 * 1000;

/** The cluster in a few figures, each leading to its section. */
export function overview(data: ReportData): Section {
  const cards = [...liveCards(data), gpuCard(data), ...proofCard(data), ...certificateCard(data), runCard(data)];
  return { id: "overview", title: "At a glance", body: html`<ul class="cards">${cards.map(cardHtml)}</ul>` };
}

function cardHtml({ label, value, mood, to }: Card): Html {
  return html`<li><a href="#${to}"><span class="label">${label}</span> ${badge(mood, value)}</a></li>\n`;
}

function liveCards({ live, hosts }: ReportData): readonly Card[] {
  if (live === undefined) return [{ label: "Hosts", value: String(hosts.length), mood: "none", to: "hosts" }];
  const { nodes, releases, hosts: drift } = live.status;
  const ready = nodes.filter((node) => node.ready).length;
  const wanted = drift.filter(({ state }) => state === "as wanted").length;
  const deployed = releases.filter(({ status }) => status === "deployed").length;
  return [
    share("Nodes ready", ready, nodes.length, "hosts"),
    share("Hosts as wanted", wanted, hosts.length, "hosts"),
    checkCard(live.checks),
    share("Releases deployed", deployed, releases.length, "releases"),
  ];
}

function share(label: string, good: number, all: number, to: string): Card {
  return {
    label,
    value: all === 0 ? "none" : `${good} of ${all}`,
    mood: all === 0 ? "none" : good === all ? "good" : "bad",
    to,
  };
}

function checkCard(checks: NonNullable<ReportData["live"]>["checks"]): Card {
  const open = checks.filter(({ verdict, fixedByUp }) => verdict === "found" && fixedByUp === undefined);
  const mood = open.some(({ severity }) => severity === "blocking")
    ? "bad"
    : open.some(({ severity }) => severity === "warning")
      ? "warn"
      : "good";
  return {
    label: "Checks",
    value: open.length === 0 ? "all well" : count(open.length, "finding"),
    mood,
    to: "attention",
  };
}

function gpuCard({ hosts }: ReportData): Card {
  const all = hosts.flatMap(({ gpus }) => gpus).reduce((sum, { count: some }) => sum + some, 0);
  return { label: "GPUs", value: String(all), mood: "none", to: "hosts" };
}

function proofCard({ proofs }: ReportData): readonly Card[] {
  if (proofs === undefined) return [];
  const tried = proofs.lines.filter(({ result }) => result !== "skipped");
  return [share("Proofs", tried.filter(({ result }) => result === "ok").length, tried.length, "proofs")];
}

function certificateCard({ certificates, at }: ReportData): readonly Card[] {
  if (certificates.length === 0) return [];
  const days = Math.floor((Math.min(...certificates.map(({ notAfter }) => notAfter)) - at) / dayMs);
  const mood = days < 0 ? "bad" : days < 30 ? "warn" : "good";
  return [
    { label: "Certificates", value: days < 0 ? "expired" : `${count(days, "day")} left`, mood, to: "certificates" },
  ];
}

function runCard({ runs }: ReportData): Card {
  const [last] = runs.filter(({ command }) => command === "up");
  if (last === undefined) return { label: "Last up", value: "none yet", mood: "none", to: "runs" };
  const mood = last.outcome === "failed" || last.outcome === "interrupted" ? "bad" : "good";
  return { label: "Last up", value: last.outcome.replaceAll("-", " "), mood, to: "runs" };
}
