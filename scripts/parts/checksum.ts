import { createHash, webcrypto } from "node:crypto";
import { readFile } from "node:fs/promises";
import pMap from "p-map";

/** The sha256 of text, as hex. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** The sha256 of a file as hex, or undefined where there is none. Files up to 100 MB; computed off the main thread. */
export async function fileSha256(file: string): Promise<string | undefined> {
  const content = await readFile(file).catch(() => undefined);
  if (content === undefined) return undefined;
  return Buffer.from(await webcrypto.subtle.digest("SHA-256", content)).toString("hex");
}

/** The sha256 of many files at once, each read once even if it is named often. */
export async function fileChecksums(files: readonly string[]): Promise<ReadonlyMap<string, string | undefined>> {
  const different = [...new Set(files)];
  const sums = await pMap(different, async (file) => [file, await fileSha256(file)] as const, { concurrency: 3 });
  return new Map(sums);
}
