import type { Probe } from "../../core/probe.ts";
import { lines } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";

/** One of NVIDIA's packages as dpkg has it. */
export interface NvidiaPackage {
  readonly name: string;
  /** As dpkg tells it from the same one of another architecture: `libcuda1:i386`. A hold of the name alone is the host's own's. */
  readonly fullName: string;
  /** As in `580.95.05-0ubuntu0.24.04.1`. */
  readonly version: string;
  readonly held: boolean;
}

/** dpkg-query(1): want and state, name, version. */
export const dpkgFormat = "$" + "{db:Status-Abbrev}|$" + "{binary:Package}|$" + "{Version}\n";
const names =
  "^.i.?[|]((lib)?nvidia-|linux-(modules|objects|signatures)-nvidia-|cuda-drivers|libcuda1|libxnvctrl|nvlsm)";

function read(row: string): readonly NvidiaPackage[] {
  const [, want, fullName, name, version] =
    /^([a-z])i ?\|(([a-z0-9][a-z0-9.+-]+)(?::[a-z0-9]+)?)\|([0-9][A-Za-z0-9.+~:-]*)$/.exec(row) ?? [];
  if (fullName === undefined || name === undefined || version === undefined) return [];
  return [{ name, fullName, version, held: want === "h" }];
}

/** NVIDIA's packages that are installed; undefined where dpkg does not answer. */
export const nvidiaPackages: Probe<readonly NvidiaPackage[] | undefined> = {
  sh: sh`all=$(dpkg-query -W -f ${dpkgFormat}) || exit 1
printf '%s\n' "$all" | grep -E ${names}
echo end`,
  parse: (answer) => {
    const rows = lines(answer.stdout);
    return answer.code === 0 && rows.at(-1) === "end" ? rows.flatMap(read) : undefined;
  },
};

/** The part of a package's version that is the driver's: `580.95.05`. */
export function driverVersionOf(version: string): string {
  return version.replace(/^\d+:/, "").replace(/[-+~].*$/, "");
}

const container = /^(nvidia-container-|libnvidia-container|nvidia-docker)/;
const driver =
  /^(libcuda1|cuda-drivers|nvidia-(utils|smi|driver|headless|dkms|kernel|open|compute)|libnvidia-compute|linux-modules-nvidia)/;

/** Those of them that make up the driver: module, libraries, nvidia-smi. */
export function driverPackages(packages: readonly NvidiaPackage[]): readonly NvidiaPackage[] {
  return packages.filter(({ name }) => driver.test(name) && !container.test(name));
}

/** The version of the driver's libraries by their package, or undefined where they came otherwise (NVIDIA's .run file). */
export function libraryVersion(packages: readonly NvidiaPackage[]): string | undefined {
  const library = packages.find(({ name }) => /^(libnvidia-compute|libcuda1$)/.test(name));
  return library === undefined ? undefined : driverVersionOf(library.version);
}
