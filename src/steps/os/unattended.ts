import type { Cluster } from "../../core/cluster.ts";
import { inOneLine } from "../../core/printable.ts";
import type { Probe } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import { type AnyStep, type Change, changesOrOk, type Decision, defineStep } from "../../core/step.ts";
import { installed, type Package, packageStates } from "../apt/package-states.ts";
import { cannotEdit, noSenseAbout } from "../blocked.ts";
import { editFile } from "../files/edit-file.ts";
import { type FileState, fileProbe } from "../files/file-probe.ts";
import { quickly } from "../run-quickly.ts";
import { rememberHolds } from "../undo/remember.ts";

const path = "/etc/apt/apt.conf.d/90drover-unattended";

type Group = Cluster["upgrades"]["hold"][number];

/** How the names of a group's packages begin: unattended-upgrades matches its list the same way, from the beginning. */
const beginnings: Readonly<Record<Group, readonly string[]>> = {
  docker: ["docker", "containerd", "runc"],
  nvidia: ["nvidia-", "libnvidia-", "cuda-drivers", "xserver-xorg-video-nvidia"],
  kernel: ["linux-image-", "linux-headers-", "linux-modules-", "linux-generic", "linux-virtual", "linux-server"],
};

/** What unattended-upgrades will leave alone, all files of apt together; undefined where it is not installed. */
const excluded: Probe<{ readonly there: boolean; readonly list: readonly string[] } | undefined> = {
  sh: sh`if [ -e /usr/bin/unattended-upgrade ]; then echo there; apt-config dump Unattended-Upgrade::Package-Blacklist; fi; echo end`,
  parse: (answer) => {
    if (answer.code !== 0 || !answer.stdout.endsWith("end\n")) return undefined;
    const found = answer.stdout.matchAll(/^Unattended-Upgrade::Package-Blacklist:: "(.*)";$/gm);
    return { there: answer.stdout.startsWith("there\n"), list: [...found].map((match) => match[1] ?? "") };
  },
};

function hold(packages: readonly Package[], wanted: readonly string[]): readonly Change[] {
  const names = packages
    .filter(({ installed: there, held }) => there && !held)
    .map(({ fullName }) => fullName)
    .filter(
      (name) => /^[a-z0-9][a-z0-9.+-]*(:[a-z0-9]+)?$/.test(name) && wanted.some((begin) => name.startsWith(begin)),
    );
  if (names.length === 0) return [];
  return [
    {
      summary: inOneLine(`Upgrades leave ${names.join(", ")} as ${names.length === 1 ? "it is" : "they are"}`),
      actions: [quickly(rememberHolds(names)), quickly(sh`apt-mark -q hold ${names}`)],
    },
  ];
}

function fileText(wanted: readonly string[]): string {
  const list = wanted.map((begin) => `  "${begin}";\n`).join("");
  return `// Written by Drover: what must not change by itself under a running cluster.
Unattended-Upgrade::Package-Blacklist {
${list}};
`;
}

function exclude(
  file: FileState,
  { there, list }: { readonly there: boolean; readonly list: readonly string[] },
  wanted: readonly string[],
): readonly Change[] | Decision {
  if (!there || wanted.every((begin) => list.includes(begin))) return [];
  if (file.kind === "unreadable") return cannotEdit(path, file.why);
  const after = fileText(wanted);
  if (file.kind !== "present" || file.text !== after) {
    return [editFile({ summary: "unattended-upgrades leaves these packages alone", path, file, after })];
  }
  return {
    kind: "blocked",
    because: `unattended-upgrades would move packages that ${path} excludes: a later file clears its list`,
    remedy: "Look for `#clear Unattended-Upgrade::Package-Blacklist` in /etc/apt/apt.conf.d on the host.",
  };
}

/** Docker, driver and kernel do not change by themselves under a running cluster: held for apt, excluded for the robot. */
export function unattended(settings: {
  readonly upgrades: Cluster["upgrades"];
  readonly docker: Cluster["docker"];
}): AnyStep {
  const wanted = settings.upgrades.hold.flatMap((group) => beginnings[group]);
  return defineStep({
    id: "os/unattended",
    title: "Keep Docker, drivers and kernel from changing by themselves",
    appliesTo: () => wanted.length > 0,
    probes: () => ({ states: packageStates, excluded, file: fileProbe(path) }),
    decide: ({ states, excluded: robot, file }) => {
      if (states === undefined || robot === undefined) return noSenseAbout("its packages");
      const engine = ["docker.io", "docker-ce"].some((name) => installed(states, name) !== undefined);
      if (!engine && settings.docker.source !== "none" && settings.upgrades.hold.includes("docker")) {
        return { kind: "later", after: "docker/installed", because: "Docker is not installed yet" };
      }
      const left = exclude(file, robot, wanted);
      return "kind" in left ? left : changesOrOk([...hold(states, wanted), ...left]);
    },
  });
}
