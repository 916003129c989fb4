import { DroverError } from "../core/errors.ts";
import { type Path, pathText } from "./mistake.ts";
import { type BasesOf, filePath } from "./paths.ts";

/** Reads a file's text; rejects with Node's error codes. */
export type ReadFile = (path: string) => Promise<string>;

/**
 * The text of a file that the inventory names at `place`.
 * @throws DroverError `inventory/unreadable`
 */
export async function readPem(
  place: Path,
  path: string,
  { basesOf, readFile }: { readonly basesOf: BasesOf; readonly readFile: ReadFile },
): Promise<string> {
  const file = filePath(path, basesOf(place));
  try {
    return await readFile(file);
  } catch (cause) {
    throw new DroverError("inventory/unreadable", `${pathText(place)}: ${file} cannot be read`, {
      remedy: "Check that the file is there and that you may read it.",
      cause,
    });
  }
}
