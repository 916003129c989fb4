import { inOneLine } from "../core/printable.ts";
import { type Observed, type Probe, text } from "../core/probe.ts";
import { sh } from "../core/shell.ts";
import { type AnyStep, type Change, type Decision, defineStep, ok } from "../core/step.ts";
import type { KubeAccess } from "../kube/kubectl.ts";
import { dumpYaml, parseMapping } from "../templates/yaml.ts";
import { installAction } from "./helm-install.ts";
import { type InstalledRelease, installedProbe } from "./installed.ts";
import { lacksKinds } from "./lacking-kinds.ts";
import { shownManifest } from "./manifest.ts";
import { type Release, sameVersion } from "./release.ts";
import { renderProbe } from "./render-probe.ts";
import { sameValues } from "./same-values.ts";
import { secretsIn, shownValues, wantedValues } from "./values.ts";

function probes(access: KubeAccess, release: Release) {
  const { chart } = release;
  return {
    releases: installedProbe(access),
    /** What it would be, if it is to be changed. */
    rendered: renderProbe(access, release),
    chart: chart.kind === "folder" ? text(sh`cat ${`${chart.path}/Chart.yaml`}`) : text(sh`:`),
  } satisfies Record<string, Probe<unknown>>;
}

type Facts = Observed<ReturnType<typeof probes>>;

/** A release that is installed in the wanted version with the wanted values. */
export function helmRelease(access: KubeAccess, release: Release): AnyStep {
  return defineStep({
    id: release.id,
    title: release.title,
    needs: release.needs,
    probes: () => probes(access, release),
    decide: (facts) => refused(release) ?? wrongChart(release, facts.chart) ?? decide(access, release, facts),
  });
}

function decide(access: KubeAccess, release: Release, { releases, rendered }: Facts): Decision {
  if (releases === undefined)
    return { kind: "later", after: release.needs[0], because: "the cluster does not answer yet" };
  const found = findRelease(releases, release);
  const untouchable = found === undefined ? undefined : notOurs(release, found);
  if (untouchable !== undefined) return untouchable;
  const why = whyInstall(release, found);
  if (why === undefined) return ok;
  if (rendered?.kind === "refused") return refusedValues(release, rendered.complaints);
  if (rendered?.kind === "lacking" && found !== undefined)
    return lacksKinds(release, found, rendered.kinds, access.cluster.rke.kubernetesVersion);
  const manifest = rendered?.kind === "objects" ? rendered.manifest : undefined;
  const change: Change = {
    summary: why,
    ...(found === undefined
      ? {}
      : { before: shown(release, found.values, found.manifest, manifest), disrupts: "service" }),
    after: shown(release, wantedValues(release), manifest, found?.manifest),
    actions: [installAction(access, release)],
  };
  return { kind: "change", changes: [change] };
}

/** The record of a release among all; undefined if it is not installed. */
export function findRelease(
  releases: readonly InstalledRelease[],
  { name, namespace }: Pick<Release, "name" | "namespace">,
): InstalledRelease | undefined {
  const found = releases.find((one) => one.name === name && one.namespace === namespace);
  return found?.status === "uninstalled" ? undefined : found;
}

function whyInstall(release: Release, found: InstalledRelease | undefined): string | undefined {
  const { name, version, notice } = release;
  const saying = notice === undefined ? "" : ` (${notice})`;
  if (found === undefined) return `install ${name} ${version}${saying}`;
  if (found.installedFor === "") return `take over ${name} ${found.version}, which somebody else installed`;
  if (found.status.startsWith("pending-"))
    return `install ${name} ${version}, which an earlier run left ${found.status}`;
  if (found.status === "failed") return `install ${name} ${version} again: the last try failed`;
  if (!sameVersion(found.version, version)) return `change ${name} from ${found.version} to ${version}${saying}`;
  if (!sameValues(found.values, wantedValues(release))) return `change the values of ${name}`;
  return found.status === "deployed" ? undefined : `install ${name} ${version}, which is ${found.status}`;
}

/** Values, and with them the objects if both sides have some: else a diff would show all objects as new. */
function shown(
  release: Release,
  values: InstalledRelease["values"],
  manifest: string | undefined,
  other: string | undefined,
): string {
  const own = dumpYaml(shownValues(release, values));
  if (manifest === undefined || other === undefined) return own;
  const objects = shownManifest(manifest, [
    ...secretsIn(release, values),
    ...secretsIn(release, wantedValues(release)),
  ]);
  return objects === undefined ? own : `${own}---\n${objects}`;
}

/** So many of a chart's complaints are told; its schema often says one thing in several ways. */
const fewComplaints = 5;

/** Nothing that is done before would make its chart take these values. */
function refusedValues({ name, version }: Release, complaints: readonly string[]): Decision {
  const told = complaints.slice(0, fewComplaints).map(inOneLine);
  const more = complaints.length > told.length ? [`and ${complaints.length - told.length} more`] : [];
  return {
    kind: "blocked",
    code: "inventory/invalid",
    because: `the chart of ${name} ${version} refuses the values: ${[...told, ...more].join("; ")}`,
    remedy: "Put the values right in the inventory.",
  };
}

function refused({ name, version, refusal }: Release): Decision | undefined {
  if (refusal === undefined) return undefined;
  const because = `${name} ${version} ${refusal.because}`;
  return { kind: "blocked", code: "addon/unfit", because, remedy: refusal.remedy };
}

/** A folder must hold the wanted version: helm would install whatever lies there. */
function wrongChart({ name, chart, version }: Release, chartYaml: string | undefined): Decision | undefined {
  if (chart.kind !== "folder") return undefined;
  const found = chartYaml === undefined ? undefined : parseMapping(chartYaml)?.["version"];
  if (typeof found === "string" && sameVersion(found, version)) return undefined;
  return {
    kind: "blocked",
    code: "addon/chart-not-found",
    because:
      found === undefined
        ? `${chart.path} holds no chart`
        : `${chart.path} holds ${name} ${String(found)}, not ${version}`,
    remedy: `Give a folder with Chart.yaml of version ${version} in the inventory, or the version that lies there.`,
  };
}

function notOurs({ name, namespace, adopt }: Release, found: InstalledRelease): Decision | undefined {
  if (found.status === "uninstalling") {
    return {
      kind: "blocked",
      code: "addon/release-stuck",
      because: `${name} is being uninstalled, or was when helm was interrupted`,
      remedy: `Wait, or finish it with \`helm uninstall ${name} -n ${namespace}\`. Then run \`drover up\` again.`,
    };
  }
  if (found.installedFor !== "" || adopt) return undefined;
  return {
    kind: "blocked",
    code: "addon/release-foreign",
    because: `${name} ${found.version} is in ${namespace} already, and Drover did not install it`,
    remedy:
      "To have Drover take it over, with the inventory's version and values, set `adopt: true` at this addon. Else remove the addon from the inventory.",
  };
}
