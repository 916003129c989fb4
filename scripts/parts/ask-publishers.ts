import { basename } from "node:path";
import { publishedChecksum } from "../../src/download/published-checksum.ts";
import { whyNoFile, whyNotReached } from "../../src/download/web-answer.ts";
import type { Part } from "./part.ts";
import { type Published, publisherOf } from "./publishers.ts";

/** What a publisher has for a part: a file with this sha256, an image; or why it has to be built. */
export type Offer =
  | { readonly kind: "file"; readonly sha256: string }
  | { readonly kind: "image" }
  | { readonly kind: "none"; readonly because: string };

/** The offers by the ids of the parts; a part that nobody publishes has none. */
export type Offers = ReadonlyMap<string, Offer>;

/** How long all publishers together may think, in milliseconds: nobody should wait long for nothing. */
const patienceMs = 2000;

/** No list of checksums is longer, in bytes. */
const longestList = 1_000_000;

/**
 * Asks all publishers at once whether their files can be had from here. A file's own checksum is the question: who cannot
 * say it cannot be verified. Ends within 2 s, whatever answers.
 */
export async function askPublishers(
  parts: readonly Pick<Part, "id" | "published">[],
  limitMs = patienceMs,
): Promise<Offers> {
  const signal = AbortSignal.timeout(limitMs);
  const registries = new Map<string, Promise<Offer>>();
  const ask = (published: Published): Promise<Offer> => {
    if (published.kind === "file") return orNone(askFile(published.url, published.checksums, signal));
    const asked = registries.get(published.api) ?? orNone(askRegistry(published.api, signal));
    registries.set(published.api, asked);
    return asked;
  };
  const offers = parts.map(async ({ id, published }) =>
    published === undefined ? [] : [[id, await ask(published)] as const],
  );
  return new Map((await Promise.all(offers)).flat());
}

async function orNone(asked: Promise<Offer>): Promise<Offer> {
  return await asked.catch((failure: unknown) => ({ kind: "none", because: whyNotReached(failure) }));
}

async function askFile(url: string, checksums: string, signal: AbortSignal): Promise<Offer> {
  const answer = await fetch(checksums, { signal });
  const why = whyNoFile(checksums, answer);
  if (why !== undefined) return { kind: "none", because: why.because };
  const sha256 = publishedChecksum(await shortText(answer), basename(url));
  return sha256 === undefined ? { kind: "none", because: "it publishes no checksum" } : { kind: "file", sha256 };
}

async function shortText(answer: Response): Promise<string> {
  if (Number(answer.headers.get("content-length")) > longestList) return "";
  return (await answer.text()).slice(0, longestList);
}

/** A registry says what it is, also where it wants a token first. */
async function askRegistry(api: string, signal: AbortSignal): Promise<Offer> {
  const answer = await fetch(api, { signal });
  await answer.body?.cancel();
  const isRegistry = [200, 401].includes(answer.status) && answer.headers.has("docker-distribution-api-version");
  return isRegistry ? { kind: "image" } : { kind: "none", because: "what answers there is no registry" };
}

/** One line for people: which way is taken, and why. */
export function offersLine(parts: readonly Pick<Part, "id" | "published">[], offers: Offers): string {
  const open = new Set<string>();
  const closed = new Map<string, Set<string>>();
  for (const { id, published } of parts) {
    const offer = offers.get(id);
    if (published === undefined || offer === undefined) continue;
    if (offer.kind !== "none") open.add(publisherOf(published));
    else closed.set(offer.because, (closed.get(offer.because) ?? new Set()).add(publisherOf(published)));
  }
  const why = [...closed].map(([because, who]) => `${[...who].join(", ")}: ${because}`).join("; ");
  if (open.size === 0)
    return `no publisher can be reached, so all is built from Go modules and Debian's packages (${why})`;
  const taken = `taken ready-made from ${[...open].join(", ")}, checksums verified`;
  return closed.size === 0 ? taken : `${taken}; what others publish is built (${why})`;
}
