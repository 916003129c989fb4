import type { ToolName } from "../../core/cluster.ts";
import type { DownloadAction } from "../../core/step.ts";

/** What a machine is, in the words that publishers put into names of files. */
export interface Platform {
  readonly os: "linux" | "darwin";
  readonly arch: "amd64" | "arm64";
}

type Published = Pick<DownloadAction, "url" | "checksums" | "member">;

/** Where each program's publisher has it, and its sha256. */
const publishers: Readonly<Record<ToolName, (version: string, platform: Platform) => Published>> = {
  // rke.docs.rancher.com/installation; the repository is archived, and its old address leads to the new one.
  rke: (version, { os, arch }) => {
    const release = `https://github.com/rancher/rke/releases/download/${version}`;
    return { url: `${release}/rke_${os}-${arch}`, checksums: `${release}/sha256sum.txt`, member: undefined };
  },
  // kubernetes.io/docs/tasks/tools/install-kubectl-linux
  kubectl: (version, { os, arch }) => {
    const url = `https://dl.k8s.io/release/${version}/bin/${os}/${arch}/kubectl`;
    return { url, checksums: `${url}.sha256`, member: undefined };
  },
  // helm.sh/docs/intro/install, and what its get-helm-3 script checks
  helm: (version, { os, arch }) => {
    const url = `https://get.helm.sh/helm-${version}-${os}-${arch}.tar.gz`;
    return { url, checksums: `${url}.sha256sum`, member: `${os}-${arch}/helm` };
  },
};

/** A version of a program, as its publisher offers it for this platform. */
export function publishedTool(name: ToolName, version: string, platform: Platform): Published {
  return publishers[name](version, platform);
}

const systems: ReadonlyMap<string, Platform["os"]> = new Map([
  ["Linux", "linux"],
  ["Darwin", "darwin"],
]);
const processors: ReadonlyMap<string, Platform["arch"]> = new Map([
  ["x86_64", "amd64"],
  ["amd64", "amd64"],
  ["aarch64", "arm64"],
  ["arm64", "arm64"],
]);

/** The platform that `uname -sm` tells; undefined if nobody publishes programs for it. */
export function platformOf(uname: string): Platform | undefined {
  const [system = "", processor = ""] = uname.trim().split(/\s+/);
  const os = systems.get(system);
  const arch = processors.get(processor);
  return os === undefined || arch === undefined ? undefined : { os, arch };
}
