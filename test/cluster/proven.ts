import type { PracticeCluster } from "./practice-cluster.ts";

/** What `drover prove --json` found, by the proofs' names: the result and what there is to tell of it. */
export async function provenBy(place: PracticeCluster): Promise<Readonly<Record<string, string>>> {
  const { stdout } = await place.drover("prove", "--json");
  const { proofs }: { proofs: { name: string; result: string; detail: string }[] } = JSON.parse(stdout);
  return Object.fromEntries(proofs.map(({ name, result, detail }) => [name, `${result}: ${detail}`]));
}
