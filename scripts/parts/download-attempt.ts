import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { whyNoFile, whyNotReached } from "./web-answer.ts";

/** When a line counts as dead, in milliseconds: without a byte, and in all. */
export interface Patience {
  readonly stallMs: number;
  readonly totalMs: number;
}

/** One try: the file ended (`anew`: it was sent from its start); the line was cut, to be taken up; or there is no file. */
export type Attempt =
  | { readonly kind: "ended"; readonly anew: boolean }
  | { readonly kind: "cut"; readonly because: string }
  | { readonly kind: "refused"; readonly because: string };

/** Asks for the rest of a file from byte `have` on, and appends it to `part`. A server may send all of it instead. */
export async function continueFile(url: string, part: string, have: number, patience: Patience): Promise<Attempt> {
  const stalled = new AbortController();
  const signal = AbortSignal.any([stalled.signal, AbortSignal.timeout(Math.max(1, patience.totalMs))]);
  const watch = setTimeout(() => stalled.abort(new Error("it stands still")), patience.stallMs);
  const range = have > 0 ? { range: `bytes=${have}-` } : {};
  try {
    const answer = await fetch(url, { signal, headers: { "accept-encoding": "identity", ...range } });
    if (answer.status === 416) return await startAnew(part);
    const why = whyNoFile(url, answer);
    if (why !== undefined) return { kind: why.passing ? "cut" : "refused", because: why.because };
    const anew = answer.status !== 206;
    if (!anew && !(answer.headers.get("content-range") ?? "").startsWith(`bytes ${have}-`))
      return await startAnew(part);
    const touch = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        watch.refresh();
        done(null, chunk);
      },
    });
    const body = answer.body === null ? Readable.from([]) : Readable.fromWeb(answer.body);
    await pipeline(body, touch, createWriteStream(part, { flags: anew ? "w" : "a" }), { signal });
    return { kind: "ended", anew };
  } catch (failure) {
    return { kind: "cut", because: whyNotReached(signal.aborted ? signal.reason : failure) };
  } finally {
    clearTimeout(watch);
  }
}

/** What is here is no beginning of what is there. */
async function startAnew(part: string): Promise<Attempt> {
  await rm(part, { force: true });
  return { kind: "cut", because: "the publisher has another file than the one that was begun" };
}
