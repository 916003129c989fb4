import { createPrivateKey, X509Certificate } from "node:crypto";

/** A server's certificate with what belongs to it, all as PEM texts. */
export interface ServerCertificate {
  /** The server's, then the intermediates. */
  readonly certificate: string;
  readonly key: string;
  /** The authority that signed it; the public ones, if undefined. */
  readonly ca: string | undefined;
}

/**
 * What is wrong with a certificate for a name, at a moment (ms since the epoch), in words; undefined if nothing is. Checks
 * that key and certificate belong together, the name, the use, the dates of the whole chain, and who signed whom up to an authority.
 */
export function certificateFault(given: ServerCertificate, hostname: string, now: number): string | undefined {
  const chain = readAll(given.certificate);
  if (chain === undefined) return "the certificate is not readable as PEM";
  const [server] = chain;
  if (server === undefined) return "there is no certificate in the file: it must have `-----BEGIN CERTIFICATE-----`";
  return (
    keyFault(server, given.key) ??
    nameFault(server, hostname) ??
    useFault(server) ??
    chain.map((one) => dateFault(one, now)).find((fault) => fault !== undefined) ??
    chainFault(chain, given.ca, now)
  );
}

function readAll(pem: string): readonly X509Certificate[] | undefined {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    return undefined;
  }
}

/** Never with words of the library: they may quote the key. */
function keyFault(server: X509Certificate, key: string): string | undefined {
  if (/ENCRYPTED/.test(key)) return "its key is encrypted with a passphrase: Rancher's ingress needs it without one";
  try {
    return server.checkPrivateKey(createPrivateKey(key)) ? undefined : "the key does not belong to the certificate";
  } catch {
    return "the key is not readable as PEM";
  }
}

/** The common name counts for nothing: Rancher's agents, being of Go, and browsers look at subjectAltName alone (crypto/x509). */
function nameFault(server: X509Certificate, hostname: string): string | undefined {
  if (server.checkHost(hostname, { subject: "never" }) !== undefined) return undefined;
  return server.checkHost(hostname) === undefined
    ? `it is not for ${hostname}, but for ${namesOf(server)}`
    : `it names ${hostname} as its common name alone, which nobody takes any more: it must stand in subjectAltName`;
}

/** Who says what a certificate is for (RFC 5280, 4.2.1.12) must name servers, or everything: agents and browsers go by it. */
function useFault({ keyUsage: uses }: X509Certificate): string | undefined {
  const isForServers = uses?.some((one) => one === "1.3.6.1.5.5.7.3.1" || one === "2.5.29.37.0") ?? true;
  return isForServers ? undefined : "it is not made for servers: its extendedKeyUsage lacks serverAuth";
}

function namesOf({ subjectAltName, subject }: X509Certificate): string {
  return (subjectAltName ?? subject).replaceAll("DNS:", "").replaceAll("\n", ", ");
}

function dateFault(one: X509Certificate, now: number): string | undefined {
  const called = one.subject.replaceAll("\n", ", ");
  if (Date.parse(one.validTo) < now) return `${called} expired on ${one.validTo}`;
  return Date.parse(one.validFrom) > now ? `${called} is not valid before ${one.validFrom}` : undefined;
}

function chainFault(chain: readonly X509Certificate[], ca: string | undefined, now: number): string | undefined {
  const broken = chain.findIndex((one, index) => {
    const issuer = chain[index + 1];
    return issuer !== undefined && !isSignedBy(one, issuer);
  });
  if (broken >= 0) return `the chain is broken: certificate ${broken + 1} of the file is not signed by the next one`;
  const last = chain.at(-1);
  const authorities = ca === undefined ? publicAuthorities() : readAll(ca);
  if (authorities === undefined || authorities.length === 0) return "the authority (ca) is not readable as PEM";
  const signers = authorities.filter(
    (one) => last !== undefined && (one.fingerprint256 === last.fingerprint256 || isSignedBy(last, one)),
  );
  // One that was renewed may stand beside the old one: any that is good will do.
  const faults = signers.map((one) => dateFault(one, now));
  if (signers.length > 0) return faults.includes(undefined) ? undefined : faults[0];
  return ca === undefined
    ? "no public authority signed it: intermediate certificates are missing from the file, or it is of your own authority, which `ca` must name"
    : "the authority (ca) did not sign it, or intermediate certificates are missing from the file";
}

/** Those that Node.js knows. TLS is loaded here, as no other start needs it: for 1 ms. */
function publicAuthorities(): readonly X509Certificate[] {
  return process.getBuiltinModule("node:tls").rootCertificates.map((pem) => new X509Certificate(pem));
}

function isSignedBy(one: X509Certificate, issuer: X509Certificate): boolean {
  return one.checkIssued(issuer) && one.verify(issuer.publicKey);
}
