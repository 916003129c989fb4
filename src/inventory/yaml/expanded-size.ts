/**
 * How many values a value holds once all of its aliases are written out; infinite when it holds itself.
 * A few nested anchors can stand for billions of values, so each shared part is counted once and multiplied.
 */
export function expandedSize(value: unknown): number {
  const sizes = new Map<object, number>();
  const sizeOf = (part: unknown): number => {
    if (typeof part !== "object" || part === null) return 1;
    const known = sizes.get(part);
    if (known !== undefined) return known;
    sizes.set(part, Number.POSITIVE_INFINITY);
    const size = Object.values(part).reduce<number>((sum, child) => sum + sizeOf(child), 1);
    sizes.set(part, size);
    return size;
  };
  return sizeOf(value);
}
