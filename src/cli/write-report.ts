import { DroverError } from "../core/errors.ts";
import { reportMark } from "../view/report/page.ts";
import { fileReason } from "./file-reason.ts";
import { mayReplace, writePrivately } from "./private-file.ts";

/**
 * Puts a page into a file, 0600, at once or not at all. An older report is written over; anything else is not.
 * @throws DroverError `report/unwritable`
 */
export function writeReport(path: string, page: string): void {
  if (!mayReplace(path, reportMark)) {
    throw new DroverError("report/unwritable", `${path} is there and is no report of Drover's`, {
      remedy: "Name another file with --output, or move that one away.",
    });
  }
  try {
    writePrivately(path, page);
  } catch (cause) {
    throw unwritable("report", path, cause);
  }
}

/**
 * Puts an archive into a file, as a report is put.
 * @throws DroverError `report/unwritable`
 */
export function writeArchive(path: string, archive: Uint8Array): void {
  try {
    writePrivately(path, archive);
  } catch (cause) {
    throw unwritable("archive", path, cause);
  }
}

function unwritable(what: string, path: string, cause: unknown): DroverError {
  return new DroverError("report/unwritable", `the ${what} ${path} cannot be written: ${fileReason(cause)}`, {
    remedy: "Make room there, or name another file with --output.",
    cause,
  });
}
