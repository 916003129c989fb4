import type { RancherSettings } from "../../core/addons.ts";
import type { Mapping } from "../../core/mapping.ts";
import type { StepId } from "../../core/step.ts";
import type { EngineInput } from "../../engines/engine.ts";
import { templateText } from "../../templates/load.ts";
import { mergePatch } from "../../templates/merge-patch.ts";
import { parseSkeleton } from "../../templates/yaml.ts";
import { clusterStep, type MakeAddon } from "../addon.ts";
import { isOfLine } from "../fits.ts";
import { helmRelease } from "../helm-release.ts";
import { fromSettings, type Release } from "../release.ts";
import { authorityReadStep } from "./authority-read.ts";
import { issuedCertificate } from "./certificate-issued.ts";
import { certificateSecrets, servedCertificate } from "./certificate-secrets.ts";
import { ingressClassStep } from "./ingress-class.ts";
import { pingStep } from "./ping-step.ts";
import { rancherNotice, rancherRefusal } from "./versions.ts";

const template = "rancher-values.yaml";

/** Rancher's makers allow no other: install-rancher.adoc, "the namespace should always be cattle-system". */
const namespace = "cattle-system";

/** Rancher, and the proof that it answers under its name with the right certificate. */
export const rancher: MakeAddon = (input) => {
  const settings = input.cluster.addons.rancher;
  if (settings === undefined) return undefined;
  const ingress = ingressClassStep(input, settings, before(input));
  const secrets = certificateSecrets(input, settings, namespace);
  const needs: readonly StepId[] = [ingress.id, ...secrets.map(({ id }) => id), ...certificates(input, settings)];
  const release = rancherRelease(input, settings, needs);
  const later = [
    ...servedCertificate(input, settings, release),
    ...issuedCertificate(input, settings, release),
    ...authorityReadStep(input, settings, release),
  ];
  return {
    key: "rancher",
    release,
    alsoGone:
      "Users, projects and imported clusters are lost. Rancher's own CRDs and the namespaces that it made stay: github.com/rancher/rancher-cleanup removes them.\n",
    steps: [
      ingress,
      ...secrets,
      helmRelease(input, release),
      ...later,
      pingStep(
        input,
        settings,
        release,
        later.map(({ id }) => id),
      ),
    ],
  };
};

/** What brings the ingress class, if that is an addon. */
function before({ cluster }: EngineInput): readonly StepId[] {
  return cluster.addons.traefik === undefined ? [] : ["traefik/release"];
}

/** Whoever wants certificates of cert-manager waits until it is proven that it issues them. */
function certificates({ cluster }: EngineInput, { tls }: RancherSettings): readonly StepId[] {
  return tls.source === "secret" || cluster.addons.certManager === undefined ? [] : ["cert-manager/certificate"];
}

/** The release as it is wanted: skeleton, what the settings amount to, the inventory's values. */
export function rancherRelease(input: EngineInput, settings: RancherSettings, needs: readonly StepId[]): Release {
  const skeleton = parseSkeleton(templateText(input.templates, template), template);
  return {
    ...fromSettings(settings, "rancher"),
    id: "rancher/release",
    title: "Rancher is installed",
    name: "rancher",
    namespace,
    values: mergePatch(mergePatch(skeleton, computed(input, settings)), settings.values),
    needs: [clusterStep(input), ...needs],
    // Its image is large, and on the first start it installs charts of its own.
    timeoutMinutes: 15,
    refusal: rancherRefusal(settings, input.cluster.rke.kubernetesVersion),
    notice: rancherNotice,
  };
}

function computed({ cluster }: EngineInput, settings: RancherSettings): Mapping {
  const { hostname, tls, ingressClass, systemRegistry, version } = settings;
  const workers = cluster.hosts.filter(({ roles }) => roles.includes("worker")).length;
  const ownCa = tls.source === "secret" && tls.ca !== undefined;
  return {
    hostname,
    replicas: settings.replicas ?? Math.min(3, workers),
    ingress: {
      tls: { source: tls.source },
      ...(ingressClass === undefined ? {} : { ingressClassName: ingressClass }),
    },
    ...(tls.source === "letsEncrypt" ? letsEncrypt(tls.email, ingressClass ?? classOf(cluster.rke.ingress)) : {}),
    ...(ownCa ? { privateCA: true } : {}),
    ...(systemRegistry === undefined ? {} : registry(systemRegistry, version)),
  };
}

/** The class that the ACME solver's own ingress gets: it has no default as others have. */
function classOf(ingress: string): string {
  return ingress === "nginx" ? "nginx" : "traefik";
}

function letsEncrypt(email: string, ingressClass: string): Mapping {
  return { letsEncrypt: { email, ingress: { class: ingressClass } } };
}

/** Up to 2.11 the chart puts the registry before every image but Rancher's own. */
function registry(url: string, version: string): Mapping {
  const old = isOfLine(version, "2.11") || isOfLine(version, "2.10");
  return { systemDefaultRegistry: url, ...(old ? { rancherImage: `${url}/rancher/rancher` } : {}) };
}
