import type { GpuSettings } from "../../core/cluster.ts";
import type { Sh } from "../../core/shell.ts";
import type { Change, Decision } from "../../core/step.ts";
import { changesOrOk } from "../../core/step.ts";
import { aptAction } from "../apt/apt-install.ts";
import { cannotEdit } from "../blocked.ts";
import { editFile } from "../files/edit-file.ts";
import type { FileState } from "../files/file-probe.ts";
import type { OsRelease } from "../os/os-release.ts";
import { repositories } from "./apt-source.ts";
import { type FittingDriver, wantedVersion } from "./driver-fit.ts";
import { cudaKeyPath, driverFailures, driverScripts, type WantedDriver } from "./driver-scripts.ts";

/** Where apt is told NVIDIA's repository, and which versions of it count. */
export const sourcesPath = "/etc/apt/sources.list.d/nvidia-cuda.sources";
/** apt_preferences(5): holds apt to one branch. */
export const pinPath = "/etc/apt/preferences.d/drover-nvidia";

/** What decides about an installation. */
export interface InstallSeen {
  readonly settings: GpuSettings["driver"];
  readonly fit: FittingDriver;
  readonly os: OsRelease;
  /** As `uname -m` says. */
  readonly arch: string;
  /** Files in which apt knows NVIDIA's repository already. */
  readonly known: readonly string[];
  readonly sources: FileState;
  readonly pin: FileState;
}

/** NVIDIA names its repositories `ubuntu2404/x86_64`, `debian12/sbsa`. */
function repositoryUrl(os: OsRelease, arch: string): string {
  const name = `${os.id}${os.version.replace(".", "")}`;
  return `https://${repositories.driver}/${name}/${arch === "aarch64" ? "sbsa" : "x86_64"}/`;
}

function sourcesText(url: string): string {
  return `# Written by Drover: NVIDIA's own repository.
Types: deb
URIs: ${url}
Suites: /
Signed-By: ${cudaKeyPath}
`;
}

// From branch 590 on the packages' names tell no branch any more, so the version alone can. Packages of the same names with
// versions of their own (libnvidia-container) are not touched by it.
function pinText(version: string): string {
  return `# Written by Drover: NVIDIA's driver stays at this version.
Package: *nvidia-driver* *nvidia-dkms* *nvidia-kernel* *nvidia-open* libnvidia-* nvidia-utils* nvidia-compute* nvidia-firmware* nvidia-persistenced* nvidia-fabricmanager* nvidia-settings nvidia-modprobe nvidia-xconfig xserver-xorg-video-nvidia* libxnvctrl* libcuda1 cuda-drivers*
Pin: version ${version}.*
Pin-Priority: 1001
`;
}

function edited(path: string, file: FileState, after: string, summary: string): readonly Change[] | Decision {
  if (file.kind === "unreadable") return cannotEdit(path, file.why);
  return file.kind === "present" && file.text === after ? [] : [editFile({ summary, path, file, after })];
}

function isDecision(value: readonly Change[] | Decision): value is Decision {
  return "kind" in value;
}

/** The files that apt needs for NVIDIA's repository. */
function nvidiaFiles(seen: InstallSeen, version: string): readonly Change[] | Decision {
  const url = repositoryUrl(seen.os, seen.arch);
  const ours = seen.known.length === 0 || seen.known.includes(sourcesPath);
  const sources = ours ? edited(sourcesPath, seen.sources, sourcesText(url), "apt knows NVIDIA's own repository") : [];
  if (isDecision(sources)) return sources;
  const pin = edited(pinPath, seen.pin, pinText(version), `apt holds NVIDIA's driver to ${version}`);
  return isDecision(pin) ? pin : [...sources, ...pin];
}

function script(seen: InstallSeen, wanted: WantedDriver): Sh {
  if (seen.settings.source === "nvidia") {
    const foreign = seen.known.length > 0 && !seen.known.includes(sourcesPath);
    return driverScripts.nvidia(wanted, foreign ? undefined : repositoryUrl(seen.os, seen.arch));
  }
  return driverScripts[seen.os.id === "ubuntu" ? "ubuntu" : "debian"](wanted);
}

/** The installation as changes. `replaces`: there is a driver, which ends with what uses it. */
export function installDriver(seen: InstallSeen, replaces: boolean): Decision {
  const { settings, fit, os } = seen;
  const flavour = fit.flavours[0] ?? "open";
  const debian = settings.source === "distribution" && os.id === "debian";
  const version = debian ? settings.version : wantedVersion(settings.version);
  const files = settings.source === "nvidia" ? nvidiaFiles(seen, wantedVersion(settings.version)) : [];
  if (isDecision(files)) return files;
  const from = settings.source === "nvidia" ? "NVIDIA's repository" : "the distribution";
  const named = version === undefined ? "" : ` ${version}`;
  const install: Change = {
    summary: `NVIDIA's driver${named} with the ${flavour} kernel module is installed from ${from}, and held`,
    actions: [aptAction(script(seen, { flavour, version }), driverFailures)],
    ...(replaces ? { disrupts: "node" } : {}),
  };
  return changesOrOk([...files, install]);
}
