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
    throw unusable(path, "read", error);
  }
}

/**
 * Adds a line; a file that must be made is 0600, its folder 0700. One write, so that runs at the same time do not mix.
 * @throws DroverError `ssh/host-key-unknown` if it cannot be written
 */
export async function addKnownHost(path: string, line: string): Promise<void> {
  const text = await readKnownHosts(path);
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await appendFile(path, `${text === "" || text.endsWith("\n") ? "" : "\n"}${line}\n`, { mode: 0o600 });
  } catch (error) {
    throw unusable(path, "written", error);
  }
}

function unusable(path: string, what: "read" | "written", cause: unknown): DroverError {
  return new DroverError("ssh/host-key-unknown", `${path} cannot be ${what}`, {
    remedy: `Make it a file that can be ${what}, or pin the host keys in the inventory.`,
    details: cause instanceof Error ? [cause.message] : [],
    cause,
  });
}
