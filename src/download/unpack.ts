import { dirname, join } from "node:path";
import { execa } from "execa";

/** The one file of a .tar.gz that is wanted, unpacked beside it; nothing else of it is written. Undefined if it is not in it. */
export async function unpackMember(archive: string, member: string): Promise<string | undefined> {
  const folder = dirname(archive);
  const args = ["-xzf", archive, "-C", folder, "--no-same-owner", member];
  const { exitCode } = await execa("tar", args, { reject: false, stdin: "ignore" });
  return exitCode === 0 ? join(folder, member) : undefined;
}
