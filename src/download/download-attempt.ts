import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Asking, get } from "./get.ts";
import { whyNoFile, whyNotReached } from "./web-answer.ts";

/** When a line counts as dead, in milliseconds: without a byte, and in all. */
export interface Patience {
  readonly stallMs: number;
  readonly totalMs: number;
}

/** What a try is told by, and tells to. */
export interface Outside {
  readonly env: Asking["env"];
  /** How many bytes are here, and how many there are; undefined where the server does not say. */
  readonly onBytes?: (here: number, all: number | undefined) => void;
}

/**
 * One try: the file ended (`anew`: it was sent from its start); the line was cut, to be taken up; there is no file; or this
 * machine cannot keep it.
 */
export type Attempt =
  | { readonly kind: "ended"; readonly anew: boolean }
  | { readonly kind: "cut"; readonly because: string }
  | { readonly kind: "refused"; readonly because: string }
  | { readonly kind: "unkept"; readonly because: string };

/** What the file system says where a file cannot be kept. */
const unkept: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the disk's quota is used up",
  EROFS: "the file system is read-only",
  EACCES: "the folder may not be written to",
};

/** Asks for the rest of a file from byte `have` on, and appends it to `part`. A server may send all of it instead. */
export async function continueFile(
  url: string,
  part: string,
  have: number,
  { stallMs, totalMs, env, onBytes }: Patience & Outside,
): Promise<Attempt> {
  const stalled = new AbortController();
  const signal = AbortSignal.any([stalled.signal, AbortSignal.timeout(Math.max(1, totalMs))]);
  const watch = setTimeout(() => stalled.abort(new Error("it stands still")), stallMs);
  const range = have > 0 ? { range: `bytes=${have}-` } : {};
  try {
    const answer = await get(url, { signal, env, headers: { "accept-encoding": "identity", ...range } });
    const why = answer.status === 416 ? undefined : whyNoFile(url, answer);
    if (why !== undefined) {
      answer.body.destroy();
      return { kind: why.passing ? "cut" : "refused", because: why.because };
    }
    const anew = answer.status !== 206;
    if (answer.status === 416 || (!anew && !answer.headers.get("content-range")?.startsWith(`bytes ${have}-`))) {
      answer.body.destroy();
      return await startAnew(part);
    }
    const start = anew ? 0 : have;
    const length = Number(answer.headers.get("content-length"));
    const meter = metering(start, length > 0 ? start + length : undefined, (here, all) => {
      watch.refresh();
      onBytes?.(here, all);
    });
    await pipeline(answer.body, meter, createWriteStream(part, { flags: anew ? "w" : "a" }), { signal });
    return { kind: "ended", anew };
  } catch (failure) {
    const code = failure instanceof Error && "code" in failure ? String(failure.code) : "";
    const here = unkept[code];
    if (here !== undefined) return { kind: "unkept", because: here };
    return { kind: "cut", because: whyNotReached(signal.aborted ? signal.reason : failure) };
  } finally {
    clearTimeout(watch);
  }
}

function metering(start: number, all: number | undefined, told: NonNullable<Outside["onBytes"]>): Transform {
  let here = start;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      here += chunk.length;
      told(here, all);
      done(null, chunk);
    },
  });
}

/** What is here is no beginning of what is there. */
async function startAnew(part: string): Promise<Attempt> {
  await rm(part, { force: true });
  return { kind: "cut", because: "the publisher has another file than the one that was begun" };
}
