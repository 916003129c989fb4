import { isMapping, type Mapping } from "../../core/mapping.ts";
import type { Probe } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import { parseJsonObject } from "../../kube/kube-object.ts";

/** What cluster.rkestate says: RKE's certificates and keys, and which cluster it last completed. */
export type RkeState =
  | { readonly kind: "missing" }
  | { readonly kind: "corrupt" }
  | {
      readonly kind: "known";
      /** The whole file, with every private key of the cluster: only ever written back, never shown. */
      readonly content: Mapping;
      /** Whether RKE believes that there is a cluster: the control plane once came up. */
      readonly hasCurrent: boolean;
      /** The addresses of the hosts it was made for. */
      readonly addresses: readonly string[];
      /** The addresses, outer and inner, of all that it was ever meant for: also by an `rke up` that did not end. */
      readonly everyAddress: readonly string[];
      /** The Kubernetes versions that it was meant for. */
      readonly versions: readonly string[];
      /** The cluster's authority, as PEM; several where a rotation did not end, none where there is none yet. */
      readonly authorities: readonly string[];
    };

/** Reads the state file. RKE itself takes a corrupt one for an empty one, and makes new certificates. */
export function stateProbe(path: string): Probe<RkeState> {
  return {
    sh: sh`if [ -e ${path} ]; then cat ${path}; else echo missing; fi`,
    parse: ({ code, stdout }) => (code === 0 ? readState(stdout) : { kind: "corrupt" }),
  };
}

/** The state file's text, judged. */
export function readState(text: string): RkeState {
  if (text.trim() === "missing") return { kind: "missing" };
  const content = parseJsonObject(text);
  const desired = content?.["desiredState"];
  if (content === undefined || !isMapping(desired)) return { kind: "corrupt" };
  const current = isMapping(content["currentState"]) ? content["currentState"] : {};
  const hasCurrent = isMapping(current["rkeConfig"]);
  const config = hasCurrent ? current["rkeConfig"] : desired["rkeConfig"];
  const both = [desired, current];
  return {
    kind: "known",
    content,
    hasCurrent,
    addresses: addressesOf(config, ["address"]),
    everyAddress: both.flatMap((one) => addressesOf(one["rkeConfig"], ["address", "internalAddress"])),
    versions: both.flatMap((one) => textsAt(one["rkeConfig"], "kubernetesVersion")),
    authorities: both.flatMap((one) => authorityOf(one["certificatesBundle"])),
  };
}

/**
 * The state of a cluster that RKE is to complete as if it were new, with the certificates it has. Way out of the half-made
 * cluster: RKE takes it for an existing one, waits for nodes to be Ready, and they wait for the network it has not deployed.
 */
export function withoutCurrent(content: Mapping): string {
  return `${JSON.stringify({ ...content, currentState: {} }, null, 2)}\n`;
}

function addressesOf(config: unknown, keys: readonly string[]): readonly string[] {
  const nodes: unknown = isMapping(config) ? config["nodes"] : undefined;
  if (!Array.isArray(nodes)) return [];
  return nodes.flatMap((node) => keys.flatMap((key) => textsAt(node, key)));
}

function authorityOf(bundle: unknown): readonly string[] {
  return isMapping(bundle) ? textsAt(bundle["kube-ca"], "certificatePEM") : [];
}

/** The text under a key, as a list: none where there is none. */
function textsAt(value: unknown, key: string): readonly string[] {
  const text = isMapping(value) ? value[key] : undefined;
  return typeof text === "string" && text !== "" ? [text] : [];
}
