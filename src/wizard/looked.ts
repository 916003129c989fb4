/** Which addresses were asked after, from a machine of theirs, and which of them answered. */
export interface Looked {
  readonly asked: readonly string[];
  readonly taken: readonly string[];
}

/** Those of the addresses of which it is known that nobody answered, in their order; undefined if none was asked after. */
export function freeOf(addresses: readonly string[], looked: Looked | undefined): readonly string[] | undefined {
  if (looked === undefined) return undefined;
  const [asked, taken] = [new Set(looked.asked), new Set(looked.taken)];
  const known = addresses.filter((address) => asked.has(address));
  return known.length === 0 ? undefined : known.filter((address) => !taken.has(address));
}

/** Two looks as one. */
export function lookedTogether(before: Looked | undefined, now: Looked): Looked {
  return before === undefined
    ? now
    : { asked: [...before.asked, ...now.asked], taken: [...before.taken, ...now.taken] };
}
