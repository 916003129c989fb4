import { chmod, mkdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { download } from "../../src/download/download.ts";
import { unpackMember } from "../../src/download/unpack.ts";
import type { Fetched } from "./fetch-part.ts";
import type { Workplace } from "./part.ts";
import type { PublishedFile } from "./publishers.ts";

/** Downloads a program, verified against the published checksum, and puts it where its part belongs. */
export async function fetchFile(published: PublishedFile, sha256: string, place: Workplace): Promise<Fetched> {
  const to = join(place.cache.fetched, sha256.slice(0, 12), basename(published.url));
  await mkdir(dirname(to), { recursive: true });
  const done = await download({ url: published.url, sha256, to }, { env: process.env });
  if (done.kind === "not") return done;
  let program = to;
  if (published.member !== undefined) {
    try {
      program = await unpackMember(to, published.member);
    } catch (failure) {
      return { kind: "not", because: failure instanceof Error ? failure.message : String(failure), gone: false };
    }
  }
  const target = join(place.cache.root, published.file);
  await mkdir(dirname(target), { recursive: true });
  await chmod(program, 0o755);
  await rename(program, target);
  await rm(dirname(to), { recursive: true });
  return { kind: "fetched", files: [published.file], source: { url: published.url, sha256 } };
}
