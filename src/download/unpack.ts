import { dirname, join } from "node:path";
import { execa } from "execa";

/**
 * The one file of a .tar.gz that is wanted, unpacked beside it; nothing else of it is written.
 * @throws Error with what tar said first, or why it could not be started
 */
export async function unpackMember(archive: string, member: string): Promise<string> {
  const folder = dirname(archive);
  const args = ["-xzf", archive, "-C", folder, "--no-same-owner", member];
  const ended = await execa("tar", args, { reject: false, stdin: "ignore", env: { LC_ALL: "C" } });
  if (ended.exitCode === 0) return join(folder, member);
  throw new Error(ended.stderr.trim().split("\n")[0] || ended.shortMessage);
}
