import type { CacheFolders } from "./cache.ts";
import type { Published } from "./publishers.ts";

/** One thing that is made once and kept: some programs, the base layer, an image. */
export interface Part {
  readonly id: string;
  readonly version: string;
  /** What making it does, in the words of a progress line: "compile rke v1.8.1". */
  readonly does: string;
  /** How long it takes on two idle cores with nothing cached; the weight in estimates. */
  readonly seconds: number;
  /** Ids of parts that must be there first. A part whose needs have other recipes is made again. */
  readonly needs: readonly string[];
  /** Its files are of no use but to make other parts. */
  readonly ingredient: boolean;
  /** Everything in code that decides what comes out; plain data. */
  readonly recipe: unknown;
  /** Files and folders of the repository that decide it too. */
  readonly sources: readonly string[];
  /**
   * Makes it, and returns its files, relative to the cache. What it writes is complete or not there at all.
   * @throws DroverError `parts/build-failed`
   */
  readonly build: (place: Workplace) => Promise<readonly string[]>;
  /** Where it can be had ready-made, if anywhere; what is fetched needs nothing of `needs` but crane, if it is an image. */
  readonly published?: Published;
  /** Fetches what `build` will download, while another part is being made. Failing is allowed: `build` fetches then. */
  readonly fetchAhead?: (place: Workplace) => Promise<void>;
}

/** What every part is given while it is made. */
export interface Workplace {
  readonly cache: CacheFolders;
  /** The file that this part's programs write their output to. */
  readonly log: string;
  readonly say: (line: string) => void;
}
