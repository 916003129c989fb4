import { readFileSync } from "node:fs";
import { appendFile, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { DroverError } from "../core/errors.ts";

/**
 * The text of a known_hosts file; a missing one is empty.
 * @throws DroverError `ssh/host-key-unknown` if it is there and cannot be read
 */
export async function readKnownHosts(path: string): Promise<string> {
  try {
    // Each login reads it anew, as others add to it; Node's threads would take ten times as much of the processor for that.
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw new DroverError("ssh/host-key-unknown", `${path} cannot be read`, {
      remedy: "Make it a file that you can read, or pin the host keys in the inventory.",
      cause: error,
    });
  }
}

/**
 * Adds a line; a file that must be made is 0600, its folder 0700. One write, so that runs at the same time do not mix.
 * @throws what the file system throws
 */
export async function addKnownHost(path: string, line: string): Promise<void> {
  const text = await readKnownHosts(path);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await appendFile(path, `${text === "" || text.endsWith("\n") ? "" : "\n"}${line}\n`, { mode: 0o600 });
}
