import { X509Certificate } from "node:crypto";
import type { Registry, RegistryAuthority } from "../core/cluster.ts";
import { DroverError } from "../core/errors.ts";
import type { SecretOf } from "./find-secrets.ts";
import { type Path, pathText } from "./mistake.ts";
import type { BasesOf } from "./paths.ts";
import { type ReadFile, readPem } from "./pem-file.ts";
import type { Inventory } from "./schema/inventory.ts";

/** What reading the registries' files and secrets needs. */
export interface RegistrySources {
  readonly basesOf: BasesOf;
  readonly readFile: ReadFile;
  readonly secretOf: SecretOf;
}

function unfit(place: Path, why: string): DroverError {
  return new DroverError("inventory/invalid", `${pathText(place)} ${why}`, {
    remedy:
      "Give the certificate of the authority that signed the registry's own, as PEM: -----BEGIN CERTIFICATE-----.",
  });
}

/** Of a subject in several lines, CN or all of it. */
const nameOf = (subject: string) => /^CN=(.*)$/m.exec(subject)?.[1] ?? subject.replaceAll("\n", ", ");

function readAuthority(place: Path, text: string): RegistryAuthority {
  // It is copied to every host, where everybody may read it.
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text))
    throw unfit(place, "holds a private key, which is nobody else's");
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw unfit(place, "holds no certificate");
  const certificates = blocks.map((block, index) => {
    try {
      const { subject, validFromDate, validToDate } = new X509Certificate(block);
      const seconds = (date: Date) => Math.floor(date.getTime() / 1000);
      return { subject: nameOf(subject ?? ""), from: seconds(validFromDate), until: seconds(validToDate) };
    } catch {
      throw unfit(place, `holds a certificate that cannot be read (number ${index + 1})`);
    }
  });
  return { pem: `${blocks.map((block) => block.replaceAll("\r", "")).join("\n")}\n`, certificates };
}

/**
 * The registries with their authorities read and their passwords found.
 * @throws DroverError `inventory/unreadable`, `inventory/invalid` for what is no authority's certificate
 */
export async function toRegistries({ registries }: Inventory, sources: RegistrySources): Promise<readonly Registry[]> {
  return Promise.all(
    registries.map(async ({ ca, password, ...registry }, index) => {
      const at = (key: string): Path => ["registries", index, key];
      return {
        ...registry,
        user: registry.user,
        password:
          password === undefined ? undefined : sources.secretOf({ text: password, at: at("password") }).reveal(),
        ...(ca === undefined ? {} : { ca: readAuthority(at("ca"), await readPem(at("ca"), ca, sources)) }),
      };
    }),
  );
}
