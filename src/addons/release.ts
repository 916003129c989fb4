import type { StepId } from "../core/step.ts";
import type { Mapping } from "../templates/yaml.ts";

/** Where a chart comes from. */
export type ChartSource =
  /** A folder on the control machine that holds Chart.yaml. */
  | { readonly kind: "folder"; readonly path: string }
  /** An http(s) chart repository. */
  | { readonly kind: "repository"; readonly url: string; readonly name: string }
  /** A registry: the whole reference, `oci://host/path/name`. */
  | { readonly kind: "oci"; readonly reference: string };

/** One Helm release as it is wanted. */
export interface Release {
  /** The id of its step. */
  readonly id: StepId;
  /** A sentence that a customer would say. */
  readonly title: string;
  readonly name: string;
  readonly namespace: string;
  readonly chart: ChartSource;
  /** The chart's version, with or without its v. */
  readonly version: string;
  readonly values: Mapping;
  /** Values that are secrets: merged over `values`, and never shown. */
  readonly sensitiveValues?: Mapping;
  /** The step that must be done before, as the reason to wait. */
  readonly after: StepId;
  /** Helm's own patience. */
  readonly timeoutMinutes: number;
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
