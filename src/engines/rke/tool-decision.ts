import type { ClusterPaths, ToolName, WantedVersion } from "../../core/cluster.ts";
import { type Change, type Decision, ok } from "../../core/step.ts";
import { type Platform, publishedTool } from "./published-tools.ts";
import type { Version } from "./tools.ts";
import { type LockedTool, lockTool, unlockTool } from "./tools-lock.ts";

/** All that is known of one program of the control machine. */
export interface ToolCase {
  readonly name: ToolName;
  /** The name or path that is run. */
  readonly program: string;
  /** What may be downloaded; undefined: the program is the operator's affair. */
  readonly wanted: WantedVersion | undefined;
  /** What runs under that name now. */
  readonly found: Version;
  readonly locked: LockedTool | undefined;
  /** Whether a version will do, where none is asked for exactly. */
  readonly fits: (version: string) => boolean;
  /** The version to download where none fits; undefined if none is known. */
  readonly best: string | undefined;
  /** Undefined: nobody publishes programs for this machine. */
  readonly platform: Platform | undefined;
  readonly paths: ClusterPaths;
}

/**
 * Whether a program may be used as it is, has to be downloaded, or is a person's to put right. One that was downloaded is the
 * same file each time; one in PATH is used if it fits; else the one that fits is downloaded.
 */
export function decideTool(tool: ToolCase): Decision {
  const { name, wanted, found, locked, paths } = tool;
  if (wanted === undefined) return locked === undefined ? given(tool) : changeTo(backToPath(name, paths));
  if (locked?.now !== undefined && locked.now !== locked.sha256) return changed(tool, locked);
  const target = wanted === "fitting" ? tool.best : wanted;
  if (locked !== undefined && locked.now === undefined) {
    // A program that is gone cannot be asked; its version can be compared.
    const version = target ?? locked.version;
    const sha256 = version === locked.version ? locked.sha256 : undefined;
    return downloaded(tool, version, "it was downloaded before, and is gone", sha256);
  }
  const current = locked?.version ?? found;
  const fits = (version: string) => (wanted === "fitting" ? tool.fits(version) : version === wanted);
  if (current !== undefined && fits(current)) return ok;
  return target === undefined ? given(tool) : downloaded(tool, target, why(tool, current));
}

function why({ name, wanted }: ToolCase, current: Version): string {
  if (current === undefined) return "PATH has none that runs";
  if (wanted !== "fitting") return `the inventory asks for it, and PATH has ${current}`;
  return `${name} ${current} does not fit the cluster`;
}

function downloaded(tool: ToolCase, version: string, because: string, sha256?: string): Decision {
  const { name, platform, paths } = tool;
  if (platform === undefined) return unpublished(tool, version);
  const published = publishedTool(name, version, platform);
  const file = `${paths.programs}/${name}-${version}-${platform.os}-${platform.arch}`;
  const record = lockTool(paths, { name, version, source: published.url, file });
  return changeTo({
    summary: `download ${name} ${version} and verify its published sha256: ${because}`,
    actions: [
      { kind: "download", ...published, to: file, sha256 },
      { kind: "run", sh: record, timeoutMs: 60_000 },
    ],
  });
}

function changeTo(change: Change): Decision {
  return { kind: "change", changes: [change] };
}

function backToPath(name: ToolName, paths: ClusterPaths): Change {
  return {
    summary: `use the ${name} that the inventory names, and no longer the one that was downloaded`,
    actions: [{ kind: "run", sh: unlockTool(paths, name), timeoutMs: 60_000 }],
  };
}

const homes: Readonly<Record<ToolName, string>> = {
  rke: "It is one file: https://github.com/rancher/rke/releases.",
  kubectl: "See https://kubernetes.io/docs/tasks/tools/.",
  helm: "See https://helm.sh/docs/intro/install/.",
};

function given({ name, program, found, wanted, fits }: ToolCase): Decision {
  if (found === undefined) {
    const ask = wanted === undefined ? `, or let Drover download it with \`tools: { ${name}: {} }\`` : "";
    return {
      kind: "blocked",
      code: "cluster/tool-missing",
      because: `${name} is not on this machine, or does not run (looked for: ${program})`,
      remedy: `Install ${name} and put it in PATH, or say where it is with tools.${name} in the inventory${ask}. ${homes[name]}`,
    };
  }
  return name === "helm" && !fits(found) ? oldHelm(found) : ok;
}

function oldHelm(version: string): Decision {
  return {
    kind: "blocked",
    code: "cluster/tool-missing",
    because: `helm ${version} on this machine is too old: addons need 3.17 or newer`,
    remedy: `Install a newer helm, name one with tools.helm in the inventory, or let Drover download it with \`tools: { helm: {} }\`. ${homes.helm}`,
  };
}

function changed({ name, paths }: ToolCase, { sha256, now = "", version }: LockedTool): Decision {
  return {
    kind: "blocked",
    code: "cluster/tool-changed",
    because: `${paths.bin}/${name} is not the ${name} ${version} that ${paths.toolsLock} recorded: its sha256 is ${now}, not ${sha256}`,
    remedy: `Find out who replaced it. Remove ${paths.bin}/${name}, and the recorded one is downloaded again; remove its line from tools.lock too, and a new one is chosen.`,
  };
}

function unpublished({ name }: ToolCase, version: string): Decision {
  return {
    kind: "blocked",
    code: "cluster/tool-missing",
    because: `${name} ${version} would fit, but its publisher has none for this machine`,
    remedy: `Install ${name} and put it in PATH. ${homes[name]}`,
  };
}
