import { chmod, copyFile, mkdir, readdir, rm, symlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { DroverError } from "../../src/core/errors.ts";
import { command } from "../../src/lab/command.ts";
import { machineMirror } from "../../src/lab/mirror.ts";
import { aboutFile, packLayer } from "./layer.ts";
import type { Part, Workplace } from "./part.ts";
import { runLogged } from "./run-logged.ts";

const suite = "trixie";

/** The version of kubectl that the cluster wants, and that this Debian has. */
export const kubectlVersion = "1.32.3";

/** Debian's kubectl, relative to the cache. */
export const kubectlProgram = "parts/kubectl/kubectl";

/** What the base layer of the images holds besides Debian's smallest system: what RKE's containers call by name. */
const basePackages = [
  ...["bash", "ca-certificates", "conntrack", "curl", "ethtool", "iproute2", "ipset", "iptables", "jq", "kmod"],
  ...["libnginx-mod-stream", "nginx", "procps", "socat"],
];

/** Packages whose programs are taken as they are, with the version that the cluster wants. */
const programPackages: Readonly<Record<string, string>> = {
  "etcd-server": "3.5.16",
  "etcd-client": "3.5.16",
  kubectl: kubectlVersion,
  "containernetworking-plugins": "1.1.1",
};

/** Where a program of the unpacked packages goes in the cache. */
const programs: Readonly<Record<string, string>> = {
  "usr/bin/etcd": "parts/etcd/etcd",
  "usr/bin/etcdctl": "parts/etcd/etcdctl",
  "usr/bin/etcdutl": "parts/etcd/etcdutl",
  "usr/bin/kubectl": kubectlProgram,
};

/** The base layer of the images. */
export const baseLayerFile = "images/base-layer.tar.gz";

/** Everything that comes from Debian, in one go: the base layer, etcd, kubectl and the CNI plugins. */
export const debianPart: Part = {
  id: "debian",
  version: suite,
  does: `install Debian ${suite} for the images; fetch etcd, kubectl and the CNI plugins from it`,
  seconds: 45,
  needs: [],
  ingredient: true,
  recipe: { suite, basePackages, programPackages, programs },
  sources: [],
  build,
};

async function build(place: Workplace): Promise<readonly string[]> {
  const work = join(place.cache.build, "debian");
  const root = join(work, "root");
  const packages = join(work, "packages");
  await rm(work, { recursive: true, force: true });
  await mkdir(packages, { recursive: true });
  await bootstrap({ root, packages, log: place.log });
  // RKE's one-time containers run `sh -c 'echo -e ...'`, which dash does not know
  await rm(join(root, "usr/bin/sh"));
  await symlink("bash", join(root, "usr/bin/sh"));
  await packLayer(root, join(place.cache.root, baseLayerFile));
  const files = await unpack(packages, place);
  await rm(work, { recursive: true });
  return [baseLayerFile, aboutFile(baseLayerFile), ...files];
}

/** mmdebstrap takes half of debootstrap's time, and lets apt find what provides what. */
async function bootstrap(to: { root: string; packages: string; log: string }): Promise<void> {
  const leftOut = ["doc", "info", "locale", "man"].map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`);
  await runLogged({
    file: "mmdebstrap",
    args: [
      ...["--mode=root", "--variant=minbase", "--format=directory", `--include=${basePackages.join(",")}`],
      ...['--aptopt=Apt::Install-Recommends "false"', "--dpkgopt=force-unsafe-io", ...leftOut],
      `--customize-hook=chroot "$1" sh -c "cd /tmp && apt-get download ${Object.keys(programPackages).join(" ")}"`,
      '--customize-hook=mv "$1"/tmp/*.deb "$DROVER_PACKAGES"/',
      ...[suite, to.root, await machineMirror()],
    ],
    log: to.log,
    env: { DROVER_PACKAGES: to.packages },
    doing: `installing Debian ${suite}`,
  });
}

async function unpack(packages: string, place: Workplace): Promise<readonly string[]> {
  const root = join(packages, "unpacked");
  for (const file of (await readdir(packages)).filter((name) => name.endsWith(".deb"))) {
    await assertVersion(join(packages, file));
    await command("dpkg-deb", ["-x", join(packages, file), root]);
  }
  const plugins = (await readdir(join(root, "usr/lib/cni"))).map((name) => [
    `usr/lib/cni/${name}`,
    `parts/cni/${name}`,
  ]);
  const wanted = [...Object.entries(programs), ...plugins];
  return await Promise.all(wanted.map(([from = "", to = ""]) => install(join(root, from), place.cache.root, to)));
}

async function assertVersion(file: string): Promise<void> {
  const [name = "", version = ""] = basename(file).split("_");
  const wanted = programPackages[name];
  if (wanted !== undefined && decodeURIComponent(version).startsWith(wanted)) return;
  throw new DroverError("parts/build-failed", `Debian ${suite} has ${name} ${version}, and ${wanted} is needed`, {
    remedy: "Debian has moved on: change the version in scripts/parts/debian-part.ts, or compile this program instead.",
  });
}

async function install(from: string, root: string, file: string): Promise<string> {
  const target = join(root, file);
  await mkdir(dirname(target), { recursive: true });
  await rm(target, { force: true });
  await copyFile(from, target);
  await chmod(target, 0o755);
  return file;
}
