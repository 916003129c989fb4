import { webcrypto } from "node:crypto";
import { readFile } from "node:fs/promises";

/** The sha256 of a file as hex, or undefined where there is none. Files up to 100 MB; computed off the main thread. */
export async function fileSha256(file: string): Promise<string | undefined> {
  const content = await readFile(file).catch(() => undefined);
  if (content === undefined) return undefined;
  return Buffer.from(await webcrypto.subtle.digest("SHA-256", content)).toString("hex");
}
