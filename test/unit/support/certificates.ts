import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A certificate and its key, as PEM texts. */
export interface Issued {
  readonly certificate: string;
  readonly key: string;
}

/** A new authority, of its own or signed by another; valid for ten years from now. */
export function authority(name: string, signedBy?: Issued): Issued {
  return issue(name, ofAuthority, signedBy);
}

/** An authority for one year, and the same renewed: with its name and key, for ten years. */
export function renewedAuthority(name: string): { readonly old: Issued; readonly renewed: Issued } {
  const old = issue(name, ofAuthority, undefined, { days: 365 });
  return { old, renewed: issue(name, ofAuthority, undefined, { key: old.key }) };
}

const ofAuthority = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign"];

/** A server's certificate for these names; valid for ten years from now. Without names, for its common name alone. */
export function leaf(
  signedBy: Issued,
  { names, common, use }: { names: readonly string[]; common?: string; use?: string },
): Issued {
  const alternative = names.length === 0 ? [] : [`subjectAltName=${names.map((name) => `DNS:${name}`).join(",")}`];
  const uses = use === undefined ? [] : [`extendedKeyUsage=${use}`];
  return issue(common ?? names[0] ?? "", ["basicConstraints=critical,CA:FALSE", ...alternative, ...uses], signedBy);
}

function issue(
  name: string,
  extensions: readonly string[],
  signedBy: Issued | undefined,
  { key: own, days = 3650 }: { readonly key?: string; readonly days?: number } = {},
): Issued {
  const folder = mkdtempSync(join(tmpdir(), "drover-certificate-"));
  const file = (what: string) => join(folder, what);
  try {
    const made = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", file("key")];
    if (own !== undefined) writeFileSync(file("key"), own);
    const key = own === undefined ? made : ["-key", file("key")];
    if (signedBy !== undefined) {
      writeFileSync(file("ca"), signedBy.certificate);
      writeFileSync(file("ca-key"), signedBy.key);
    }
    const signer = signedBy === undefined ? [] : ["-CA", file("ca"), "-CAkey", file("ca-key")];
    // Without the machine's own configuration, which adds extensions of its own.
    writeFileSync(file("conf"), "[req]\ndistinguished_name = dn\n[dn]\n");
    const what = ["-subj", `/CN=${name}`, "-days", String(days), ...extensions.flatMap((one) => ["-addext", one])];
    execFileSync(
      "openssl",
      ["req", "-x509", "-config", file("conf"), ...key, ...signer, ...what, "-out", file("crt")],
      {
        stdio: ["ignore", "ignore", "pipe"],
      },
    );
    return { certificate: readFileSync(file("crt"), "utf8"), key: readFileSync(file("key"), "utf8") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** An authority's of nobody, whose key was thrown away; it ends on 18 November 2036, 10:57:29 GMT. */
export const knownPem = `-----BEGIN CERTIFICATE-----
MIIBeTCCAR+gAwIBAgIUd3TU2ojc/7x/iVLyX10rCnbPr8AwCgYIKoZIzj0EAwIw
EjEQMA4GA1UEAwwHa3ViZS1jYTAeFw0yNjExMjExMDU3MjlaFw0zNjExMTgxMDU3
MjlaMBIxEDAOBgNVBAMMB2t1YmUtY2EwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AASWNl+5pbr6M98s5+TZojObYu04BUc/yyQl+6GrtjuUxuyOR1rNkPdDzYPw9Lfs
mOlrZAEilcoDM5tIyguGOOndo1MwUTAdBgNVHQ4EFgQU2AKihPPQq4nZocwzdCbb
z1B6WKkwHwYDVR0jBBgwFoAU2AKihPPQq4nZocwzdCbbz1B6WKkwDwYDVR0TAQH/
BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEAm8VQ7F5D4AD44+oF1glT0aMPsaYh
jNFntFSKGmWd9cgCIDXTj6kty9hNS6Bxy/igaK1U+7jl3qSdsZeO208Be2QZ
-----END CERTIFICATE-----
`;
