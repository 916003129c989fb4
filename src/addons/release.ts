import type { ChartSettings, releaseNames } from "../core/addons.ts";
import type { Mapping } from "../core/mapping.ts";
import type { StepId } from "../core/step.ts";

/** Plain manifests, which are made a chart where helm runs: so they have the life cycle of every other release. */
export interface ManifestSource {
  readonly kind: "manifests";
  /**
   * URLs and paths of YAML files; anything else is a kustomization: a folder, or `github.com/...?ref=...`. Where there is a
   * tree, the kustomizations in it.
   */
  readonly from: readonly [string, ...string[]];
  /** The kinds (CustomResourceDefinitions) among them, those that come late, or everything else. */
  readonly part: "kinds" | "rest" | "late";
  /** Kinds, as `group/Kind`, of objects that can only be made once all others run: a webhook of theirs judges them. */
  readonly lateKinds?: readonly string[];
  readonly tree?: ManifestTree;
}

/** A whole repository of manifests. */
export interface ManifestTree {
  /** The URL of its archive (.tar.gz), or the absolute path of a folder with it. */
  readonly place: string;
  /** What is changed of the objects: patches of kustomize, each of which must find its object. */
  readonly patches: readonly Mapping[];
}

/** A chart of Drover's own: one template of Helm's, which is made a chart where helm runs. */
export interface OwnSource {
  readonly kind: "own";
  readonly template: string;
}

/** Where a chart comes from. */
export type ChartSource =
  /** A folder on the control machine that holds Chart.yaml. */
  | { readonly kind: "folder"; readonly path: string }
  /** An http(s) chart repository. */
  | { readonly kind: "repository"; readonly url: string; readonly name: string }
  | ManifestSource
  | OwnSource
  /** A registry: the whole reference, `oci://host/path/name`. */
  | { readonly kind: "oci"; readonly reference: string };

/** Why a release may not be installed here, and what to do instead. */
export interface Refusal {
  readonly because: string;
  readonly remedy: string;
}

/** One Helm release as it is wanted. */
export interface Release {
  /** The id of its step, `addon/release`. */
  readonly id: StepId;
  /** A sentence that a customer would say. */
  readonly title: string;
  readonly name: (typeof releaseNames)[number];
  readonly namespace: string;
  /** Labels that the namespace must have, such as those of Pod Security. */
  readonly namespaceLabels?: Readonly<Record<string, string>>;
  readonly chart: ChartSource;
  /** The chart's version, with or without its v. */
  readonly version: string;
  readonly values: Mapping;
  /** Values that are secrets: merged over `values`, and never shown. */
  readonly sensitiveValues: Mapping;
  /** Take over what somebody else installed under this name. */
  readonly adopt: boolean;
  /** Steps that must be done before; the first of them is the reason to wait for. */
  readonly needs: readonly [StepId, ...StepId[]];
  /** The chart keeps its kinds in `crds/`, which Helm installs once and never brings up to date. */
  readonly crdsApart?: true;
  /** Helm's own patience. */
  readonly timeoutMinutes: number;
  /** Set if it does not fit this cluster: then nothing is done at all. */
  readonly refusal?: Refusal | undefined;
  /** Said once, when it is installed. */
  readonly notice?: string | undefined;
}

/** The part of a release that is the inventory's: what is installed, and from where. */
export function fromSettings(settings: ChartSettings, chart: string) {
  const { version, adopt, secretValues } = settings;
  return { version, adopt, sensitiveValues: secretValues, chart: chartSource(settings.chart, chart) };
}

/** Reads the inventory's `chart`: a repository, a registry, or a folder. */
export function chartSource(chart: string, name: string): ChartSource {
  if (/^https?:\/\//.test(chart)) return { kind: "repository", url: chart, name };
  if (!chart.startsWith("oci://")) return { kind: "folder", path: chart };
  const whole = chart.replace(/\/+$/, "");
  return { kind: "oci", reference: whole.endsWith(`/${name}`) ? whole : `${whole}/${name}` };
}

/** Versions are the same with and without a leading v. */
export function sameVersion(left: string, right: string): boolean {
  return left.replace(/^v/, "") === right.replace(/^v/, "");
}
