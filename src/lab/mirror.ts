import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

const publicMirror = "http://deb.debian.org/debian";

/**
 * The Debian mirror that apt's own configuration names, without a closing slash; else the public one.
 * Only plain http ones: the practice hosts' apt cache keeps nothing of what passes through https.
 */
export function mirrorIn(sources: string): string {
  const words = sources
    .split("\n")
    .filter((line) => /^(URIs:|deb )/.test(line))
    .flatMap((line) => line.split(/\s+/));
  const found = words.find((word) => /^http:\/\/.*\/debian\/?$/.test(word));
  return found === undefined ? publicMirror : found.replace(/\/$/, "");
}

/** The Debian mirror that this machine uses. */
export async function machineMirror(etcApt = "/etc/apt"): Promise<string> {
  const folder = join(etcApt, "sources.list.d");
  const names = (await readdir(folder).catch(() => [])).filter((name) => /\.(list|sources)$/.test(name)).sort();
  const files = [...names.map((name) => join(folder, name)), join(etcApt, "sources.list")];
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8").catch(() => "")));
  return mirrorIn(texts.join("\n"));
}
