import type { KubeflowSettings } from "../../core/addons.ts";
import type { EngineInput } from "../../engines/engine.ts";
import { templateText } from "../../templates/load.ts";
import { isOfLine, misfit } from "../fits.ts";
import type { ManifestSource, Refusal, Release } from "../release.ts";
import { gatewayPatches, kubeflowLines } from "./distribution.ts";
import { kubeflowUser } from "./user.ts";

/** What Kubeflow consists of, each after those it needs. */
interface Releases {
  readonly gatewayKinds: Release;
  readonly kinds: Release;
  readonly foundation: Release;
  readonly gateway: Release;
  readonly platform: Release;
  readonly late: Release;
}

const templateName = "kubeflow-foundation.yaml.tpl";

/** The releases of Kubeflow in the order of its distribution; `after` is what must be there before the first of them. */
export function kubeflowReleases(input: EngineInput, settings: KubeflowSettings, after: Release["needs"]): Releases {
  const { version, adopt, email } = settings;
  const known = kubeflowLines.find(({ line }) => isOfLine(version, line));
  const parts = known ?? kubeflowLines[0];
  const user = kubeflowUser(input.cluster.name, settings);
  const refusal =
    known === undefined ? unknownLine() : misfit(version, input.cluster.rke.kubernetesVersion, kubeflowLines);
  const place = placeOf(settings);
  const release = (
    name: Release["name"],
    title: string,
    chart: Release["chart"],
    needs: Release["needs"],
    more: Partial<Release> = {},
  ): Release => ({
    ...{ id: `${name}/release`, title, name, chart, needs, version, adopt, refusal },
    ...{ namespace: "kubeflow", namespaceLabels: parts.labels, timeoutMinutes: 10 },
    values: chart.kind === "manifests" ? { source: place, from: chart.from } : {},
    sensitiveValues: {},
    ...more,
  });
  const manifests = (from: ManifestSource["from"], part: ManifestSource["part"]): ManifestSource => {
    const patches = from === parts.gateway ? gatewayPatches(parts, user.fingerprint) : parts.mended;
    return { kind: "manifests", from, part, lateKinds: parts.lateKinds, tree: { place, patches } };
  };
  const gatewayKinds = release(
    "kubeflow-gateway-crds",
    "The kinds of Istio are there",
    manifests(parts.gateway, "kinds"),
    after,
  );
  const kinds = release("kubeflow-crds", "The kinds of Kubeflow are there", manifests(parts.platform, "kinds"), after);
  const own = { kind: "own", template: templateText(input.templates, templateName) } as const;
  const foundation = release("kubeflow-foundation", "Kubeflow's user is known", own, [kinds.id, gatewayKinds.id], {
    values: { namespaces: parts.namespaces, email, profile: user.profile, dexConfig: user.dexConfig },
    sensitiveValues: user.secrets,
  });
  const gateway = release(
    "kubeflow-gateway",
    "Istio and the login to Kubeflow are installed",
    manifests(parts.gateway, "rest"),
    [foundation.id],
    {
      ...{ namespace: "istio-system", namespaceLabels: parts.namespaces["istio-system"] ?? {}, timeoutMinutes: 15 },
      // Other secrets change nothing of its objects but this.
      values: { source: place, from: parts.gateway, user: user.fingerprint },
    },
  );
  // Its images are many and large, and its parts wait for one another and for their certificates.
  const platform = release(
    "kubeflow",
    "Kubeflow is installed",
    manifests(parts.platform, "rest"),
    [gateway.id, "cert-manager/certificate"],
    { timeoutMinutes: 45 },
  );
  const late = release("kubeflow-late", "What Kubeflow's webhooks judge is there", manifests(parts.platform, "late"), [
    platform.id,
  ]);
  return { gatewayKinds, kinds, foundation, gateway, platform, late };
}

function unknownLine(): Refusal {
  const lines = kubeflowLines.map(({ line }) => line).join(" or ");
  return {
    because: "is of a line that Drover does not know the parts of",
    remedy: `Set its version in the inventory to one of ${lines}.`,
  };
}

/** A folder holds the whole repository; GitHub makes an archive of each tag. */
function placeOf({ source, version }: KubeflowSettings): string {
  if (source.startsWith("/")) return source;
  return `${source.replace(/^github\.com\//, "https://github.com/")}/archive/refs/tags/v${version}.tar.gz`;
}
