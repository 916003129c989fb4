import { existsSync, readFileSync } from "node:fs";
import { chmod, rename, rm, writeFile } from "node:fs/promises";
import { DroverError } from "../core/errors.ts";
import { reportMark } from "../view/report/page.ts";

/**
 * Puts a page into a file, 0600, at once or not at all. An older report is written over; anything else is not.
 * @throws DroverError `report/unwritable`
 */
export async function writeReport(path: string, page: string): Promise<void> {
  if (existsSync(path) && !isReport(path)) {
    throw new DroverError("report/unwritable", `${path} is there and is no report of Drover's`, {
      remedy: "Name another file with --output, or move that one away.",
    });
  }
  const fresh = `${path}.new`;
  try {
    await writeFile(fresh, page, { mode: 0o600 });
    await chmod(fresh, 0o600);
    await rename(fresh, path);
  } catch (cause) {
    await rm(fresh, { force: true });
    throw new DroverError("report/unwritable", `the report ${path} cannot be written: ${reasonOf(cause)}`, {
      remedy: "Make room there, or name another file with --output.",
      cause,
    });
  }
}

function isReport(path: string): boolean {
  try {
    return readFileSync(path, "utf8").includes(reportMark);
  } catch {
    return false;
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
