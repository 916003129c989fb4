import { isMapping } from "../../core/mapping.ts";
import { readCertificate } from "./read-certificate.ts";

/** A certificate that RKE made for the cluster, without its key. */
export interface ClusterCertificate {
  /** RKE's name for it: `kube-apiserver`, `kube-etcd-10-0-0-11`. */
  readonly name: string;
  /** The certificate's common name. */
  readonly subject: string;
  /** In ms since the epoch. */
  readonly notAfter: number;
}

/**
 * The certificates in the text of a cluster.rkestate (RKE's currentState, pki.CertificatePKI), in its order. Empty for a text
 * that is none, and without those that cannot be read. Keys are never looked at.
 */
export function certificatesIn(state: string): readonly ClusterCertificate[] {
  const bundle = bundleIn(state);
  return Object.entries(bundle).flatMap(([name, entry]) => {
    const pem = isMapping(entry) ? entry["certificatePEM"] : undefined;
    const read = typeof pem === "string" ? readCertificate(pem) : undefined;
    return read === undefined ? [] : [{ name, subject: read.subject, notAfter: read.endsAt }];
  });
}

function bundleIn(state: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(state);
    const current = isMapping(value) ? value["currentState"] : undefined;
    const bundle = isMapping(current) ? current["certificatesBundle"] : undefined;
    return isMapping(bundle) ? bundle : {};
  } catch {
    return {};
  }
}
