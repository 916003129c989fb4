import { X509Certificate } from "node:crypto";

/** What is told of a certificate. */
export interface ReadCertificate {
  /** Its common name, or the whole subject where there is none. */
  readonly subject: string;
  /** When it ends, in ms since the epoch. */
  readonly endsAt: number;
  /** SHA-256, in hex: another one after a rotation. */
  readonly fingerprint: string;
}

/** The first certificate of a PEM text; undefined if it holds none that can be read. */
export function readCertificate(pem: string): ReadCertificate | undefined {
  try {
    const { subject, validToDate, fingerprint256 } = new X509Certificate(pem);
    const endsAt = validToDate.getTime();
    if (Number.isNaN(endsAt)) return undefined;
    const commonName = /^CN=(.*)$/m.exec(subject)?.[1] ?? subject;
    return { subject: commonName, endsAt, fingerprint: fingerprint256.replaceAll(":", "").toLowerCase() };
  } catch {
    return undefined;
  }
}
