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
  return issue(name, ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign"], signedBy);
}

/** A server's certificate for these names; valid for ten years from now. */
export function leaf(signedBy: Issued, { names }: { readonly names: readonly string[] }): Issued {
  const alternative = `subjectAltName=${names.map((name) => `DNS:${name}`).join(",")}`;
  return issue(names[0] ?? "", ["basicConstraints=critical,CA:FALSE", alternative], signedBy);
}

function issue(name: string, extensions: readonly string[], signedBy: Issued | undefined): Issued {
  const folder = mkdtempSync(join(tmpdir(), "drover-certificate-"));
  const file = (what: string) => join(folder, what);
  try {
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", file("key")];
    if (signedBy !== undefined) {
      writeFileSync(file("ca"), signedBy.certificate);
      writeFileSync(file("ca-key"), signedBy.key);
    }
    const signer = signedBy === undefined ? [] : ["-CA", file("ca"), "-CAkey", file("ca-key")];
    // Without the machine's own configuration, which adds extensions of its own.
    writeFileSync(file("conf"), "[req]\ndistinguished_name = dn\n[dn]\n");
    const what = ["-subj", `/CN=${name}`, "-days", "3650", ...extensions.flatMap((one) => ["-addext", one])];
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
