import { createHash } from "node:crypto";
import { link, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Layer } from "./layer.ts";

/** How containers of an image start, in the words of the OCI image specification. */
export interface ImageConfig {
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly User?: string;
  readonly Volumes?: Readonly<Record<string, Record<string, never>>>;
}

/** A piece of JSON as a registry keeps it: its bytes and their name. */
export interface Blob {
  readonly text: string;
  readonly digest: string;
}

const types = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar+gzip",
} as const;

const path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

function blob(value: unknown): Blob {
  const text = JSON.stringify(value);
  return { text, digest: `sha256:${createHash("sha256").update(text).digest("hex")}` };
}

/** The config and the manifest of an image. Nothing in them depends on time or place. */
export function describeImage(config: ImageConfig, layers: readonly Layer[]): { config: Blob; manifest: Blob } {
  const configBlob = blob({
    architecture: "amd64",
    os: "linux",
    created: "1970-01-01T00:00:00Z",
    config: { Env: [`PATH=${path}`], ...config },
    rootfs: { type: "layers", diff_ids: layers.map((layer) => layer.diffId) },
  });
  const manifest = blob({
    schemaVersion: 2,
    mediaType: types.manifest,
    config: { mediaType: types.config, digest: configBlob.digest, size: configBlob.text.length },
    layers: layers.map(({ digest, size }) => ({ mediaType: types.layer, digest, size })),
  });
  return { config: configBlob, manifest };
}

/** Writes an image as a folder in the OCI layout, which registry clients can push. Layers are linked, not copied. */
export async function writeLayout(
  folder: string,
  image: { config: Blob; manifest: Blob },
  layers: readonly Layer[],
): Promise<void> {
  const blobs = join(folder, "blobs", "sha256");
  const at = (digest: string) => join(blobs, digest.slice("sha256:".length));
  await rm(folder, { recursive: true, force: true });
  await mkdir(blobs, { recursive: true });
  for (const layer of layers) await link(layer.file, at(layer.digest));
  for (const each of [image.config, image.manifest]) await writeFile(at(each.digest), each.text);
  const { digest, text } = image.manifest;
  const manifests = [{ mediaType: types.manifest, digest, size: text.length }];
  await writeFile(join(folder, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
  await writeFile(join(folder, "index.json"), JSON.stringify({ schemaVersion: 2, mediaType: types.index, manifests }));
}
