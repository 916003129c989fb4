import { createHash } from "node:crypto";
import pMap from "p-map";
import { fileSha256 } from "../../src/download/file-checksum.ts";

/** The sha256 of text, as hex. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** The sha256 of many files at once, each read once even if it is named often. */
export async function fileChecksums(files: readonly string[]): Promise<ReadonlyMap<string, string | undefined>> {
  const different = [...new Set(files)];
  const sums = await pMap(different, async (file) => [file, await fileSha256(file)] as const, { concurrency: 3 });
  return new Map(sums);
}
