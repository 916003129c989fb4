import { type Estimate, estimates } from "../view/estimate.ts";
import { newestJournals } from "./journals.ts";

/** So many of the newest journals tell how long things take. */
const newest = 10;

/** How long the long steps take where nothing was measured yet, in ms: figures of three practice hosts on two cores. */
const typical: Readonly<Record<string, number>> = {
  "docker/installed": 40_000,
  "rke/images": 60_000,
  "rke/up": 120_000,
  "cert-manager/release": 30_000,
};

/** What earlier runs say about how long steps take. Unreadable journals count for nothing. */
export async function estimateFrom(runs: string): Promise<Estimate> {
  const journals = await newestJournals(runs, newest);
  return estimates(
    journals.map(({ events }) => events),
    typical,
  );
}
