import { join } from "node:path";
import type { Offers } from "./ask-publishers.ts";
import { keepWithinRoom } from "./build-space.ts";
import type { CacheFolders } from "./cache.ts";
import type { Taken } from "./estimate.ts";
import { fetchPart } from "./fetch-part.ts";
import { buildPart, type FreshFiles, madePart } from "./make-part.ts";
import { type Manifest, writeManifest } from "./manifest.ts";
import type { Part, Workplace } from "./part.ts";
import { partsToMake } from "./parts-to-make.ts";
import type { Progress } from "./progress.ts";
import { publisherOf } from "./publishers.ts";
import { showProgress } from "./show-progress.ts";

/** One making of parts: what is known before it begins, and what it calls. */
export interface Making {
  readonly parts: readonly Part[];
  readonly folders: CacheFolders;
  readonly recipes: ReadonlyMap<string, string>;
  /** Ids of the parts that are there and intact. */
  readonly complete: ReadonlySet<string>;
  readonly offers: Offers;
  readonly keepBuild: boolean;
  readonly say: (line: string) => void;
  readonly onProgress: (progress: Progress) => void;
  /** Sees to it that this machine can build; called before the first part that is not fetched. */
  readonly requireTools: () => Promise<void>;
}

/** What changes while parts are made. */
interface State {
  manifest: Manifest;
  readonly complete: Set<string>;
  readonly fetchable: Set<string>;
  readonly done: Taken[];
  readonly startedAt: Date;
  fetching: Promise<void>;
}

/** About how long a download takes, in seconds: a guess, which what is measured corrects. */
const fetchSeconds = 12;

/**
 * Makes what is missing, one part after the other, each fetched where its publisher has it and built where not; a publisher
 * that fails in the middle is no reason to stop. Each finished part is written down at once. Returns how many were made.
 * @throws DroverError `parts/build-failed`
 */
export async function makeAll(making: Making, known: Manifest): Promise<number> {
  const offered = [...making.offers].filter(([, offer]) => offer.kind !== "none").map(([id]) => id);
  const state: State = {
    manifest: known,
    complete: new Set(making.complete),
    fetchable: new Set(offered),
    done: [],
    startedAt: new Date(),
    fetching: Promise.resolve(),
  };
  for (let todo = partsToMake(making.parts, state); todo.length > 0; todo = partsToMake(making.parts, state)) {
    await makeFirst(making, state, todo);
  }
  return state.done.length;
}

async function makeFirst(making: Making, state: State, [part, ...ahead]: readonly Part[]): Promise<void> {
  if (part === undefined) return;
  await state.fetching;
  const weight = (some: Part) => (state.fetchable.has(some.id) ? fetchSeconds : some.seconds);
  using _ticker = showProgress(making, {
    part,
    does: doing(part, state),
    done: state.done,
    weight: weight(part),
    ahead: ahead.map(weight),
    startedAt: state.startedAt,
  });
  const place = workplace(making, part);
  const fresh = state.fetchable.has(part.id)
    ? await fetched(making, state, part, place)
    : await built(making, state, part, place, ahead);
  if (fresh === undefined) return;
  const made = await madePart(part, making.recipes.get(part.id) ?? "", fresh, place);
  state.manifest = { ...state.manifest, [part.id]: made };
  await writeManifest(making.folders.manifest, state.manifest);
  state.done.push({ weight: weight(part), took: made.seconds });
  state.complete.add(part.id);
}

/** Its files; or undefined, after which it is one of those to be built, with all that it is built from. */
async function fetched(making: Making, state: State, part: Part, place: Workplace): Promise<FreshFiles | undefined> {
  const started = Date.now();
  const came = await fetchPart(part, making.offers.get(part.id), place);
  if (came.kind === "fetched") return { files: came.files, source: came.source, tookMs: Date.now() - started };
  const who = part.published === undefined ? "" : publisherOf(part.published);
  making.say(`${part.id} ${part.version} cannot be had from ${who} (${came.because}); it is built instead`);
  const lost = (other: Part) => other.id === part.id || (came.gone && isFrom(other, who));
  for (const { id } of making.parts.filter(lost)) state.fetchable.delete(id);
  return undefined;
}

async function built(
  making: Making,
  state: State,
  part: Part,
  place: Workplace,
  ahead: readonly Part[],
): Promise<FreshFiles> {
  await making.requireTools();
  if (!making.keepBuild && part.fetchAhead !== undefined) await keepWithinRoom(making.folders);
  state.fetching = fetchAhead(
    making,
    ahead.find((next) => next.fetchAhead !== undefined && !state.fetchable.has(next.id)),
  );
  return await buildPart(part, place);
}

/** The network is idle while the processor compiles: fetch the next part's modules then. If that fails, `build` says why. */
async function fetchAhead(making: Making, next: Part | undefined): Promise<void> {
  if (next?.fetchAhead === undefined) return;
  await next.fetchAhead(workplace(making, next)).catch(() => undefined);
}

function isFrom({ published }: Part, who: string): boolean {
  return published !== undefined && publisherOf(published) === who;
}

function doing(part: Part, state: State): string {
  if (part.published === undefined || !state.fetchable.has(part.id)) return part.does;
  return `fetch ${part.id} ${part.version} from ${publisherOf(part.published)}`;
}

function workplace(making: Making, part: Part): Workplace {
  return { cache: making.folders, log: join(making.folders.logs, `${part.id}.log`), say: making.say };
}
