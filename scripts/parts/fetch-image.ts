import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DroverError } from "../../src/core/errors.ts";
import { tryCommand } from "../../src/lab/command.ts";
import type { Fetched } from "./fetch-part.ts";
import { checksumsOf } from "./manifest.ts";
import type { Workplace } from "./part.ts";
import type { PublishedImage } from "./publishers.ts";
import { blobFile, imageName, registryFiles } from "./registry-files.ts";
import { withRegistry } from "./registry-server.ts";
import { runLogged } from "./run-logged.ts";

const platform = "linux/amd64";

/** The largest image is some 700 MB; slower than that, building it is the better way. In milliseconds. */
const longestMs = 15 * 60_000;

/**
 * Copies an image from its registry into ours, by digest: crane and the receiving registry both check every blob. What was
 * copied before a cut is found there and not sent again.
 */
export async function fetchImage(published: PublishedImage, place: Workplace): Promise<Fetched> {
  const name = imageName(published.reference);
  const from = `${published.registry}/${name.repository}`;
  const crane = join(place.cache.root, "bin", "crane");
  const asked = await tryCommand(crane, ["digest", "--platform", platform, `${from}:${name.tag}`]);
  const digest = /^sha256:[0-9a-f]{64}$/.exec(asked.stdout.trim())?.[0];
  if (digest === undefined) return unanswered(asked.stderr);
  const work = join(place.cache.build, "images", published.reference.replaceAll(/[/:]/g, "-"));
  const copied = await withRegistry(place.cache.registry, work, (address) =>
    copy(crane, `${from}@${digest}`, `${address}/${published.reference}`, place),
  );
  if (copied !== undefined) return { kind: "not", because: copied, gone: false };
  const expected = await expectedFiles(published, digest, place);
  const files = Object.keys(expected);
  const found = await checksumsOf(place.cache.root, files);
  const wrong = files.find((file) => found[file] !== expected[file]);
  if (wrong !== undefined) return { kind: "not", because: `${wrong} has another checksum than its name`, gone: false };
  return { kind: "fetched", files, source: { url: `${from}:${name.tag}`, sha256: digest.slice("sha256:".length) } };
}

/** Undefined, or why it could not be copied. */
async function copy(crane: string, from: string, to: string, { log }: Workplace): Promise<string | undefined> {
  try {
    await runLogged({ file: crane, args: ["copy", from, to], log, doing: `copying ${from}`, longestMs });
    return undefined;
  } catch (failure) {
    if (!(failure instanceof DroverError)) throw failure;
    return failure.details.at(-1) ?? failure.message;
  }
}

async function expectedFiles(published: PublishedImage, digest: string, { cache }: Workplace) {
  const text = await readFile(join(cache.registry, blobFile(digest)), "utf8");
  const manifest: { config: { digest: string }; layers: readonly { digest: string }[] } = JSON.parse(text);
  const blobs = [manifest.config.digest, ...manifest.layers.map((layer) => layer.digest)];
  const files = registryFiles(imageName(published.reference), { manifest: digest, blobs });
  return Object.fromEntries(Object.entries(files).map(([file, sum]) => [join("registry", file), sum]));
}

/** A registry that knows no such image may know the next one; of any other failure the next image would die, too. */
function unanswered(words: string): Fetched {
  const gone = !/MANIFEST_UNKNOWN|NAME_UNKNOWN|UNAUTHORIZED|DENIED/.test(words);
  return { kind: "not", because: words.trim().split("\n").at(-1) ?? "", gone };
}
