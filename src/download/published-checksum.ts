const sha256 = /^[0-9a-f]{64}$/i;

/**
 * The sha256 that a publisher's list gives for a file, in small letters. A list is what `sha256sum` prints (a star before
 * the name means nothing), or the number alone. Undefined if it says nothing of this file.
 */
export function publishedChecksum(list: string, name: string): string | undefined {
  const rows = list
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([sum = ""]) => sha256.test(sum));
  const named = rows.find(([, file = ""]) => baseName(file) === name);
  const alone = rows.length === 1 && rows[0]?.length === 1 ? rows[0] : undefined;
  return (named ?? alone)?.[0]?.toLowerCase();
}

/** Some lists were made in another folder: `*dist/rke_linux-amd64`. */
function baseName(file: string): string | undefined {
  return file.replace(/^\*/, "").split("/").at(-1);
}
