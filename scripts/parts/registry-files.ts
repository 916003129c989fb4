import { createHash } from "node:crypto";

/** An image's place in a registry: `rancher/rke-tools` and `v0.1.111`. */
export interface ImageName {
  readonly repository: string;
  readonly tag: string;
}

/** Splits `rancher/rke-tools:v0.1.111`. @throws RangeError if there is no tag, without which RKE takes no image */
export function imageName(reference: string): ImageName {
  const [repository, tag, ...more] = reference.split(":");
  if (repository === undefined || tag === undefined || more.length > 0) throw new RangeError(`no tag in ${reference}`);
  return { repository, tag };
}

/** The file, relative to the storage, that says which manifest a tag means. Its content is the manifest's digest. */
export function tagFile(name: ImageName): string {
  return `docker/registry/v2/repositories/${name.repository}/_manifests/tags/${name.tag}/current/link`;
}

/** The file, relative to the storage, that holds a blob. */
export function blobFile(digest: string): string {
  const hex = digest.slice("sha256:".length);
  return `docker/registry/v2/blobs/sha256/${hex.slice(0, 2)}/${hex}/data`;
}

/**
 * All files that a registry with the filesystem driver needs to serve an image, each with the sha256 of its content.
 * The layout is that of the distribution registry, version 2.
 */
export function registryFiles(
  name: ImageName,
  digests: { readonly manifest: string; readonly blobs: readonly string[] },
): Readonly<Record<string, string>> {
  const repository = `docker/registry/v2/repositories/${name.repository}`;
  const links = [
    [tagFile(name), digests.manifest],
    [`${repository}/_manifests/revisions/${linkOf(digests.manifest)}`, digests.manifest],
    ...digests.blobs.map((digest) => [`${repository}/_layers/${linkOf(digest)}`, digest]),
  ].map(([file = "", digest = ""]) => [file, createHash("sha256").update(digest).digest("hex")]);
  const data = [digests.manifest, ...digests.blobs].map((digest) => [blobFile(digest), digest.slice("sha256:".length)]);
  return Object.fromEntries([...links, ...data]);
}

function linkOf(digest: string): string {
  return `${digest.replace(":", "/")}/link`;
}
