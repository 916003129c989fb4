import type { GpuSettings } from "../../core/cluster.ts";
import { inOneLine } from "../../core/printable.ts";
import { type Sh, sh } from "../../core/shell.ts";
import type { AnyStep, Change, Decision, KnownFailure } from "../../core/step.ts";
import { changesOrOk, defineStep, ok } from "../../core/step.ts";
import { aptAction } from "../apt/apt-install.ts";
import { fetchKey, keyMismatch } from "../apt/signed-key.ts";
import { cannotEdit, noSenseAbout } from "../blocked.ts";
import { editFile } from "../files/edit-file.ts";
import { type FileState, fileProbe } from "../files/file-probe.ts";
import { quickly } from "../run-quickly.ts";
import { rememberHolds } from "../undo/remember.ts";
import { repositories, sourceFiles } from "./apt-source.ts";
import { isAskedFor } from "./driver-fit.ts";
import { driverVersionOf, type NvidiaPackage, nvidiaPackages } from "./nvidia-packages.ts";

type Settings = GpuSettings["toolkit"];

const sourcesPath = "/etc/apt/sources.list.d/nvidia-container-toolkit.sources";

const key = {
  urls: [`https://${repositories.toolkit}/gpgkey`],
  path: "/etc/apt/keyrings/nvidia-container-toolkit.asc",
  fingerprints: ["C95B321B61E88C1809C4F759DDCAE044F796ECB0"],
} as const;

// The repository is one for all distributions; apt replaces $(ARCH) itself.
const sourcesText = `# Written by Drover: NVIDIA's container toolkit.
Types: deb
URIs: https://${repositories.toolkit}/stable/deb/$(ARCH)/
Suites: /
Signed-By: ${key.path}
`;

/** All four must have one version: NVIDIA's installation guide. */
const parts = [
  "nvidia-container-toolkit",
  "nvidia-container-toolkit-base",
  "libnvidia-container-tools",
  "libnvidia-container1",
];

/** From here on GPUs come into containers by CDI; with older ones a `systemctl daemon-reload` takes them away again. */
const oldest = 18;

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 1 || (major === 1 && minor >= oldest);
}

function installScript(prefix: string | undefined, ours: boolean): Sh {
  return sh`${ours ? fetchKey(key) : sh`:`}
apt update || exit 1
v=$(apt-cache madison nvidia-container-toolkit | awk -F'|' -v want=${prefix ?? ""} '{
  gsub(/ /, "", $2); u = $2; sub(/[-+~].*/, "", u); split(u, n, ".")
  if (want == "" ? (n[1] > 1 || n[2] >= ${oldest}) : index(u ".", want ".") == 1) { print $2; exit }
}')
[ -n "$v" ] || { echo no-toolkit-version >&2; exit 1; }
set --
for p in ${parts}; do set -- "$@" "$p=$v"; done
${rememberHolds(parts)}
install --allow-downgrades --allow-change-held-packages "$@" && apt-mark hold ${parts} >/dev/null`;
}

const failures: readonly KnownFailure[] = [
  {
    pattern: new RegExp(`${keyMismatch}: ?([0-9A-F\\s]*)`),
    code: "step/action-failed",
    message: "The key that was fetched is not that of NVIDIA's container toolkit (fingerprint $1)",
    remedy: "Something between the host and nvidia.github.io changes what is fetched, such as a proxy. Look there.",
  },
  {
    pattern: /no-toolkit-version/,
    code: "step/action-failed",
    message: "The host's package sources have no NVIDIA container toolkit of the wanted version (1.18 or newer)",
    remedy:
      "Look at gpu.toolkit.version in the inventory, and at what `apt-cache madison nvidia-container-toolkit` lists.",
  },
  {
    pattern: /Conflicting values set for option Signed-By/,
    code: "step/action-failed",
    message: "apt is told NVIDIA's repository twice, with different keys",
    remedy: "On the host: grep -l nvidia.github.io /etc/apt/sources.list.d/*, and remove all but one of these files.",
  },
];

function sourcesChange(file: FileState, known: readonly string[]): readonly Change[] | Decision {
  if (known.length > 0 && !known.includes(sourcesPath)) return [];
  if (file.kind === "unreadable") return cannotEdit(sourcesPath, file.why);
  if (file.kind === "present" && file.text === sourcesText) return [];
  const summary = "apt knows the repository of NVIDIA's container toolkit";
  return [editFile({ summary, path: sourcesPath, file, after: sourcesText })];
}

function fits(version: string, prefix: string | undefined): boolean {
  return prefix === undefined ? isNewEnough(version) : isAskedFor(version, prefix);
}

function wrongVersion(there: string | undefined, settings: Settings): Decision {
  const what =
    there === undefined ? "is not installed" : `is ${inOneLine(there)}, older than 1.${oldest} or not as asked`;
  return {
    kind: "blocked",
    because: `NVIDIA's container toolkit ${what}, and the inventory says gpu.toolkit.source: ${settings.source}`,
    remedy: "Install it on the host, or set gpu.toolkit.source: nvidia in the inventory.",
  };
}

function held(packages: readonly NvidiaPackage[]): Decision {
  const loose = packages.filter((one) => parts.includes(one.name) && !one.held).map((one) => one.name);
  if (loose.length === 0) return ok;
  const summary = "Upgrades leave NVIDIA's container toolkit as it is";
  return changesOrOk([{ summary, actions: [quickly(rememberHolds(loose)), quickly(sh`apt-mark hold ${loose}`)] }]);
}

/** NVIDIA's container toolkit: what Docker calls to bring GPUs into containers. */
export function containerToolkit({ toolkit: settings }: GpuSettings): AnyStep {
  return defineStep({
    id: "nvidia/container-toolkit",
    title: "Install NVIDIA's container toolkit",
    appliesTo: (host) => host.gpu,
    probes: () => ({
      packages: nvidiaPackages,
      known: sourceFiles(repositories.toolkit),
      sources: fileProbe(sourcesPath),
    }),
    decide: ({ packages, known, sources }) => {
      if (packages === undefined) return noSenseAbout("its packages");
      const versions = parts.map((name) => packages.find((one) => one.name === name)?.version);
      const [there] = versions;
      const upstream = there === undefined ? undefined : driverVersionOf(there);
      const whole = there !== undefined && versions.every((version) => version === there);
      if (whole && fits(upstream ?? "", settings.version)) return settings.source === "none" ? ok : held(packages);
      if (settings.source === "none") {
        return upstream !== undefined && fits(upstream, settings.version) ? ok : wrongVersion(upstream, settings);
      }
      const files = sourcesChange(sources, known);
      if ("kind" in files) return files;
      const ours = known.length === 0 || known.includes(sourcesPath);
      const named = settings.version === undefined ? "" : ` ${settings.version}`;
      const install: Change = {
        summary: `NVIDIA's container toolkit${named} is installed and held`,
        actions: [aptAction(installScript(settings.version, ours), failures)],
      };
      return changesOrOk([...files, install]);
    },
  });
}
