import type { RkeS3, RkeSettings } from "../core/rke.ts";
import type { SecretOf } from "./find-secrets.ts";
import type { Written } from "./hosts/reach.ts";
import type { Path } from "./mistake.ts";
import { type BasesOf, filePath } from "./paths.ts";
import { type ReadFile, readPem } from "./pem-file.ts";
import type { Inventory } from "./schema/inventory.ts";

type Rke = Inventory["rke"];
type S3 = NonNullable<Rke["etcd"]["snapshots"]["s3"]>;

/** What reading RKE's files and secrets needs. */
export interface RkeSources {
  readonly basesOf: BasesOf;
  readonly readFile: ReadFile;
  readonly secretOf: SecretOf;
}

const place = (...path: Path): Path => ["rke", "etcd", "snapshots", "s3", ...path];

/** The references to secrets of the engine's section. */
export function rkeSecrets({ rke }: Inventory): readonly Written[] {
  const s3 = rke.etcd.snapshots.s3;
  return (["accessKey", "secretKey"] as const).flatMap((key) => {
    const text = s3?.[key];
    return text === undefined ? [] : [{ text, at: place(key) }];
  });
}

/**
 * The engine's settings with their files read, their secrets found and their paths absolute.
 * @throws DroverError `inventory/unreadable` for a file that cannot be read
 */
export async function toRke(rke: Rke, sources: RkeSources): Promise<RkeSettings> {
  const { network, dns, nginx, api, etcd } = rke;
  return {
    ...rke,
    network: { ...network, interface: network.interface, mtu: network.mtu, backend: network.backend },
    dns: { ...dns, nodeLocal: dns.nodeLocal },
    nginx: { ...nginx, httpPort: nginx.httpPort, httpsPort: nginx.httpsPort, networkMode: nginx.networkMode },
    api: {
      ...api,
      auditLog: api.auditLog && { ...api.auditLog, policy: api.auditLog.policy },
      podSecurity: api.podSecurity,
      admission: api.admission,
    },
    etcd: { snapshots: { ...etcd.snapshots, s3: etcd.snapshots.s3 && (await toS3(etcd.snapshots.s3, sources)) } },
    extraArgs: given(rke.extraArgs),
    extraBinds: given(rke.extraBinds),
    extraEnv: given(rke.extraEnv),
    manifests: rke.manifests.map((one, index) => toManifest(one, index, sources)),
  };
}

async function toS3(s3: S3, { basesOf, readFile, secretOf }: RkeSources): Promise<RkeS3> {
  const { endpoint, bucket, region, folder, accessKey, secretKey, ca } = s3;
  const secret = (key: string, text: string | undefined) =>
    text === undefined ? undefined : secretOf({ text, at: place(key) }).reveal();
  return {
    endpoint,
    bucket,
    region,
    folder,
    accessKey: secret("accessKey", accessKey),
    secretKey: secret("secretKey", secretKey),
    ca: ca === undefined ? undefined : await readPem(place("ca"), ca, { basesOf, readFile }),
  };
}

/** RKE looks for relative paths where it is started. */
function toManifest(manifest: string, index: number, { basesOf }: RkeSources): string {
  return /^https?:\/\//.test(manifest) ? manifest : filePath(manifest, basesOf(["rke", "manifests", index]));
}

/** What was said of each program, without those of which nothing was. */
function given<T>(perProgram: Readonly<Record<string, T | undefined>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(perProgram).flatMap(([name, value]) => (value ? [[name, value]] : [])));
}
