import { rename, rm, stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type Attempt, continueFile, type Outside, type Patience } from "./download-attempt.ts";
import { fileSha256 } from "./file-checksum.ts";

/** A file that is wanted from its publisher. */
export interface WantedFile {
  readonly url: string;
  readonly sha256: string;
  /** Where it goes. Until it is whole and verified it is `<to>.part`, with which a later run goes on. */
  readonly to: string;
}

/**
 * How a download ended. `gone`: the publisher does not answer any more, so others of its files need not be tried. `why` tells
 * whose fault it is: the publisher's or the line's, this machine's disk, or that it is not the file that was published.
 */
export type Download =
  | { readonly kind: "here" }
  | {
      readonly kind: "not";
      readonly because: string;
      readonly gone: boolean;
      readonly why: "unavailable" | "unkept" | "untrue";
    };

/** How long one tries. */
export interface Tries extends Patience {
  readonly tries: number;
  readonly pauseMs: number;
}

/** How long it is worth waiting before building what the publisher has: the largest file is some 80 MB. */
const ordinary: Tries = { tries: 4, pauseMs: 1000, stallMs: 20_000, totalMs: 10 * 60_000 };

/**
 * Downloads a file and verifies it. A line that is cut or stands still is taken up where it ended, up to four times; what
 * cannot be had is an answer, not an error. A file with another checksum is never left at `to`.
 */
export async function download(wanted: WantedFile, outside: Outside, patience = ordinary): Promise<Download> {
  const part = `${wanted.to}.part`;
  const until = Date.now() + patience.totalMs;
  if ((await fileSha256(part)) === wanted.sha256) return await keep(part, wanted.to);
  let last: Attempt = { kind: "cut", because: "no try was made" };
  for (let tried = 0; tried < patience.tries && Date.now() < until; tried++) {
    if (tried > 0) await sleep(patience.pauseMs);
    const resumed = await sizeOf(part);
    last = await continueFile(wanted.url, part, resumed, { ...patience, ...outside, totalMs: until - Date.now() });
    if (last.kind === "refused") return not(last.because, "unavailable");
    if (last.kind === "unkept") return not(last.because, "unkept");
    if (last.kind === "cut") continue;
    if ((await fileSha256(part)) === wanted.sha256) return await keep(part, wanted.to);
    await rm(part);
    // the beginning may be of another file, from a run of long ago: once more from the start
    if (resumed > 0 && !last.anew) continue;
    return not("it has another checksum than the published one", "untrue");
  }
  if (last.kind === "cut") return { kind: "not", because: last.because, gone: true, why: "unavailable" };
  return { kind: "not", because: "it has another checksum", gone: true, why: "untrue" };
}

function not(because: string, why: "unavailable" | "unkept" | "untrue"): Download {
  return { kind: "not", because, gone: false, why };
}

async function keep(part: string, to: string): Promise<Download> {
  await rename(part, to);
  return { kind: "here" };
}

async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.size ?? 0;
}
