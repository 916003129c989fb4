import type { Offer } from "./ask-publishers.ts";
import { fetchFile } from "./fetch-file.ts";
import { fetchImage } from "./fetch-image.ts";
import type { Source } from "./manifest.ts";
import type { Part, Workplace } from "./part.ts";

/** What came of fetching a part: its files, or why it has to be built. `gone`: its publisher does not answer any more. */
export type Fetched =
  | { readonly kind: "fetched"; readonly files: readonly string[]; readonly source: Source }
  | { readonly kind: "not"; readonly because: string; readonly gone: boolean };

/** Takes a part from its publisher. The files that it names are complete and verified. */
export async function fetchPart(part: Part, offer: Offer | undefined, place: Workplace): Promise<Fetched> {
  const { published } = part;
  if (published?.kind === "file" && offer?.kind === "file") return await fetchFile(published, offer.sha256, place);
  if (published?.kind === "image" && offer?.kind === "image") return await fetchImage(published, place);
  return { kind: "not", because: "nobody publishes it", gone: false };
}
