/** A file of an archive. */
export interface TarEntry {
  /** Its path in the archive's folder, of at most 100 bytes. */
  readonly name: string;
  readonly content: Buffer;
}

const block = 512;

/**
 * A tar archive (ustar) of plain files in one folder, readable by their owner alone. `mtime` is in ms since the epoch. Pure.
 * @throws RangeError for a name that does not fit
 */
export function tar(folder: string, entries: readonly TarEntry[], mtime: number): Buffer {
  const parts = entries.flatMap((entry) => [
    header(folder, entry, mtime),
    entry.content,
    padding(entry.content.length),
  ]);
  return Buffer.concat([...parts, Buffer.alloc(2 * block)]);
}

function padding(length: number): Buffer {
  return Buffer.alloc((block - (length % block)) % block);
}

function header(folder: string, { name, content }: TarEntry, mtime: number): Buffer {
  if (Buffer.byteLength(name) > 100) throw new RangeError(`too long a name for an archive: ${name}`);
  const buffer = Buffer.alloc(block);
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, "0")}\0`;
  const fields: readonly (readonly [at: number, text: string])[] = [
    [0, name],
    [100, octal(0o600, 7)],
    [108, octal(0, 7)],
    [116, octal(0, 7)],
    [124, octal(content.length, 11)],
    [136, octal(Math.floor(mtime / 1000), 11)],
    [148, " ".repeat(8)],
    [156, "0"],
    [257, "ustar\u000000"],
    // The format's place for what stands before the name, so that a long host name leaves room for its files.
    [345, folder],
  ];
  for (const [at, text] of fields) buffer.write(text, at);
  const sum = buffer.reduce((total, byte) => total + byte, 0);
  buffer.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return buffer;
}
