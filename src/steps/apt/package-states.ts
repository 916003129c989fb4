import type { Probe } from "../../core/probe.ts";
import { lines } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";

/** One package as dpkg sees it. */
export interface Package {
  readonly name: string;
  /** As dpkg tells it from the same one of another architecture: `libnvidia-compute-580:i386`, and mostly just the name. */
  readonly fullName: string;
  /** As in `5:28.1.1-1~ubuntu.24.04~noble`. */
  readonly version: string;
  readonly installed: boolean;
  /** apt must not change it. */
  readonly held: boolean;
  /** dpkg was stopped in the middle of it. */
  readonly broken: boolean;
}

// Status-Abbrev is want, state, and R or a blank (dpkg-query(1)): "ii ", "hi ", "iF ", "iHR".
const format = "$" + "{db:Status-Abbrev}|$" + "{binary:Package}|$" + "{Version}\n";

/** What any step asks after; a host has some thousand packages, and one answer for all steps is the cheapest. */
const names = [
  "docker[.]io|docker-ce|docker-ce-cli|docker-cli|docker-buildx.*|containerd|containerd[.]io|runc|podman-docker",
  "nvidia-.*|libnvidia-.*|cuda-drivers.*|xserver-xorg-video-nvidia.*",
  "linux-(image|headers|modules|modules-extra)-.*|linux-(generic|virtual|server|lowlatency).*",
  "ca-certificates|curl|gpg|iptables|iproute2|kmod|procps|unattended-upgrades",
].join("|");

function readPackage(line: string): readonly Package[] {
  const [, want, state = "", reinstall, fullName, version] =
    /^([a-z])([a-zA-Z])(R?) *\|([^|\s]+)\|(\S*)$/.exec(line) ?? [];
  if (fullName === undefined || version === undefined) return [];
  const name = fullName.replace(/:.*$/, "");
  const broken = /[HUFWt]/.test(state) || reinstall === "R";
  return [{ name, fullName, version, installed: state === "i" && !broken, held: want === "h", broken }];
}

/** The packages that steps ask after, and all that dpkg left half done; undefined where dpkg does not answer. */
export const packageStates: Probe<readonly Package[] | undefined> = {
  sh: sh`{ dpkg-query -W -f ${format} && echo end; } | grep -E ${`^end$|^.[HUFWt]|^..R|^.[^cn].[|](${names})(:[a-z0-9]+)?[|]`}`,
  parse: (answer) => {
    const rows = lines(answer.stdout);
    return answer.code === 0 && rows.at(-1) === "end" ? rows.flatMap(readPackage) : undefined;
  },
};

/** The package of that name, if it is installed. */
export function installed(packages: readonly Package[], name: string): Package | undefined {
  return packages.find((found) => found.name === name && found.installed);
}
