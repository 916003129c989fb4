import type { DockerRepository } from "../../core/cluster.ts";
import { inOneLine } from "../../core/printable.ts";
import type { Change, Decision } from "../../core/step.ts";
import { aptAction } from "../apt/apt-install.ts";
import { installed, type Package } from "../apt/package-states.ts";
import { cannotEdit } from "../blocked.ts";
import { editFile } from "../files/edit-file.ts";
import type { FileState } from "../files/file-probe.ts";
import type { SetFile } from "../files/file-set-probe.ts";
import type { OsRelease } from "../os/os-release.ts";
import { dockerCeFailures, dockersOwn, fetchDockerKey, holdDockerCe, installDockerCe } from "./docker-ce-scripts.ts";
import { isWanted, upstream } from "./docker-version.ts";
import { quietOthers, sourcesPath } from "./other-sources.ts";

const parts = ["docker-ce", "docker-ce-cli", "containerd.io"];

function sourcesText(os: OsRelease, { url }: DockerRepository): string {
  return `# Written by Drover: ${url === dockersOwn.url ? "Docker's own repository" : "a mirror of Docker's repository"}.
Types: deb
URIs: ${url}/${os.id}
Suites: ${os.codename}
Components: stable
Signed-By: /etc/apt/keyrings/docker.asc
`;
}

/** What decides about Docker CE on a host. */
export interface DockerCeSeen {
  readonly packages: readonly Package[];
  readonly version: string | undefined;
  readonly repository: DockerRepository;
  readonly os: OsRelease;
  readonly sources: FileState;
  /** Every file that tells apt of Docker's repository; undefined where that could not be had. */
  readonly known: readonly SetFile[] | undefined;
  /** A cluster runs on it: it is replaced on one host at a time. */
  readonly isNode: boolean;
}

function replaced({ packages, version, repository, isNode }: DockerCeSeen): Change {
  const present = installed(packages, "docker-ce");
  const named = version === undefined ? "the newest that RKE works with" : version;
  const instead = present === undefined ? "" : ` instead of ${inOneLine(upstream(present.version))}`;
  return {
    summary: `Docker CE ${named} is installed and held${instead}`,
    actions: [aptAction(installDockerCe(version), dockerCeFailures(repository.url))],
    ...(present === undefined ? {} : { disrupts: "service" as const, ...(isNode ? { oneByOne: true } : {}) }),
  };
}

function install(seen: DockerCeSeen): Decision {
  const { sources, known = [], os, repository } = seen;
  if (sources.kind === "unreadable") return cannotEdit(sourcesPath, sources.why);
  const others = quietOthers(known, repository.url);
  if ("kind" in others) return others;
  const after = sourcesText(os, repository);
  const same = sources.kind === "present" && sources.text === after;
  const summary =
    repository.url === dockersOwn.url
      ? "apt knows Docker's own repository"
      : `apt knows the mirror of Docker's repository, ${repository.url}`;
  const ours = same ? [] : [editFile({ summary, path: sourcesPath, file: sources, after })];
  const [first = replaced(seen), ...rest] = [...others, ...ours, replaced(seen)];
  const key = aptAction(fetchDockerKey(os.id, repository), dockerCeFailures(repository.url));
  return { kind: "change", changes: [{ ...first, actions: [key, ...first.actions] }, ...rest] };
}

/** Docker from Docker's own repository, one exact version of it, held there. */
export function fromDockerCe(seen: DockerCeSeen): Decision | undefined {
  const { packages, version, os } = seen;
  const present = installed(packages, "docker-ce");
  if (present !== undefined && version === undefined && !isWanted(present.version, version)) {
    return {
      kind: "blocked",
      because: `Docker CE ${inOneLine(upstream(present.version))} is installed, RKE works with 25 and newer`,
      remedy: "Set docker.version in the inventory to the version that shall replace it, such as 28.",
    };
  }
  const all = parts.every((name) => installed(packages, name) !== undefined);
  if (present === undefined || !all || !isWanted(present.version, version)) {
    if (/^[a-z]+$/.test(os.codename)) return install(seen);
    return { kind: "blocked", because: "/etc/os-release has no usable codename", remedy: "Set docker.source: none." };
  }
  if (parts.every((name) => installed(packages, name)?.held)) return undefined;
  return {
    kind: "change",
    changes: [{ summary: "Upgrades leave Docker CE as it is", actions: [holdDockerCe] }],
  };
}
