import { kubectlVersion } from "./debian-part.ts";
import { goRecipes } from "./go-recipes.ts";

/** A program that its publisher offers ready-made, with its checksum beside it. */
export interface PublishedFile {
  readonly kind: "file";
  readonly url: string;
  /** Where the publisher lists the sha256: the bare number, or lines of number and file name. */
  readonly checksums: string;
  /** Where the program lies in the archive that `url` is; without it, `url` is the program itself. */
  readonly member?: string;
  /** What it becomes, relative to the cache. */
  readonly file: string;
}

/** An image that its publisher offers in a registry. */
export interface PublishedImage {
  readonly kind: "image";
  readonly registry: string;
  /** The address that answers when the registry is there (OCI distribution specification, end-1). */
  readonly api: string;
  /** Repository and tag, without the registry. */
  readonly reference: string;
}

export type Published = PublishedFile | PublishedImage;

const { crane, rke, helm } = goRecipes;
const github = "https://github.com";
const craneRelease = `${github}/google/go-containerregistry/releases/download/${crane.version}`;
const rkeRelease = `${github}/rancher/rke/releases/download/${rke.version}`;
const kubernetesRelease = `https://dl.k8s.io/release/v${kubectlVersion}/bin/linux/amd64`;
const helmArchive = `https://get.helm.sh/helm-${helm.version}-linux-amd64.tar.gz`;

/** Programs by the part that they stand for. */
const publishedFiles = {
  crane: {
    kind: "file",
    // the names are those of the project's .goreleaser.yml
    url: `${craneRelease}/go-containerregistry_Linux_x86_64.tar.gz`,
    checksums: `${craneRelease}/checksums.txt`,
    member: "crane",
    file: "bin/crane",
  },
  rke: {
    kind: "file",
    // https://rke.docs.rancher.com/installation
    url: `${rkeRelease}/rke_linux-amd64`,
    checksums: `${rkeRelease}/sha256sum.txt`,
    file: "bin/rke",
  },
  kubectl: {
    kind: "file",
    // https://kubernetes.io/docs/tasks/tools/install-kubectl-linux
    url: `${kubernetesRelease}/kubectl`,
    checksums: `${kubernetesRelease}/kubectl.sha256`,
    file: "bin/kubectl",
  },
  helm: {
    kind: "file",
    // https://helm.sh/docs/intro/install, and the checks in its get-helm-3 script
    url: helmArchive,
    checksums: `${helmArchive}.sha256sum`,
    member: "linux-amd64/helm",
    file: "bin/helm",
  },
} as const satisfies Readonly<Record<string, PublishedFile>>;

/** The ready-made file that stands for a part, if anybody publishes it. */
export function publishedFor(part: string): PublishedFile | undefined {
  return Object.entries(publishedFiles).find(([name]) => name === part)?.[1];
}

/** Registries by the first part of an image's name: what RKE and the charts name when nobody names another. */
const registries = {
  rancher: { registry: "docker.io", api: "https://registry-1.docker.io/v2/" },
  jetstack: { registry: "quay.io", api: "https://quay.io/v2/" },
  library: { registry: "docker.io", api: "https://registry-1.docker.io/v2/" },
  "kube-vip": { registry: "ghcr.io", api: "https://ghcr.io/v2/" },
  metallb: { registry: "quay.io", api: "https://quay.io/v2/" },
  kueue: { registry: "registry.k8s.io", api: "https://registry.k8s.io/v2/" },
  kuberay: { registry: "quay.io", api: "https://quay.io/v2/" },
  "operator-framework": { registry: "quay.io", api: "https://quay.io/v2/" },
  prometheus: { registry: "quay.io", api: "https://quay.io/v2/" },
  "prometheus-operator": { registry: "quay.io", api: "https://quay.io/v2/" },
  nvidia: { registry: "nvcr.io", api: "https://nvcr.io/v2/" },
} as const;

/** Where an image is published. @throws RangeError for an image of somebody that the table does not know */
export function publishedImage(reference: string): PublishedImage {
  const owner = reference.split("/")[0] ?? "";
  const found = Object.entries(registries).find(([name]) => name === owner)?.[1];
  if (found === undefined) throw new RangeError(`nobody is known to publish ${reference}`);
  return { kind: "image", reference, ...found };
}

/** Who publishes it, in a word: the host that is asked. */
export function publisherOf(published: Published): string {
  return published.kind === "image" ? published.registry : new URL(published.url).host;
}
