import { type Observed, type Probe, text } from "../core/probe.ts";
import { sh } from "../core/shell.ts";
import { type AnyStep, type Change, type Decision, defineStep, ok } from "../core/step.ts";
import { parseJsonObject } from "../engines/rke/kube-object.ts";
import type { KubeAccess } from "../engines/rke/kubectl.ts";
import { maskSecrets, maskValues } from "../templates/mask.ts";
import { mergePatch } from "../templates/merge-patch.ts";
import { dumpYaml, type Mapping, parseMapping } from "../templates/yaml.ts";
import { installAction } from "./helm-install.ts";
import { helm, helmListProbe, type ListedRelease } from "./helm-list.ts";
import { type Release, sameVersion } from "./release.ts";
import { canonical, sameValues } from "./same-values.ts";

function probes(access: KubeAccess, release: Release) {
  const { name, namespace, chart } = release;
  return {
    releases: helmListProbe(access),
    /** The values that were given at the last install or upgrade. */
    values: {
      sh: sh`[ -s ${access.paths.kubeconfig} ] || exit 1; ${helm(access)} get values ${name} -n ${namespace} -o json`,
      parse: ({ code, stdout }) => (code !== 0 ? undefined : stdout.trim() === "null" ? {} : parseJsonObject(stdout)),
    },
    chart: chart.kind === "folder" ? text(sh`cat ${`${chart.path}/Chart.yaml`}`) : text(sh`:`),
  } satisfies Record<string, Probe<unknown>>;
}

type Facts = Observed<ReturnType<typeof probes>>;

/** A release that is installed in the wanted version with the wanted values. */
export function helmRelease(access: KubeAccess, release: Release): AnyStep {
  const wanted = mergePatch(release.values, release.sensitiveValues ?? {});
  return defineStep({
    id: release.id,
    title: release.title,
    probes: () => probes(access, release),
    decide: (facts) => wrongChart(release, facts.chart) ?? decide(access, release, wanted, facts),
  });
}

function decide(access: KubeAccess, release: Release, wanted: Mapping, { releases, values }: Facts): Decision {
  if (releases === undefined) {
    return { kind: "later", after: release.after, because: "the cluster does not answer yet" };
  }
  const found = releases.find(({ name, namespace }) => name === release.name && namespace === release.namespace);
  if (found?.status === "uninstalling") return stuck(release);
  const why = whyInstall(release, found, values, wanted);
  if (why === undefined) return ok;
  const change: Change = {
    summary: why,
    ...(found === undefined || values === undefined ? {} : { before: shown(release, values), disrupts: "service" }),
    after: shown(release, wanted),
    actions: [installAction(access, release, wanted)],
  };
  return { kind: "change", changes: [change] };
}

function whyInstall(
  { name, chart, version }: Release,
  found: ListedRelease | undefined,
  values: Mapping | undefined,
  wanted: Mapping,
): string | undefined {
  if (found === undefined || found.status === "uninstalled") return `install ${name} ${version}`;
  if (found.status.startsWith("pending-"))
    return `install ${name} ${version}, which an earlier run left ${found.status}`;
  if (found.status === "failed") return `install ${name} ${version} again: the last try failed`;
  const installed = /-(v?\d+\.\d+\.\d+.*)$/.exec(found.chart)?.[1] ?? found.chart;
  if (!sameVersion(installed, version)) return `change ${name} from ${installed} to ${version}`;
  if (!sameValues(values ?? {}, wanted)) return `change the values of ${name}`;
  return chart.kind === "folder" || found.status === "deployed" ? undefined : `install ${name} ${version}`;
}

/**
 * Values for people: what is known to be a secret, and what is called like one, is hidden. Helm tells them in the order of
 * their keys; in another order all would look changed.
 */
function shown(release: Release, values: Mapping): string {
  return dumpYaml(canonical(maskSecrets(maskValues(values, release.sensitiveValues ?? {}))));
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

function stuck({ name, namespace }: Release): Decision {
  return {
    kind: "blocked",
    code: "addon/release-stuck",
    because: `${name} is being uninstalled, or was when helm was interrupted`,
    remedy: `Wait, or finish it with \`helm uninstall ${name} -n ${namespace}\`. Then run \`drover up\` again.`,
  };
}
