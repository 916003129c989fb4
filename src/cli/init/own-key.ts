import { access, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { DroverError } from "../../core/errors.ts";
import { type Bases, filePath } from "../../inventory/paths.ts";
import { foundKeys } from "./found-keys.ts";

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/**
 * The path, with `~`, of a key without a passphrase whose public half is there; made by ssh-keygen if there is none.
 * @throws DroverError `ssh/key-unreadable` if none can be made
 */
export async function ownKey(home: string, comment: string): Promise<string> {
  for (const { path, encrypted } of await foundKeys(home)) {
    if (!encrypted && (await exists(join(home, `${path.slice(2)}.pub`)))) return path;
  }
  const taken = await exists(join(home, ".ssh", "id_ed25519"));
  const path = taken ? "~/.ssh/drover_ed25519" : "~/.ssh/id_ed25519";
  const file = join(home, path.slice(2));
  await mkdir(join(home, ".ssh"), { recursive: true, mode: 0o700 });
  const made = await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", file], {
    reject: false,
    stdin: "ignore",
  });
  if (made.exitCode === 0) return path;
  throw new DroverError("ssh/key-unreadable", `${path} could not be made`, {
    remedy: "Make a key with ssh-keygen, then go on.",
    details: `${made.stderr}`.split("\n").slice(-3),
  });
}

/** The public half of a key, one line. */
export async function publicHalf(key: string, bases: Bases): Promise<string> {
  const file = `${filePath(key, bases)}.pub`;
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new DroverError("ssh/key-unreadable", `${file} cannot be read`, {
      remedy: `Make it: ssh-keygen -y -f ${key} > ${key}.pub`,
      cause,
    });
  });
  return (text.split("\n")[0] ?? "").trim();
}
