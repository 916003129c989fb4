import { readdirSync, readFileSync } from "node:fs";

/** The command lines of all processes of this machine that hold one of the texts, as `ps` would show them. */
function holding(texts: readonly string[]): readonly string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
        return texts.some((text) => line.includes(text)) ? [line] : [];
      } catch {
        // It ended meanwhile.
        return [];
      }
    });
}

/** Looks at all processes again and again while `work` runs; the command lines that ever held one of the texts. */
export async function commandLinesDuring<T>(
  texts: readonly string[],
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly found: readonly string[] }> {
  const found = new Set<string>();
  const look = () => {
    for (const line of holding(texts)) found.add(line);
  };
  const timer = setInterval(look, 50);
  try {
    const result = await work();
    look();
    return { result, found: [...found] };
  } finally {
    clearInterval(timer);
  }
}
