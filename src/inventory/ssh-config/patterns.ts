/** Whether a name fits one pattern, in which `*` and `?` stand for any characters and for any one; letters have a case. */
export function matchesOne(pattern: string, name: string): boolean {
  const literal = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  // Stars in a row are one: several would make a hostile pattern take for ever.
  const regex = literal.replaceAll(/\*+/g, ".*").replaceAll("?", ".");
  return new RegExp(`^${regex}$`, "s").test(name);
}

/**
 * Whether a name fits the patterns of a `Host` line: one that fits, and none with `!` that does.
 * @param hasCase whether capital letters are other letters, as in the names of users
 */
export function matchesPatterns(given: readonly string[], text: string, hasCase = false): boolean {
  const [patterns, name] = hasCase ? [given, text] : [given.map((one) => one.toLowerCase()), text.toLowerCase()];
  const [denied, allowed] = [true, false].map((negated) =>
    patterns.filter((pattern) => pattern.startsWith("!") === negated).map((pattern) => pattern.replace(/^!/, "")),
  );
  if ((denied ?? []).some((pattern) => matchesOne(pattern, name))) return false;
  return (allowed ?? []).some((pattern) => matchesOne(pattern, name));
}
