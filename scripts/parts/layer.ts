import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { execa } from "execa";

/** What an image's manifest and config say of a layer. */
export interface Layer {
  readonly file: string;
  /** `sha256:` of the compressed file, and its size in bytes. */
  readonly digest: string;
  readonly size: number;
  /** `sha256:` of the tar inside. */
  readonly diffId: string;
}

/**
 * Packs a folder as an image layer, at `file`, with what it is in a JSON file beside it. Equal folders make equal layers:
 * names in order, no times. Compressed lightly: three hosts on two cores unpack it.
 */
export async function packLayer(folder: string, file: string): Promise<Layer> {
  await mkdir(dirname(file), { recursive: true });
  const plain = createHash("sha256");
  const packed = createHash("sha256");
  const tar = execa("tar", ["--sort=name", "--mtime=@0", "--numeric-owner", "-C", folder, "-cf", "-", "."], {
    buffer: false,
    stdin: "ignore",
  });
  const gzip = createGzip({ level: 1 });
  await pipeline(tar.stdout, hashing(plain), gzip, hashing(packed), createWriteStream(`${file}.part`));
  await tar;
  const size = (await stat(`${file}.part`)).size;
  await rename(`${file}.part`, file);
  const about = { digest: `sha256:${packed.digest("hex")}`, size, diffId: `sha256:${plain.digest("hex")}` };
  await writeFile(aboutFile(file), `${JSON.stringify(about)}\n`);
  return { file, ...about };
}

/** What `packLayer` wrote down about a layer. */
export async function readLayer(file: string): Promise<Layer> {
  const about: Omit<Layer, "file"> = JSON.parse(await readFile(aboutFile(file), "utf8"));
  return { file, ...about };
}

/** The file beside a layer that says what it is. */
export function aboutFile(file: string): string {
  return `${file}.json`;
}

function hashing(hash: ReturnType<typeof createHash>): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
}
