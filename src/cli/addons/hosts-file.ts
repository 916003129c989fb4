import { execa } from "execa";
import { DroverError } from "../../core/errors.ts";

/** A hosts file as it is wanted, and what is known of it. */
export interface Wanted {
  readonly file: string;
  readonly text: string;
  /** Whether this user may write it; else sudo does. */
  readonly mayWrite: boolean;
  /** Whether sudo may ask for a password. */
  readonly canAsk: boolean;
}

/**
 * Written in place, as its mode and owner stay so, and as it may be mounted into a container; where that fails in the middle,
 * what was there comes back.
 */
const script = `copy=$(mktemp) || exit 1
cp -- "$1" "$copy" || { rm -f -- "$copy"; exit 1; }
cat >"$1" && rm -f -- "$copy" && exit 0
cat -- "$copy" >"$1" && rm -f -- "$copy"
exit 1`;

/** The program that writes it, and its words. */
export function writeCommand({ file, mayWrite, canAsk }: Omit<Wanted, "text">): readonly [string, ...string[]] {
  const words = ["/bin/sh", "-c", script, "sh", file] as const;
  if (mayWrite) return words;
  return canAsk ? ["sudo", "--", ...words] : ["sudo", "-n", "--", ...words];
}

/**
 * Writes a hosts file, with sudo where it is not this user's: then sudo asks on the terminal.
 * @throws DroverError `names/file-unusable`
 */
export async function writeHostsFile(wanted: Wanted): Promise<void> {
  const [program, ...words] = writeCommand(wanted);
  const { exitCode, stderr } = await execa(program, words, { input: wanted.text, reject: false, stdout: "ignore" });
  if (exitCode === 0) return;
  throw new DroverError("names/file-unusable", `${wanted.file} cannot be written; it is as it was`, {
    remedy: "Put the names into your DNS, or into that file by hand: `drover addons names` prints the lines.",
    details: stderr
      .split("\n")
      .filter((line) => line !== "")
      .slice(-5),
  });
}
