import { join } from "node:path";
import { hostName, type LabSettings } from "./settings.ts";

/** Where a lab keeps its things: the first four are kept, the others go with `down`. */
export interface LabPaths {
  readonly base: string;
  readonly aptCache: string;
  readonly key: string;
  readonly registry: string;
  readonly run: string;
  readonly hosts: string;
  readonly knownHosts: string;
}

/** All paths of a lab. */
export function labPaths(lab: LabSettings): LabPaths {
  return {
    base: join(lab.cache, "lab", lab.suite === "trixie" ? "base" : `base-${lab.suite}`),
    aptCache: join(lab.cache, "lab", "aptcache"),
    key: join(lab.cache, "lab", "id_ed25519"),
    registry: join(lab.cache, "registry"),
    run: join(lab.home, "run"),
    hosts: join(lab.home, "hosts"),
    knownHosts: join(lab.home, "run", "known_hosts"),
  };
}

/** Where host i lives: its disk is `root`, what it prints while it boots is `console`. */
export function hostPaths(lab: LabSettings, i: number) {
  const folder = join(lab.home, "hosts", hostName(lab, i));
  return {
    folder,
    root: join(folder, "root"),
    console: join(folder, "console.log"),
    /** Written last: a disk without it is half made. */
    complete: join(folder, "complete"),
    uuid: join(folder, "uuid"),
  } as const;
}
