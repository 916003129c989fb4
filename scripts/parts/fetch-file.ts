import { chmod, mkdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { tryCommand } from "../../src/lab/command.ts";
import { download } from "./download.ts";
import type { Fetched } from "./fetch-part.ts";
import type { Workplace } from "./part.ts";
import type { PublishedFile } from "./publishers.ts";

/** Downloads a program, verified against the published checksum, and puts it where its part belongs. */
export async function fetchFile(published: PublishedFile, sha256: string, place: Workplace): Promise<Fetched> {
  const to = join(place.cache.fetched, sha256.slice(0, 12), basename(published.url));
  await mkdir(dirname(to), { recursive: true });
  const done = await download({ url: published.url, sha256, to });
  if (done.kind === "not") return done;
  const program = published.member === undefined ? to : await unpack(to, published.member);
  if (program === undefined) return { kind: "not", because: `${published.member} is not in it`, gone: false };
  const target = join(place.cache.root, published.file);
  await mkdir(dirname(target), { recursive: true });
  await chmod(program, 0o755);
  await rename(program, target);
  await rm(dirname(to), { recursive: true });
  return { kind: "fetched", files: [published.file], source: { url: published.url, sha256 } };
}

/** The one file of an archive that is wanted; nothing else of it is written. */
async function unpack(archive: string, member: string): Promise<string | undefined> {
  const folder = dirname(archive);
  const args = ["-xzf", archive, "-C", folder, "--no-same-owner", member];
  return (await tryCommand("tar", args)).exitCode === 0 ? join(folder, member) : undefined;
}
